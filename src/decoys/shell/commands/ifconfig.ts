// ifconfig of net-tools and of BusyBox. Shows; what would change a link needs root and does nothing.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import type { Link } from "./links.ts";
import { linksOf } from "./links.ts";

/** Bytes in the largest unit that they fill, cut to one digit, as both programs do it. */
function scaled(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = units.findLastIndex((_, i) => i === 0 || bytes >= 1024 ** i);
  return `${(Math.floor((bytes * 10) / 1024 ** power) / 10).toFixed(1)} ${units[power]}`;
}

function modern({ name, loopback, mtu, mac, address, mask, broadcast, counters }: Link): string {
  const flags = loopback ? "73<UP,LOOPBACK,RUNNING>" : "4163<UP,BROADCAST,RUNNING,MULTICAST>";
  const { rx, tx, rxBytes, txBytes } = counters;
  return [
    `${name}: flags=${flags}  mtu ${mtu}`,
    `inet ${address}  netmask ${mask}${loopback ? "" : `  broadcast ${broadcast}`}`,
    loopback ? "loop  txqueuelen 1000  (Local Loopback)" : `ether ${mac}  txqueuelen 1000  (Ethernet)`,
    `RX packets ${rx}  bytes ${rxBytes} (${scaled(rxBytes)})`,
    "RX errors 0  dropped 0  overruns 0  frame 0",
    `TX packets ${tx}  bytes ${txBytes} (${scaled(txBytes)})`,
    "TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0",
  ].join("\n        ");
}

function classic({ name, loopback, mtu, mac, address, mask, broadcast, counters }: Link): string {
  const { rx, tx, rxBytes, txBytes } = counters;
  const lines = [
    `inet addr:${address}  ${loopback ? "" : `Bcast:${broadcast}  `}Mask:${mask}`,
    `UP ${loopback ? "LOOPBACK RUNNING" : "BROADCAST RUNNING MULTICAST"}  MTU:${mtu}  Metric:1`,
    `RX packets:${rx} errors:0 dropped:0 overruns:0 frame:0`,
    `TX packets:${tx} errors:0 dropped:0 overruns:0 carrier:0`,
    `collisions:0 txqueuelen:${loopback ? "0" : "1000"} `,
    `RX bytes:${rxBytes} (${scaled(rxBytes)})  TX bytes:${txBytes} (${scaled(txBytes)})`,
    ...(loopback ? [] : ["Interrupt:5 "]),
  ];
  const kind = loopback ? "Local Loopback  " : `Ethernet  HWaddr ${mac.toUpperCase()}  `;
  return `${name.padEnd(10)}Link encap:${kind}\n${lines.map((line) => `          ${line}`).join("\n")}`;
}

async function refuse(proc: Proc, name: ByteString, changes: boolean): Promise<number> {
  if (changes && proc.user.uid !== 0) {
    await proc.err(
      proc.busybox
        ? "ifconfig: SIOCSIFFLAGS: Permission denied\n"
        : "SIOCSIFFLAGS: Operation not permitted\n",
    );
    return proc.busybox ? 1 : 255;
  }
  if (changes) {
    await proc.err(
      proc.busybox ? "ifconfig: SIOCSIFADDR: No such device\n" : "SIOCSIFADDR: No such device\n",
    );
    return proc.busybox ? 1 : 255;
  }
  const why = `${name}: error fetching interface information: Device not found\n`;
  await proc.err(proc.busybox ? `ifconfig: ${why}` : why);
  return 1;
}

/** Shows all links, or the one that is named. */
export async function ifconfig(proc: Proc): Promise<number> {
  const [name, ...changes] = proc.args.filter((arg) => !arg.startsWith("-"));
  const [loopback, card] = linksOf(proc);
  const known = [card, loopback];
  const shown = name === undefined ? known : known.filter((link) => link.name === name);
  if (name !== undefined && (shown.length === 0 || (changes.length > 0 && proc.user.uid !== 0)))
    return refuse(proc, name, changes.length > 0);
  if (changes.length > 0) return 0;
  const print = proc.busybox ? classic : modern;
  await proc.out(shown.map((link) => `${print(link)}\n\n`).join(""));
  return 0;
}
