// Draws a machine from the secret: its archetype says what it may be, its OS profile which versions there are.
// Decides nothing at random: the same words give the same machine for ever.

import { DecnetError } from "../../contract/errors.ts";
import { offersOf } from "../../contract/offer.ts";
import type { Random } from "../../contract/random.ts";
import { usualPort } from "../index.ts";
import type { ArchetypeDefinition } from "./archetypes/archetype.ts";
import { archetypes, findArchetype } from "./archetypes/index.ts";
import { account } from "./archetypes/parts.ts";
import type { Appliance, Kernel, OsProfile, ProductLine } from "./os-profiles/profile.ts";
import type { Account, Hardware, Model, OperatingSystem, Persona, ProductClaim } from "./persona.ts";
import { patched, positionAt } from "./releases.ts";
import type { InstallSecret } from "./secret.ts";
import { drawFrom } from "./secret.ts";

const DAY_MS = 86_400_000;
/** How many releases a machine may be late when it is made. */
const MOST_BEHIND = 3;

/** A login that lets an intruder in, in place of those drawn from the secret. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What makes one machine of an archetype differ from another, and what it has lived through. */
export interface PersonaOptions {
  /** Number of the machine, where it has no place. */
  readonly index?: number;
  /** The decky's name: it is drawn by it, and called so. */
  readonly place?: string;
  /** In place of the drawn one, lower case with colons; an appliance of that vendor is drawn. */
  readonly mac?: string;
  /** Unix ms of a later boot than the drawn one. */
  readonly bootedAt?: number;
  /** Patch nights that it has lived through: versions move forward along their lists. */
  readonly patches?: number;
  /** Unix ms of the last of them: no version came out later. That of the last boot when absent. */
  readonly patchedBy?: number;
  readonly logins?: readonly Login[];
  /** What it offers at the moment, each as `name` or `name:port`; all of its archetype when absent. */
  readonly services?: () => readonly string[];
}

/** Everything that a draw hangs on. `stream` gives each field its own, so that one never shifts another. */
interface Draw {
  readonly archetype: ArchetypeDefinition;
  readonly profile: OsProfile;
  readonly appliance: Appliance | undefined;
  readonly stream: (label: string) => Random;
  /** Unix ms: the drawn boot, the one that holds, the day by which a patch must have come out. */
  readonly dates: { readonly drawn: number; readonly installed: number; readonly patchedBy: number };
  readonly patches: number;
}

function release<T extends { readonly day: string }>(draw: Draw, label: string, releases: readonly T[]): T {
  const behind = draw.stream(`version ${label}`).below(MOST_BEHIND);
  const position = positionAt(releases, draw.dates.drawn, behind);
  return patched(releases, { position, patches: draw.patches, by: draw.dates.patchedBy });
}

function macOf(random: Random, ouis: readonly string[]): string {
  const tail = Array.from(random.bytes(3), (byte) => byte.toString(16).padStart(2, "0"));
  return [random.pick(ouis), ...tail].join(":");
}

function applianceOf(profile: OsProfile, random: Random, mac: string | undefined): Appliance | undefined {
  const all = profile.appliances ?? [];
  if (all.length === 0) return undefined;
  const fitting = all.filter(({ ouis }) => mac !== undefined && ouis.includes(mac.slice(0, 8)));
  return random.pick(fitting.length > 0 ? fitting : all);
}

function serialOf(random: Random, form: string): string {
  const letters = "ABCDEFGHJKLMNPRSTVWXYZ";
  return form.replace(/[9A]/g, (sign) =>
    sign === "9" ? String(random.below(10)) : random.pick([...letters]),
  );
}

function linesOf({ archetype, profile, appliance }: Draw, service: string): readonly ProductLine[] {
  const own = appliance?.products?.[service];
  if (own) return [own];
  const allowed = archetype.only?.[service];
  const lines = profile.products[service] ?? [];
  return allowed ? lines.filter(({ product }) => allowed.includes(product)) : lines;
}

function productsOf(draw: Draw): Record<string, ProductClaim> {
  const { archetype, profile } = draw;
  return Object.fromEntries(
    archetype.services.map((service) => {
      const lines = linesOf(draw, service);
      if (lines.length === 0) {
        throw new DecnetError(
          "internal",
          `${archetype.name} on ${profile.name} has no product for ${service}`,
        );
      }
      const line = draw.stream(`product ${service}`).pick(lines);
      return [service, { product: line.product, version: release(draw, service, line.releases).version }];
    }),
  );
}

function osOf(draw: Draw): OperatingSystem {
  const { profile, appliance } = draw;
  const kernel: Kernel = release(draw, "kernel", appliance?.kernels ?? profile.kernels);
  return {
    family: profile.family,
    flavour: profile.flavour,
    pretty: kernel.pretty ?? appliance?.pretty ?? profile.pretty,
    release: kernel.release,
    version: kernel.version,
    machine: appliance?.machine ?? profile.machine,
  };
}

