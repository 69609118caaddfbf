// systemd units made from the registry of workers (systemd.unit(5), systemd.exec(5)). Pure: text in, text out.
// Holds no list of workers: what a unit leaves open is in the worker's own definition.

import { settings } from "../../kit/config-schema.ts";
import type { Place, WorkerDefinition } from "../../kit/worker.ts";
import { DECOYS_USER, WORKERS_USER } from "../../platform/identity.ts";
import { BUS_DIR, DATA_DIR, TARGET, unitName } from "./layout.ts";

/** What units depend on besides the registry. */
export interface UnitOptions {
  readonly binary: string;
  /** Whether the API stays on this host's own addresses; its unit then lets nothing else through. */
  readonly loopback: boolean;
}

const HEAD =
  "# Made by `decnet init`; it is written anew by the next one. Changes belong into a drop-in: systemctl edit.";

/** Files of each place that is hidden from a worker which does not need it. */
const places: Readonly<Record<Place, string>> = {
  database: `${DATA_DIR}/decnet.db`,
  spool: `${DATA_DIR}/spool`,
  blobs: `${DATA_DIR}/blobs`,
  run: `${DATA_DIR}/run`,
  orders: `${DATA_DIR}/run/decky`,
  bus: BUS_DIR,
};

type Lines = readonly string[];

/** Calls that a worker needs besides those of any service. */
const calls: Readonly<Record<WorkerDefinition["service"]["user"], string>> = {
  // The bus gives its socket to its group, and may: it is its owner and a member.
  workers: "@chown",
  // It gives up its capability by itself, and puts up a fence of its own.
  decoys: "capset seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
};

function identity({ service, privileges }: WorkerDefinition): Lines {
  const own = privileges.join(" ");
  return [
    `User=${service.user === "workers" ? WORKERS_USER : DECOYS_USER}`,
    `Group=${WORKERS_USER}`,
    "SupplementaryGroups=",
    `AmbientCapabilities=${own}`,
    `CapabilityBoundingSet=${own}`,
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    `SystemCallFilter=${calls[service.user]}`,
    ...(service.shortTurns ? ["SystemCallFilter=sched_setattr"] : []),
    // A neighbour of its own puts up the decoys' fence as well.
    ...(service.network === "fleet"
      ? ["SystemCallFilter=@mount setns unshare", `SystemCallFilter=${calls.decoys}`]
      : []),
    // Root's own file, read once and never opened by the user that serves.
    ...(service.user === "decoys" ? [`LoadCredential=secret:${DATA_DIR}/secret`] : []),
  ];
}

function network({ service }: WorkerDefinition, { loopback }: UnitOptions): Lines {
  switch (service.network) {
    case "none":
      return ["PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "IPAddressDeny=any"];
    case "management": {
      const families = "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6";
      return loopback ? [families, "IPAddressDeny=any", "IPAddressAllow=localhost"] : [families];
    }
    case "decoys":
      // AF_NETLINK: how libc lists the host's addresses (getifaddrs(3)).
      return ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"];
    case "fleet":
      return ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET"];
  }
}

/** The broker's folder is made by systemd; everything else lies in the data folder. */
function files({ service }: WorkerDefinition): Lines {
  if (service.network === "fleet") return [];
  const inside = (Object.keys(places) as Place[]).filter((place) => place !== "bus");
  const { places: open } = service;
  const written = inside.filter((place) => open[place] === "write");
  const hidden = inside.filter((place) => open[place] === undefined).map((place) => `-${places[place]}`);
  // SQLite makes files beside its own: the folder is writable then, and what is only read is closed again.
  const paths = open.database === "write" ? [DATA_DIR] : written.map((place) => places[place]);
  const readOnly =
    open.database === "write" ? inside.filter((place) => open[place] === "read").map((p) => places[p]) : [];
  const managers = service.startsOthers ? [] : ["-/run/dbus", "-/run/systemd/private"];
  const closed = [...hidden, `-${DATA_DIR}/logs`, ...managers];
  return [
    ...(open.bus === "write"
      ? ["RuntimeDirectory=decnet", "RuntimeDirectoryMode=0750", "RuntimeDirectoryPreserve=yes"]
      : []),
    ...(paths.length > 0 ? [`ReadWritePaths=${paths.join(" ")}`] : []),
    ...(readOnly.length > 0 ? [`ReadOnlyPaths=${readOnly.join(" ")}`] : []),
    `InaccessiblePaths=${closed.join(" ")}`,
  ];
}

/** Closed to every worker. MemoryDenyWriteExecute is left out: the JavaScript engine compiles into memory that it then runs. */
const closed: Lines = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "PrivateIPC=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectControlGroups=yes",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "RemoveIPC=yes",
  "KeyringMode=private",
  "SystemCallArchitectures=native",
  "SystemCallErrorNumber=EPERM",
  "UMask=0027",
];

