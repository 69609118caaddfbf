// State of the network: interfaces and routes, all of one address.

import type { Proc } from "../run/proc.ts";
import { program } from "./options.ts";

async function ifconfig(proc: Proc): Promise<number> {
  const { network } = proc.world;
  const address = network.address(proc.login.session);
  const broadcast = `${address.split(".").slice(0, 3).join(".")}.255`;
  const { rx, tx, rxBytes, txBytes } = network.counters(proc.world.uptimeSeconds());
  const mb = (bytes: number): string =>
    bytes / 1_048_576 > 1024
      ? `${(bytes / 1_073_741_824).toFixed(1)} Gi`
      : `${(bytes / 1_048_576).toFixed(1)} Mi`;
  if (proc.busybox) {
    await proc.out(
      `${network.interface.padEnd(10)}Link encap:Ethernet  HWaddr ${network.mac.toUpperCase()}  \n          inet addr:${address}  Bcast:${broadcast}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n          RX packets:${rx} errors:0 dropped:0 overruns:0 frame:0\n          TX packets:${tx} errors:0 dropped:0 overruns:0 carrier:0\n          collisions:0 txqueuelen:1000 \n          RX bytes:${rxBytes} (${mb(rxBytes)}B)  TX bytes:${txBytes} (${mb(txBytes)}B)\n          Interrupt:5 \n\n`,
    );
    await proc.out(
      "lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n          RX packets:1536 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:1536 errors:0 dropped:0 overruns:0 carrier:0\n          collisions:0 txqueuelen:0 \n          RX bytes:184320 (180.0 KiB)  TX bytes:184320 (180.0 KiB)\n\n",
    );
    return 0;
  }
  await proc.out(
    `${network.interface}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet ${address}  netmask 255.255.255.0  broadcast ${broadcast}\n        ether ${network.mac}  txqueuelen 1000  (Ethernet)\n        RX packets ${rx}  bytes ${rxBytes} (${mb(rxBytes)}B)\n        RX errors 0  dropped 0  overruns 0  frame 0\n        TX packets ${tx}  bytes ${txBytes} (${mb(txBytes)}B)\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\nlo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n        loop  txqueuelen 1000  (Local Loopback)\n        RX packets 1536  bytes 184320 (180.0 KiB)\n        RX errors 0  dropped 0  overruns 0  frame 0\n        TX packets 1536  bytes 184320 (180.0 KiB)\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n`,
  );
  return 0;
}

async function ip(proc: Proc): Promise<number> {
  const { network } = proc.world;
  const address = network.address(proc.login.session);
  const words = proc.args.filter((arg) => !arg.startsWith("-"));
  const [object = ""] = words;
  if (object === "") {
    await proc.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n       ip [ -force ] -batch filename\n");
    return 255;
  }
  const prefix = address.split(".").slice(0, 3).join(".");
  if ("route".startsWith(object))
    await proc.out(
      `default via ${network.gateway(proc.login.session)} dev ${network.interface} onlink \n${prefix}.0/24 dev ${network.interface} proto kernel scope link src ${address} \n`,
    );
  else if ("neighbour".startsWith(object))
    await proc.out(
      `${network.gateway(proc.login.session)} dev ${network.interface} lladdr 52:54:00:a1:0c:11 REACHABLE\n`,
    );
  else if ("address".startsWith(object) || "link".startsWith(object)) {
    const addresses = !"link".startsWith(object);
    await proc.out(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN ${addresses ? "group default qlen 1000" : "mode DEFAULT group default qlen 1000"}\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n${addresses ? "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n" : ""}2: ${network.interface}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP ${addresses ? "group default qlen 1000" : "mode DEFAULT group default qlen 1000"}\n    link/ether ${network.mac} brd ff:ff:ff:ff:ff:ff\n${addresses ? `    inet ${address}/24 brd ${prefix}.255 scope global ${network.interface}\n       valid_lft forever preferred_lft forever\n` : ""}`,
    );
  } else {
    await proc.err(`Object "${object}" is unknown, try "ip help".\n`);
    return 1;
  }
  return 0;
}

async function route(proc: Proc): Promise<number> {
  const { network } = proc.world;
  const prefix = network.address(proc.login.session).split(".").slice(0, 3).join(".");
  await proc.out(
    `Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n${(proc.args.includes("-n") || proc.busybox ? "0.0.0.0" : "default").padEnd(15)} ${network.gateway(proc.login.session).padEnd(15)} 0.0.0.0         UG    0      0        0 ${network.interface}\n${`${prefix}.0`.padEnd(15)} 0.0.0.0         255.255.255.0   U     0      0        0 ${network.interface}\n`,
  );
  return 0;
}

/** The programs of this file. */
export const networkPrograms = [
  program("ifconfig", ifconfig),
  program("ip", ip),
  program("route", route),
  program("arp", async (proc) => {
    await proc.out(
      `? (${proc.world.network.gateway(proc.login.session)}) at 52:54:00:a1:0c:11 [ether] on ${proc.world.network.interface}\n`,
    );
    return 0;
  }),
  program("iptables", async (proc) => {
    if (proc.user.uid !== 0)
      return proc.fail(
        "v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)",
        4,
      );
    if (proc.args.includes("-L"))
      await proc.out(
        "Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n\nChain FORWARD (policy ACCEPT)\ntarget     prot opt source               destination         \n\nChain OUTPUT (policy ACCEPT)\ntarget     prot opt source               destination         \n",
      );
    return 0;
  }),
];
