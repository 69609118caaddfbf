// /proc and /sys: what the kernel shows, made anew at each read from the same figures as the commands use.

import { liveContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import { cpuinfo } from "./cpu.ts";
import { distributionOf } from "./distribution.ts";
import { addDevices } from "./files-dev.ts";
import { addProcess } from "./files-process.ts";
import type { Counters } from "./network.ts";
import { statusText } from "./process-status.ts";
import type { World } from "./world.ts";

function meminfo(world: World): string {
  const memory = world.memory();
  const swapFree = memory.swap;
  const rows: [string, number][] = [
    ["MemTotal", memory.total],
    ["MemFree", memory.free],
    ...(world.persona.firmware ? [] : ([["MemAvailable", memory.available]] as [string, number][])),
    ["Buffers", memory.buffers],
    ["Cached", memory.cached],
    ["SwapCached", 0],
    ["Active", Math.floor(memory.cached * 0.62)],
    ["Inactive", Math.floor(memory.cached * 0.48)],
    ["Active(anon)", Math.floor(memory.used * 0.03)],
    ["Inactive(anon)", Math.floor(memory.used * 0.41)],
    ["Active(file)", Math.floor(memory.cached * 0.58)],
    ["Inactive(file)", Math.floor(memory.cached * 0.31)],
    ["Unevictable", 0],
    ["Mlocked", 0],
    ["SwapTotal", memory.swap],
    ["SwapFree", swapFree],
    ["Dirty", 112],
    ["Writeback", 0],
    ["AnonPages", Math.floor(memory.used * 0.44)],
    ["Mapped", Math.floor(memory.used * 0.2)],
    ["Shmem", memory.shared],
    ["Slab", Math.floor(memory.used * 0.16)],
    ["SReclaimable", Math.floor(memory.used * 0.1)],
    ["SUnreclaim", Math.floor(memory.used * 0.06)],
    ["KernelStack", 2576],
    ["PageTables", Math.floor(memory.used * 0.012)],
    ["NFS_Unstable", 0],
    ["Bounce", 0],
    ["WritebackTmp", 0],
    ["CommitLimit", Math.floor(memory.total / 2) + memory.swap],
    ["Committed_AS", Math.floor(memory.used * 1.4)],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(15)}${String(value).padStart(9)} kB\n`).join("");
}

/** `/proc/version`. */
function kernelVersion(world: World): string {
  const { release, version, flavour } = world.persona.os;
  const system = distributionOf(world.persona);
  const compiler =
    flavour === "debian"
      ? `(${system.kernelBuilder}) (${system.compiler})`
      : `(root@dd-wrt) (${world.persona.firmware?.compiler ?? ""})`;
  return `Linux version ${release} ${compiler} ${version}\n`;
}

function routeHex(ip: string): string {
  return ip
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
    .join("");
}

/** Adds /proc, /sys and /dev. */
export function addKernelFiles(tree: TreeBuilder, world: World): void {
  const live = (path: string, make: () => string, mode = 0o444): void =>
    tree.file(path, liveContent(make), { mode, mtimeMs: world.persona.bootedAt });
  const { persona } = world;
  tree.dir("/proc", { mode: 0o555, sealed: "ENOENT" });
  tree.dir("/sys", { mode: 0o555, sealed: "EPERM" });
  live("/proc/cpuinfo", () => cpuinfo(world));
  live("/proc/meminfo", () => meminfo(world));
  live("/proc/version", () => kernelVersion(world));
  live(
    "/proc/uptime",
    () =>
      `${world.uptimeSeconds().toFixed(2)} ${(world.uptimeSeconds() * persona.hardware.cpus * 0.97).toFixed(2)}\n`,
  );
  live(
    "/proc/loadavg",
    () =>
      `${world
        .loadAverage()
        .map((load) => load.toFixed(2))
        .join(
          " ",
        )} 1/${world.processes.length + 24} ${9000 + (Math.floor(world.uptimeSeconds()) % 20_000)}\n`,
  );
  live("/proc/mounts", () =>
    world.mounts
      .map((mount) => `${mount.device} ${mount.path} ${mount.type} ${mount.options} 0 0\n`)
      .join(""),
  );
  live("/proc/self/mounts", () =>
    world.mounts
      .map((mount) => `${mount.device} ${mount.path} ${mount.type} ${mount.options} 0 0\n`)
      .join(""),
  );
  live("/proc/cmdline", () =>
    persona.os.flavour === "debian"
      ? `BOOT_IMAGE=/boot/vmlinuz-${persona.os.release} root=UUID=${uuid(world)} ro quiet\n`
      : "root=1f02 rootfstype=squashfs noinitrd console=ttyS0,115200\n",
  );
  live(
    "/proc/filesystems",
    () => "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevpts\n\text4\n\tsquashfs\n\tvfat\n",
  );
  live(
    "/proc/swaps",
    () =>
      `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${persona.os.flavour === "debian" ? "/dev/sda5                               partition\t999420\t\t0\t\t-2\n" : ""}`,
  );
  live("/proc/partitions", () =>
    persona.os.flavour === "debian"
      ? `major minor  #blocks  name\n\n   8        0 ${persona.hardware.diskKib + 1_950_000} sda\n   8        1 ${persona.hardware.diskKib} sda1\n   8        5     999420 sda5\n`
      : "major minor  #blocks  name\n\n  31        0        256 mtdblock0\n  31        1         64 mtdblock1\n  31        2       1856 mtdblock2\n  31        3      12160 mtdblock3\n  31        4       1024 mtdblock4\n",
  );
  live(
    "/proc/stat",
    () =>
      `cpu  ${Math.floor(world.uptimeSeconds() * 1.2)} 0 ${Math.floor(world.uptimeSeconds() * 0.8)} ${Math.floor(world.uptimeSeconds() * 97 * persona.hardware.cpus)} 812 0 96 0 0 0\nbtime ${Math.floor(persona.bootedAt / 1000)}\nprocesses 48211\nprocs_running 1\nprocs_blocked 0\n`,
  );
  live("/proc/net/dev", () => netDev(world));
  live("/proc/net/route", () => routeTable(world));
  live(
    "/proc/net/tcp",
    () =>
      `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n${world.network.listeners.map((one, i) => `   ${i}: 00000000:${one.port.toString(16).padStart(4, "0").toUpperCase()} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${14_000 + i * 31} 1 0000000000000000 100 0 0 10 0\n`).join("")}`,
  );
  live("/proc/net/arp", () => arpTable(world));
  live("/proc/sys/kernel/hostname", () => `${persona.hostname}\n`, 0o644);
  live("/proc/sys/kernel/osrelease", () => `${persona.os.release}\n`);
  live("/proc/sys/kernel/ostype", () => "Linux\n");
  live("/proc/sys/kernel/version", () => `${persona.os.version}\n`);
  live("/proc/sys/kernel/pid_max", () => "32768\n", 0o644);
  live("/proc/sys/vm/nr_hugepages", () => "0\n", 0o644);
  live("/proc/sys/fs/file-max", () => "9223372036854775807\n", 0o644);
  const reader = {
    name: persona.os.flavour === "busybox" ? "sh" : "bash",
    pid: 2311,
    ppid: 2304,
    state: "S (sleeping)",
  };
  live("/proc/self/status", () =>
    statusText(world, { ...reader, vsz: 4348, rss: 3248, user: { uid: 0, gid: 0, groups: [0] } }),
  );
  live("/proc/self/cgroup", () => "0::/user.slice/user-0.slice/session-3.scope\n");
  live("/proc/self/cmdline", () => "cat\0/proc/self/cmdline\0");
  tree.link("/proc/self/exe", persona.os.flavour === "busybox" ? "/bin/busybox" : "/usr/bin/cat");
  if (persona.os.flavour === "busybox")
    live(
      "/proc/mtd",
      () =>
        `dev:    size   erasesize  name\nmtd0: 00040000 00010000 "cfe"\nmtd1: ${((persona.hardware.diskKib - 320) * 1024).toString(16).padStart(8, "0")} 00010000 "linux"\nmtd2: 00380000 00010000 "rootfs"\nmtd3: 00010000 00010000 "nvram"\nmtd4: ${((persona.hardware.diskKib - 5120) * 1024).toString(16).padStart(8, "0")} 00010000 "ddwrt"\n`,
    );
  for (const process of world.processes) addProcess(tree, { ...process, world });
  tree.file("/sys/class/net/lo/address", "00:00:00:00:00:00\n");
  tree.file(`/sys/class/net/${world.network.interface}/address`, `${persona.mac}\n`);
  if (persona.os.flavour === "debian") {
    tree.file("/sys/class/dmi/id/product_name", "Standard PC (i440FX + PIIX, 1996)\n");
    tree.file("/sys/class/dmi/id/sys_vendor", "QEMU\n");
  }
  addDevices(tree, world);
}

