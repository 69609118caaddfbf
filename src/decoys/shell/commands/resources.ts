// What it has and uses: uptime, free, df, mount, lsblk.

import type { Proc } from "../run/proc.ts";
import { mountOf } from "../world/mounts.ts";
import { parseOptions, program, table, timeParts } from "./options.ts";

function upText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const clock =
    hours > 0 ? `${String(hours).padStart(2)}:${String(minutes).padStart(2, "0")}` : `${minutes} min`;
  return days > 0 ? `${days} day${days === 1 ? "" : "s"}, ${clock}` : clock;
}

/** The line that uptime and w begin with. */
export function uptimeLine(proc: Proc): string {
  const time = timeParts(proc.now());
  const load = proc.world
    .loadAverage()
    .map((value) => value.toFixed(2))
    .join(", ");
  const users = proc.busybox ? "" : proc.login.tty ? " 1 user, " : " 0 users, ";
  return ` ${time.hour}:${time.minute}:${time.second} up ${upText(proc.world.uptimeSeconds())}, ${users} load average: ${load}\n`;
}

async function uptime(proc: Proc): Promise<number> {
  if (proc.args[0] === "-s" && !proc.busybox) {
    const time = timeParts(proc.world.persona.bootedAt);
    await proc.out(
      `${time.year}-${time.monthNumber}-${time.day.padStart(2, "0")} ${time.hour}:${time.minute}:${time.second}\n`,
    );
  } else if (proc.args[0] === "-p" && !proc.busybox)
    await proc.out(
      `up ${upText(proc.world.uptimeSeconds()).replace(/(\d+):(\d+)$/, (_, h: string, m: string) => `${Number(h)} hours, ${Number(m)} minutes`)}\n`,
    );
  else await proc.out(uptimeLine(proc));
  return 0;
}

const UNITS = ["B", "Ki", "Mi", "Gi", "Ti"];

/** KiB as `free -h` and `df -h` show them. */
export function human(kib: number, suffix: "i" | ""): string {
  let value = kib * 1024;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const name = unit === 0 ? (suffix ? "B" : "") : (UNITS[unit]?.charAt(0) ?? "") + suffix;
  if (unit === 0) return `${Math.ceil(value)}${name}`;
  return `${value >= 10 ? (suffix ? Math.round(value) : Math.ceil(value)) : (Math.ceil(value * 10) / 10).toFixed(1)}${name}`;
}

async function free(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "bkmghtws:c:",
    long: { human: "h", mebi: "m", gibi: "g", kibi: "k", bytes: "b", total: "t", wide: "w" },
  });
  if (typeof options === "number") return options;
  const memory = proc.world.memory();
  const scale = (kib: number): string => {
    if (options.has("h")) return human(kib, "i");
    if (options.has("b")) return String(kib * 1024);
    return String(Math.floor(kib / (options.has("m") ? 1024 : options.has("g") ? 1_048_576 : 1)));
  };
  const cache = memory.buffers + memory.cached;
  const row = (name: string, values: readonly number[], width: number): string =>
    `${name.padEnd(proc.busybox ? 7 : 8)}${values.map((value) => scale(value).padStart(width)).join("")}\n`;
  if (proc.busybox && proc.world.busyboxMinor < 29) {
    await proc.out("             total       used       free     shared    buffers     cached\n");
    await proc.out(
      row(
        "Mem:",
        [memory.total, memory.used + cache, memory.free, memory.shared, memory.buffers, memory.cached],
        11,
      ),
    );
    await proc.out(
      `-/+ buffers/cache: ${scale(memory.used).padStart(10)} ${scale(memory.free + cache).padStart(10)}\n${row("Swap:", [0, 0, 0], 11)}`,
    );
    return 0;
  }
  await proc.out(
    `${" ".repeat(8)}${["total", "used", "free", "shared", "buff/cache", "available"].map((name) => name.padStart(12)).join("")}\n`,
  );
  await proc.out(
    row("Mem:", [memory.total, memory.used, memory.free, memory.shared, cache, memory.available], 12),
  );
  await proc.out(row("Swap:", [memory.swap, 0, memory.swap], 12));
  return 0;
}