/**
 * What of {@link closed} makes no view of files of its own: a name that is mounted in such a view would be gone with the
 * process, and the machine with it.
 */
const closedWithoutView: Lines = closed.filter((line) =>
  /^(NoNewPrivileges|ProtectClock|RestrictRealtime|RestrictSUIDSGID|LockPersonality|RemoveIPC|KeyringMode|SystemCall|UMask)/.test(
    line,
  ),
);

function start(worker: WorkerDefinition, { binary }: UnitOptions): Lines {
  return [
    "Type=exec",
    `ExecStart=${binary} ${worker.name}`,
    "WorkingDirectory=/",
    `Environment=DECNET_DATA_DIR=${DATA_DIR} DECNET_BUS_SOCKET=${BUS_DIR}/bus.sock`,
    "UnsetEnvironment=BUN_OPTIONS BUN_BE_BUN NODE_OPTIONS",
    "Restart=on-failure",
    // A wrong setting (EX_CONFIG) does not become right by trying again, nor does a broker where NATS carries the bus.
    "RestartPreventExitStatus=78",
    "RestartSec=2",
    "TimeoutStopSec=10",
    // Silent for as long as `decnet up` bears it, it hangs, and is killed at once and without a core.
    `WatchdogSec=${settings["supervisor.hang_ms"].default / 1000}`,
    "WatchdogSignal=SIGKILL",
    "NotifyAccess=main",
    "LimitNOFILE=65536",
    "LimitCORE=0",
    "StandardInput=null",
  ];
}

/**
 * After so many failures the unit stays down and says so; that is what a crash loop looks like to the service manager.
 * A growing delay (RestartSteps, RestartMaxDelaySec) needs systemd 254: older ones complain of unknown keys.
 */
const PATIENCE: Lines = ["StartLimitIntervalSec=120", "StartLimitBurst=10"];

function section(name: string, lines: Lines): string {
  return `[${name}]\n${lines.join("\n")}\n`;
}

/** The unit of one worker. */
export function renderUnit(worker: WorkerDefinition, options: UnitOptions): string {
  // Neither required nor wanted: workers go on without the bus, and one that restarts must not revive a stopped one.
  const order = worker.name === "bus" ? [] : [`After=${unitName("bus")}`];
  const after = worker.service.network === "none" ? [] : ["After=network.target"];
  const unit = [
    `Description=decnet ${worker.name}: ${worker.summary}`.replaceAll("%", "%%"),
    `PartOf=${TARGET}`,
    ...order,
    ...after,
    ...PATIENCE,
  ];
  const service = [
    ...start(worker, options),
    ...identity(worker),
    ...network(worker, options),
    ...files(worker),
    ...(worker.service.network === "fleet" ? [...closedWithoutView, "RestrictNamespaces=net"] : closed),
  ];
  const install = [`WantedBy=${TARGET}`];
  return [`${HEAD}\n`, section("Unit", unit), section("Service", service), section("Install", install)].join(
    "\n",
  );
}

/**
 * The target that holds them together. It notes the SHA-256 of the executable's copy that init made, so that a removal
 * knows its own: systemd passes over sections that begin with `X-` (systemd.unit(5)).
 */
export function renderTarget(copied?: string): string {
  const unit = section("Unit", ["Description=decnet: all workers of this host"]);
  const note = copied === undefined ? [] : [section("X-Decnet", [`Copied=${copied}`])];
  return [`${HEAD}\n`, unit, section("Install", ["WantedBy=multi-user.target"]), ...note].join("\n");
}

/** What a target's text notes of the copy. */
export function copiedIn(target: string): string | undefined {
  return /^Copied=([0-9a-f]{64})$/m.exec(target)?.[1];
}