function uuid(world: World): string {
  const hex = Buffer.from(world.persona.random("shell-root-uuid").bytes(16)).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** One column of /proc/net/route after the other; rows are padded to 127 characters (net/ipv4/fib_trie.c). */
function routeTable({ network }: World): string {
  const { interface: name, prefix } = network;
  const row = (columns: readonly string[]): string => `${columns.join("\t").padEnd(127)}\n`;
  const words = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT".split(
    "\t",
  );
  const [none, off] = ["00000000", "0"];
  return [
    row(words),
    row([name, none, routeHex(`${prefix}.1`), "0003", off, off, off, none, off, off, off]),
    row([
      name,
      routeHex(`${prefix}.0`),
      none,
      "0001",
      off,
      off,
      off,
      routeHex("255.255.255.0"),
      off,
      off,
      off,
    ]),
  ].join("");
}

function arpTable({ network }: World): string {
  const ip = `${network.prefix}.1`.padEnd(16);
  return `IP address       HW type     Flags       HW address            Mask     Device\n${ip} 0x1         0x2         ${network.gatewayMac}     *        ${network.interface}\n`;
}

function netDev(world: World): string {
  const seconds = world.uptimeSeconds();
  const row = (name: string, { rxBytes: a, rx: b, txBytes: c, tx: d }: Counters): string => {
    const six = "    0    0    0     0          0         0";
    return `${name.padStart(6)}: ${String(a).padStart(7)} ${String(b).padStart(7)}${six} ${String(c).padStart(8)} ${String(d).padStart(7)}    0    0    0     0       0          0\n`;
  };
  return `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${row("lo", world.network.loopback(seconds))}${row(world.network.interface, world.network.counters(seconds))}`;
}
