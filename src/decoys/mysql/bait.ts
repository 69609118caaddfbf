// The persona's databases: an application with customers, orders and staff logins. Nobody in it exists.
// Drawn from the persona, so that the same machine always holds the same rows.

import { createHash } from "node:crypto";
import type { Random } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";
import type { Databases, Table } from "./catalog.ts";
import { column, table } from "./catalog.ts";

const DAY_MS = 86_400_000;
const GIVEN = [
  "alex",
  "robin",
  "kim",
  "sasha",
  "jamie",
  "noa",
  "luca",
  "mika",
  "toni",
  "dana",
  "eli",
  "jules",
] as const;
const FAMILY = [
  "arden",
  "bellow",
  "carrick",
  "dunmore",
  "elwood",
  "farrow",
  "garland",
  "holt",
  "ives",
  "keller",
] as const;
const PRODUCTS = [
  "PX-100 bracket",
  "PX-220 hinge",
  "M6 bolt set",
  "Seal kit S4",
  "Filter F12",
  "Gearbox G2",
] as const;

const hex = (random: Random, bytes: number): string => Buffer.from(random.bytes(bytes)).toString("hex");

function dateTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** A date between the installation and the last boot. */
function someDate(persona: Persona, random: Random): string {
  const span = Math.max(persona.bootedAt - persona.installedAt, DAY_MS);
  return dateTime(persona.installedAt + Math.floor(random.fraction() * span));
}

const many = (count: number, make: (index: number) => readonly (string | number | null)[]) =>
  Array.from({ length: count }, (_, index) => make(index + 1));

function customers(persona: Persona, random: Random): Table {
  const rows = many(40 + random.below(60), (id) => {
    const [given, family] = [random.pick(GIVEN), random.pick(FAMILY)];
    return [
      id,
      `${given} ${family}`,
      `${given}.${family}${id}@example.com`,
      someDate(persona, random),
      random.below(2),
    ];
  });
  return table(
    "customers",
    [
      column("id", "int unsigned", "pri auto"),
      column("name", "varchar(128)"),
      column("email", "varchar(190)", "uni"),
      column("created_at", "datetime"),
      column("newsletter", "tinyint(1)"),
    ],
    rows,
  );
}

function orders(persona: Persona, random: Random): Table {
  const rows = many(80 + random.below(120), (id) => [
    id,
    1 + random.below(40),
    random.pick(PRODUCTS),
    1 + random.below(12),
    (500 + random.below(90_000)) / 100,
    random.pick(["paid", "paid", "open", "shipped", "shipped", "cancelled"]),
    someDate(persona, random),
  ]);
  return table(
    "orders",
    [
      column("id", "int unsigned", "pri auto"),
      column("customer_id", "int unsigned", "mul"),
      column("product", "varchar(128)"),
      column("quantity", "smallint unsigned"),
      column("total", "decimal(10,2)"),
      column("status", "varchar(16)"),
      column("ordered_at", "datetime"),
    ],
    rows,
  );
}

function users(persona: Persona, random: Random): Table {
  const names = [
    "admin",
    "sales",
    "warehouse",
    persona.accounts.find(({ uid }) => uid >= 1000)?.name ?? "app",
  ];
  const rows = [...new Set(names)].map((name, index) => [
    index + 1,
    name,
    createHash("md5")
      .update(`${hex(random, 4)}${name}`)
      .digest("hex"),
    name === "admin" ? "administrator" : "user",
    someDate(persona, random),
  ]);
  return table(
    "users",
    [
      column("id", "int unsigned", "pri auto"),
      column("login", "varchar(64)", "uni"),
      column("password", "char(32)"),
      column("role", "varchar(16)"),
      column("last_login", "datetime", "null"),
    ],
    rows,
  );
}

function settings(persona: Persona, random: Random): Table {
  const rows = [
    ["smtp_host", `mail.${persona.domain}`],
    ["smtp_user", `noreply@${persona.domain}`],
    ["smtp_password", hex(random, 6)],
    ["backup_path", "/srv/backup/nightly"],
    ["api_token", hex(random, 20)],
    ["maintenance", "0"],
  ];
  return table(
    "settings",
    [column("name", "varchar(64)", "pri"), column("value", "varchar(255)", "null")],
    rows,
  );
}

const byName = (tables: readonly Table[]): Map<string, Table> =>
  new Map(tables.map((entry) => [entry.name, entry]));

/** Names of the application's databases, and what is in them. */
export function createBait(persona: Persona): {
  readonly databases: Databases;
  readonly application: string;
} {
  const random = persona.random("mysql-bait");
  const application = random.pick(["shop", "portal", "crm", "erp", "intranet"]);
  const archive = `${application}_${random.pick(["archive", "old", "backup"])}`;
  const databases: Databases = new Map([
    [
      application,
      byName([
        customers(persona, random),
        orders(persona, random),
        settings(persona, random),
        users(persona, random),
      ]),
    ],
    [archive, byName([customers(persona, random), orders(persona, random)])],
  ]);
  return { databases, application };
}
