// What machine it is: uname, hostname, nproc, lscpu, lsb_release, dmesg …

import type { Proc } from "../run/proc.ts";
import { distributionOf } from "../world/distribution.ts";
import { parseOptions, program, quoted } from "./options.ts";

async function uname(proc: Proc): Promise<number> {
  const long = {
    all: "a",
    "kernel-name": "s",
    nodename: "n",
    "kernel-release": "r",
    "kernel-version": "v",
    machine: "m",
    processor: "p",
    "hardware-platform": "i",
    "operating-system": "o",
  };
  const options = await parseOptions(proc, { short: "asnrvmpio", long });
  if (typeof options === "number") return options;
  if (options.rest.length > 0) {
    await proc.err(
      `uname: extra operand ${quoted(proc, options.rest[0] ?? "")}\nTry 'uname --help' for more information.\n`,
    );
    return 1;
  }
  const { os, hostname } = proc.world.persona;
  const all = options.has("a");
  const none = !"asnrvmpio".split("").some((flag) => options.has(flag));
  const unknown = proc.busybox || options.has("p") || options.has("i");
  const fields: [string, string][] = [
    ["s", "Linux"],
    ["n", hostname],
    ["r", os.release],
    ["v", os.version],
    ["m", os.machine],
  ];
  if (unknown && !all) fields.push(["p", "unknown"], ["i", "unknown"]);
  fields.push(["o", "GNU/Linux"]);
  const shown = fields.filter(([flag]) => (none ? flag === "s" : all ? true : options.has(flag)));
  await proc.out(`${shown.map(([, text]) => text).join(" ")}\n`);
  return 0;
}

async function hostname(proc: Proc): Promise<number> {
  const { persona, network } = proc.world;
  const [flag] = proc.args;
  if (flag === "-I" || flag === "-i")
    await proc.out(`${network.address(proc.login.session)}${flag === "-I" ? " " : ""}\n`);
  else if (flag === "-f" || flag === "--fqdn") await proc.out(`${persona.hostname}.${persona.domain}\n`);
  else if (flag === "-d") await proc.out(`${persona.domain}\n`);
  else if (flag !== undefined && !flag.startsWith("-")) {
    if (proc.user.uid !== 0)
      return proc.fail(
        proc.busybox ? "sethostname: Operation not permitted" : "you must be root to change the host name",
      );
  } else await proc.out(`${persona.hostname}\n`);
  return 0;
}

async function lsbRelease(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "aidrcs" });
  if (typeof options === "number") return options;
  await proc.err("No LSB modules are available.\n");
  const rows: [string, string, string][] = [
    ["i", "Distributor ID:", distributionOf(proc.world.persona).distributor],
    ["d", "Description:", proc.world.persona.os.pretty],
    ["r", "Release:", distributionOf(proc.world.persona).release],
    ["c", "Codename:", distributionOf(proc.world.persona).codename],
  ];
  for (const [flag, name, value] of rows)
    if (options.has("a") || options.has(flag))
      await proc.out(options.has("s") ? `${value}\n` : `${name}\t${value}\n`);
  return 0;
}

async function dmesg(proc: Proc): Promise<number> {
  if (proc.user.uid !== 0 && !proc.busybox)
    return proc.fail("read kernel buffer failed: Operation not permitted");
  const { os, hardware } = proc.world.persona;
  const lines = proc.busybox
    ? [
        `Linux version ${os.release} (root@dd-wrt) ${os.version}`,
        `CPU: ${hardware.cpuModel}`,
        `Memory: ${hardware.memoryKib}K available`,
        "Kernel command line: root=1f02 rootfstype=squashfs noinitrd console=ttyS0,115200",
        "VFS: Mounted root (squashfs filesystem) readonly on device 31:2.",
        "eth0: link up, 100 Mbps/full duplex",
      ]
    : [
        `Linux version ${os.release} (${distributionOf(proc.world.persona).kernelBuilder}) ${os.version}`,
        `Command line: BOOT_IMAGE=/boot/vmlinuz-${os.release} ro quiet`,
        `smpboot: CPU0: ${hardware.cpuModel}`,
        `Memory: ${hardware.memoryKib}K/${hardware.memoryKib + 51_200}K available`,
        "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none.",
        "systemd[1]: Detected virtualization kvm.",
      ];
  await proc.out(
    lines.map((line, i) => `[${(i * 0.731 + (i > 3 ? 1.2 : 0)).toFixed(6).padStart(12)}] ${line}\n`).join(""),
  );
  return 0;
}

async function lsmod(proc: Proc): Promise<number> {
  const rows = proc.busybox
    ? [
        ["mt_wifi", "1187840", "1"],
        ["usbcore", "126976", "1", "ehci_hcd"],
      ]
    : [
        ["tls", "135168", "0"],
        ["intel_rapl_msr", "20480", "0"],
        ["kvm_intel", "380928", "0"],
        ["kvm", "1142784", "1", "kvm_intel"],
        ["virtio_net", "73728", "0"],
        ["virtio_scsi", "24576", "2"],
        ["ext4", "983040", "1"],
        ["jbd2", "167936", "1", "ext4"],
      ];
  await proc.out("Module                  Size  Used by\n");
  for (const [name = "", size = "", used = "", by = ""] of rows)
    await proc.out(`${name.padEnd(19)} ${size.padStart(8)}  ${used}${by === "" ? "" : ` ${by}`}\n`);
  return 0;
}

async function lspci(proc: Proc): Promise<number> {
  await proc.out(
    "00:00.0 Host bridge: Intel Corporation 440FX - 82441FX PMC [Natoma] (rev 02)\n00:01.0 ISA bridge: Intel Corporation 82371SB PIIX3 ISA [Natoma/Triton II]\n00:01.1 IDE interface: Intel Corporation 82371SB PIIX3 IDE [Natoma/Triton II]\n00:02.0 VGA compatible controller: Device 1234:1111 (rev 02)\n00:05.0 SCSI storage controller: Red Hat, Inc. Virtio SCSI\n00:12.0 Ethernet controller: Red Hat, Inc. Virtio network device\n",
  );
  return 0;
}

async function nproc(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "", long: { all: "a", ignore: "i" } });
  if (typeof options === "number") return options;
  await proc.out(`${proc.world.persona.hardware.cpus}\n`);
  return 0;
}

/** The programs of this file. */
export const systemPrograms = [
  program("uname", uname),
  program("hostname", hostname),
  program("nproc", nproc),
  program("lsb_release", lsbRelease),
  program("dmesg", dmesg),
  program("lsmod", lsmod),
  program("lspci", lspci),
  program("arch", async (proc) => {
    await proc.out(`${proc.world.persona.os.machine}\n`);
    return 0;
  }),
  program("sync", () => Promise.resolve(0)),
  program("sysctl", async (proc) => {
    const set = proc.args.find((arg) => arg.includes("="));
    if (set) await proc.out(`${set.replace("=", " = ")}\n`);
    return 0;
  }),
  program("modprobe", async (proc) =>
    proc.user.uid === 0
      ? proc.fail(
          `FATAL: Module ${proc.args.at(-1) ?? ""} not found in directory /lib/modules/${proc.world.persona.os.release}`,
        )
      : proc.fail("ERROR: could not insert module: Operation not permitted"),
  ),
];
