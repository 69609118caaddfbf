// State of the network: links, routes and neighbours, all of one address.

import type { Proc } from "../run/proc.ts";
import { ifconfig } from "./ifconfig.ts";
import { ip } from "./ip.ts";
import { program } from "./options.ts";

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
      `? (${proc.world.network.gateway(proc.login.session)}) at ${proc.world.network.gatewayMac} [ether] on ${proc.world.network.interface}\n`,
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
