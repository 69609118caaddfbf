// Units, polkit rule and docs hold exactly the registry of workers.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { renderUnits } from "../../scripts/docs-units.ts";
import { renderPolkitRule } from "../../src/commands/init/access.ts";
import { unitName } from "../../src/commands/init/layout.ts";
import { renderUnit } from "../../src/commands/init/units.ts";
import { settings } from "../../src/kit/config-schema.ts";
import { workers } from "../../src/workers/index.ts";

const options = { binary: "/usr/local/bin/decnet", loopback: true };

test("docs/operation.md holds the registry's table (run `bun scripts/docs-units.ts`)", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/operation.md")).text();
  const scores = [...page.matchAll(/^\| `decnet-([a-z]+)\.service` .* \| ([0-9.]+) \|$/gm)];
  expect(page).toContain(renderUnits(new Map(scores.map((row) => [row[1] ?? "", row[2] ?? ""]))));
});

test.each(workers.map((worker) => [worker.name, worker] as const))(
  "%s runs with what it declares",
  (_, worker) => {
    const unit = renderUnit(worker, options);
    const bounds = /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1]?.split(" ").filter(Boolean) ?? [];
    expect(bounds).toEqual([...worker.privileges]);
    expect(unit).not.toContain("User=root");
    expect(unit).toContain("UnsetEnvironment=BUN_OPTIONS BUN_BE_BUN NODE_OPTIONS");
    expect(unit.includes("PrivateNetwork=yes")).toBe(worker.service.network === "none");
    const sharesView = worker.service.network === "fleet";
    expect(unit.includes("-/run/dbus")).toBe(!worker.service.startsOthers && !sharesView);
  },
);

/** Lines that every unit has. */
const COMMON = [
  "WorkingDirectory=/",
  "Restart=on-failure",
  // A hang is found out as soon as `decnet up` would.
  `WatchdogSec=${settings["supervisor.hang_ms"].default / 1000}`,
  "WatchdogSignal=SIGKILL",
  "NotifyAccess=main",
  "LimitNOFILE=65536",
  "NoNewPrivileges=yes",
  "ProtectClock=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "UMask=0027",
];
/** Lines of each that needs no view of the host's files. */
const SEALED = [
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectProc=invisible",
  "RestrictNamespaces=yes",
];
const FAMILIES = {
  none: "AF_UNIX",
  management: "AF_UNIX AF_INET AF_INET6",
  decoys: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  fleet: "AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET",
};

test.each(workers.map((worker) => [worker.name, worker] as const))("%s is closed in", (_, worker) => {
  const lines = renderUnit(worker, options).split("\n");
  const { network, user } = worker.service;
  const own = [
    `ExecStart=${options.binary} ${worker.name}`,
    `User=${user === "workers" ? "decnet" : "decnet-decky"}`,
    `AmbientCapabilities=${worker.privileges.join(" ")}`,
    `RestrictAddressFamilies=${FAMILIES[network]}`,
  ];
  const wanted = [...own, ...COMMON, ...(network === "fleet" ? [] : SEALED)];
  expect(wanted.filter((line) => !lines.includes(line))).toEqual([]);
  // systemd takes the last of two settings: none may be undone further down.
  const keys = wanted.map((line) => line.slice(0, line.indexOf("=") + 1));
  const once = keys.filter((key) => key !== "SystemCallFilter=");
  for (const key of once)
    expect([key, lines.filter((line) => line.startsWith(key)).length]).toEqual([key, 1]);
});

test("what makes namespaces has the host's view of files: nothing in its unit gives it another", () => {
  const maker = workers.find((worker) => worker.service.network === "fleet");
  if (!maker) throw new Error("nobody makes namespaces");
  // systemd.exec(5): each of these runs the service in a mount namespace of its own.
  const views =
    /^(Private\w+|Protect(System|Home|Kernel\w+|ControlGroups|Proc)|ProcSubset|\w+Paths|Mount\w+)=/m;
  expect(renderUnit(maker, options)).not.toMatch(views);
  expect(renderUnit(maker, options)).toContain("RestrictNamespaces=net\n");
});

test("an API that others may reach loses the address filter, and only then", () => {
  const api = workers.find((worker) => worker.name === "api");
  if (!api) throw new Error("no api");
  expect(renderUnit(api, options)).toContain("IPAddressDeny=any");
  expect(renderUnit(api, { ...options, loopback: false })).not.toContain("IPAddressDeny");
});

interface Asked {
  readonly id: string;
  readonly verb: string;
  readonly unit: string;
  readonly group: string;
}

/** Runs the rule as polkitd would, with a `polkit` of our own. */
function decide({ id, verb, unit, group }: Asked): string {
  type Rule = (action: object, subject: object) => string | undefined;
  let rule: Rule = () => undefined;
  const polkit = {
    Result: { YES: "yes" },
    addRule(given: Rule) {
      rule = given;
    },
  };
  new Function("polkit", renderPolkitRule(workers))(polkit);
  const details: Record<string, string> = { verb, unit };
  const action = { id, lookup: (key: string) => details[key] };
  return rule(action, { isInGroup: (name: string) => name === group }) ?? "not decided";
}

describe("the polkit rule", () => {
  const good = {
    id: "org.freedesktop.systemd1.manage-units",
    verb: "start",
    unit: "decnet-bus.service",
    group: "decnet",
  };

  test("lets the group start every worker's unit", () => {
    for (const { name } of workers) expect(decide({ ...good, unit: unitName(name) })).toBe("yes");
  });

  test.each([
    { verb: "stop" },
    { verb: "restart" },
    { verb: "" },
    { group: "decnet-decky" },
    { group: "users" },
    { id: "org.freedesktop.systemd1.manage-unit-files" },
    { unit: "decnet-evil.service" },
    { unit: "decnet-bus.service.evil" },
    { unit: "xdecnet-bus.service" },
    { unit: "decnet-bus" },
    { unit: "decnet.target" },
    { unit: "sshd.service" },
    { unit: "" },
  ])("decides nothing for %j", (change) => {
    expect(decide({ ...good, ...change })).toBe("not decided");
  });
});