async function df(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "hkmTaPil",
    long: { human: "h", "human-readable": "h" },
  });
  if (typeof options === "number") return options;
  const h = options.has("h");
  const all = proc.world.mounts.filter((mount) => mount.size > 0);
  const found = options.rest
    .map((path) => proc.fs.realpath(path))
    .flatMap((path) => (path.ok ? [mountOf(all, path.value)] : []));
  const shown = options.rest.length > 0 ? found.filter((mount) => mount !== undefined) : all;
  const size = (kib: number): string =>
    h ? human(kib, "") : String(options.has("m") ? Math.ceil(kib / 1024) : kib);
  const rows = shown.map((mount) => {
    const available =
      mount.type === "ext4" ? Math.floor((mount.size - mount.used) * 0.947) : mount.size - mount.used;
    const percent = mount.used === 0 ? 0 : Math.ceil((mount.used / (mount.used + available)) * 100);
    return [
      mount.device,
      ...(options.has("T") ? [mount.type] : []),
      size(mount.size),
      size(mount.used),
      size(available),
      `${percent}%`,
      mount.path,
    ];
  });
  const head = [
    "Filesystem",
    ...(options.has("T") ? ["Type"] : []),
    h ? "Size" : "1K-blocks",
    "Used",
    h && !proc.busybox ? "Avail" : "Available",
    "Use%",
    "Mounted on",
  ];
  const shift = options.has("T") ? 1 : 0;
  // The least widths of coreutils' own columns.
  const least = proc.busybox ? [20, 9, 9, 9, 4] : [14, ...(shift ? [4] : []), 5, 5, 5, 4];
  await proc.out(table([head, ...rows], [1 + shift, 2 + shift, 3 + shift, 4 + shift], least));
  return 0;
}

async function mount(proc: Proc): Promise<number> {
  if (proc.args.length > 0 && !["-l", "-t"].includes(proc.args[0] ?? "")) {
    if (proc.user.uid !== 0)
      return proc.fail(proc.busybox ? "you must be root" : "must be superuser to use mount.", 1);
    if (proc.args.includes("remount,rw") || proc.args.join(" ").includes("remount"))
      return proc.busybox ? proc.fail("mounting /dev/root on / failed: Invalid argument", 255) : 0;
    return proc.fail(
      proc.busybox
        ? `mounting ${proc.args.at(-2) ?? ""} on ${proc.args.at(-1) ?? ""} failed: No such device`
        : `${proc.args.at(-1) ?? ""}: mount point does not exist.`,
      32,
    );
  }
  const type = proc.args[0] === "-t" ? proc.args[1] : undefined;
  const shown = proc.world.mounts.filter((one) => type === undefined || one.type === type);
  await proc.out(
    shown.map((one) => `${one.device} on ${one.path} type ${one.type} (${one.options})\n`).join(""),
  );
  return 0;
}

async function lsblk(proc: Proc): Promise<number> {
  const size = human(proc.world.persona.hardware.diskKib + 1_950_000, "");
  await proc.out(
    `NAME   MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\nsda      8:0    0 ${size.padStart(5)}  0 disk \n├─sda1   8:1    0 ${human(proc.world.persona.hardware.diskKib, "").padStart(5)}  0 part /\n├─sda2   8:2    0    1K  0 part \n└─sda5   8:5    0  976M  0 part [SWAP]\n`.replace(
      /[├└─]/g,
      (char) => Buffer.from(char, "utf8").toString("latin1"),
    ),
  );
  return 0;
}

/** The programs of this file. */
export const resourcePrograms = [
  program("uptime", uptime),
  program("free", free),
  program("df", df),
  program("mount", mount),
  program("umount", async (proc) => (proc.user.uid === 0 ? 0 : proc.fail("must be superuser to unmount."))),
  program("lsblk", lsblk),
];
