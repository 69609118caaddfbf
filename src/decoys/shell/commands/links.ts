// The links of a machine as its tools tell of them: the loopback and one card. Says nothing of how it looks on a screen.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import type { Counters } from "../world/network.ts";

/** One link. */
export interface Link {
  readonly index: number;
  readonly name: ByteString;
  readonly loopback: boolean;
  readonly mtu: number;
  readonly mac: ByteString;
  readonly address: ByteString;
  /** Prefix length. */
  readonly length: number;
  readonly mask: ByteString;
  readonly broadcast: ByteString;
  readonly counters: Counters;
}

/** Linux 3.6 made it larger. */
function loopbackMtu(release: string): number {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  return major < 3 || (major === 3 && minor < 6) ? 16_436 : 65_536;
}

/** Its links in the kernel's order. */
export function linksOf(proc: Proc): readonly [loopback: Link, card: Link] {
  const { network } = proc.world;
  const seconds = proc.world.uptimeSeconds();
  const address = network.address(proc.login.session);
  return [
    {
      index: 1,
      name: "lo",
      loopback: true,
      mtu: loopbackMtu(proc.world.persona.os.release),
      mac: "00:00:00:00:00:00",
      address: "127.0.0.1",
      length: 8,
      mask: "255.0.0.0",
      broadcast: "",
      counters: network.loopback(seconds),
    },
    {
      index: 2,
      name: network.interface,
      loopback: false,
      mtu: 1500,
      mac: network.mac,
      address,
      length: 24,
      mask: "255.255.255.0",
      broadcast: `${address.split(".").slice(0, 3).join(".")}.255`,
      counters: network.counters(seconds),
    },
  ];
}