function hardwareOf({ archetype, profile, appliance, stream }: Draw): Hardware {
  if (appliance) {
    const { cpu, cpus, memoryKib, diskKib } = appliance;
    return { cpuModel: cpu, cpus, memoryKib, diskKib };
  }
  const drawn = archetype.hardware?.(stream("hardware"));
  if (!drawn) throw new DecnetError("internal", `${archetype.name} on ${profile.name} has no hardware`);
  return drawn;
}

function modelOf(draw: Draw, serial: string): Model | undefined {
  const { appliance } = draw;
  if (!appliance) return undefined;
  const firmware = release(draw, "firmware", appliance.firmwares).version;
  return { vendor: appliance.vendor, name: appliance.name, firmware, serial };
}

/** The accounts with the operator's logins in place of the drawn passwords. */
function withLogins(accounts: readonly Account[], logins: readonly Login[]): readonly Account[] {
  if (logins.length === 0) return accounts;
  const known = accounts.map((entry) => ({
    ...entry,
    password: logins.find((login) => login.username === entry.name)?.password ?? null,
  }));
  const added = logins
    .filter((login) => !accounts.some((entry) => entry.name === login.username))
    .map((login, index) => ({
      ...account(login.username, 1001 + index, `${login.username},,,`, login.password),
    }));
  return [...known, ...added];
}

function known(name: string): ArchetypeDefinition {
  const archetype = findArchetype(name);
  if (archetype) return archetype;
  const names = archetypes.map((one) => one.name).join(", ");
  throw new DecnetError("config", `there is no archetype "${name}". Known: ${names}.`);
}

function startDraw(
  secret: InstallSecret,
  archetype: ArchetypeDefinition,
  place: string,
  options: PersonaOptions,
): Draw {
  const stream = (label: string): Random => drawFrom(secret, "persona", place, label);
  const profile = stream("profile").pick(archetype.profiles);
  const dates = stream("dates");
  const drawn = secret.madeAt - (4 + dates.below(90)) * DAY_MS - dates.below(DAY_MS);
  return {
    archetype,
    profile,
    appliance: applianceOf(profile, stream("appliance"), options.mac),
    stream,
    dates: {
      drawn,
      installed: drawn - (60 + dates.below(400)) * DAY_MS,
      patchedBy: options.patchedBy ?? options.bootedAt ?? Number.POSITIVE_INFINITY,
    },
    patches: options.patches ?? 0,
  };
}

/** The name that the operator gave, in the spelling of its kind; the drawn one where none was given. */
function hostnameOf({ archetype }: Draw, place: string | undefined, drawn: string): string {
  if (place === undefined) return drawn;
  return archetype.hostname.pattern.test(place) || drawn !== drawn.toUpperCase()
    ? place
    : place.toUpperCase();
}

function draftOf(
  draw: Draw,
  options: PersonaOptions,
): Omit<Persona, "random" | "shared" | "admits" | "portsOf"> {
  const { archetype, profile, appliance, stream, dates } = draw;
  const mac = options.mac ?? macOf(stream("mac"), appliance?.ouis ?? archetype.ouis);
  const serial = serialOf(stream("serial"), appliance?.serial ?? "");
  const drawn = archetype.hostname.draw({ random: stream("hostname"), mac, serial });
  const hostname = hostnameOf(draw, options.place, drawn);
  const model = modelOf(draw, serial);
  return {
    decky: options.place ?? hostname,
    archetype: archetype.name,
    profile: profile.name,
    hostname,
    domain: stream("domain").pick(archetype.domains),
    os: osOf(draw),
    hardware: hardwareOf(draw),
    bootedAt: Math.max(dates.drawn, options.bootedAt ?? 0),
    installedAt: dates.installed,
    accounts: withLogins(archetype.accounts(stream("accounts")), options.logins ?? []),
    ...(appliance?.build ? { firmware: appliance.build } : {}),
    ...(model ? { model } : {}),
    products: productsOf(draw),
    mac,
  };
}

/**
 * Draws a machine of an archetype. Throws DecnetError `config` where there is no such archetype.
 * A later boot and more patch nights change dates and versions only, and never backwards.
 */
export function createPersona(
  secret: InstallSecret,
  archetype: string,
  options: PersonaOptions = {},
): Persona {
  const place =
    options.place === undefined ? `${archetype}/${options.index ?? 0}` : `${archetype}/at/${options.place}`;
  const draft = draftOf(startDraw(secret, known(archetype), place, options), options);
  const made = new Map<unknown, unknown>();
  const services = options.services ?? (() => known(archetype).services);
  const persona: Persona = Object.freeze({
    ...draft,
    random: (label: string) => drawFrom(secret, "use", place, label),
    shared<T>(make: (persona: Persona) => T): T {
      if (!made.has(make)) made.set(make, make(persona));
      return made.get(make) as T;
    },
    portsOf: (service: string) =>
      offersOf(services(), usualPort).flatMap(({ name, port }) => (name === service ? [port] : [])),
    admits: (username: string, password: string) =>
      draft.accounts.some(
        (entry) => entry.name === username && entry.password !== null && entry.password === password,
      ),
  });
  return persona;
}
