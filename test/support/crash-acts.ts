// What the crash tests do with a fleet: a small topology of two LANs, one decky that forwards, and every operation on it.
// Each round ends where it began, so that it can be gone through once for every step.

import { newLink, setLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import type { Act } from "./crash-lab.ts";
import { EDGE } from "./crash-lab.ts";

const decky = (name: string, edges: readonly [string, string][], over: object = {}) => ({
  name,
  archetype: "linux-server",
  services: ["ssh"],
  forward: false,
  edges: edges.map(([lan, address]) => ({ lan, address })),
  ...over,
});

/** The interface in whose network the macvlan's LAN is. */
const WIRE = "wire0";

/** Puts it there. */
export function layWire(): void {
  using socket = openNetlink();
  socket.all([
    newLink({ kind: "veth", name: WIRE, peer: { name: "wire1" } }),
    ...[WIRE, "wire1"].map((name) => setLink(name, { quietIpv6: true, up: true })),
  ]);
}

export const maze = {
  name: "crash",
  lans: [
    { name: EDGE.lan, subnet: "10.97.0.0/24", dmz: true },
    { name: "inner", subnet: EDGE.behind, interface: "br-inner" },
  ],
  deckies: [
    decky(EDGE.decky, [[EDGE.lan, "10.97.0.10"]], { services: ["ssh", "ftp"] }),
    decky(
      "gate",
      [
        [EDGE.lan, EDGE.way],
        ["inner", "10.98.0.2"],
      ],
      { forward: true },
    ),
    decky("db", [["inner", "10.98.0.10"]]),
  ],
};

const twin = decky("twin", [
  [EDGE.lan, "10.97.0.11"],
  ["third", "10.99.0.11"],
]);
const third = { name: "third", subnet: "10.99.0.0/24", dmz: false };
const wire = {
  name: "wire",
  subnet: "10.96.0.0/24",
  dmz: false,
  driver: "macvlan",
  interface: WIRE,
} as const;

/** Orders that lead away and back. */
export interface Round {
  readonly name: string;
  readonly acts: readonly Act[];
  /** What is put in place for it, and taken away after it. */
  readonly before?: readonly Act[];
  readonly after?: readonly Act[];
}

/** The whole topology, from nothing to nothing. */
export const whole: Round = { name: "deploy and teardown", acts: ["deploying", "tearing_down"] };

/** A decky that comes, becomes another way between its LANs, and goes. */
const members: Round = {
  name: "add_decky, update_decky that begins to forward, remove_decky",
  acts: [
    { op: "add_decky", decky: twin },
    { op: "update_decky", name: "twin", changes: { forward: true, services: ["ssh", "ftp"] } },
    { op: "remove_decky", name: "twin" },
  ],
  before: [{ op: "add_lan", lan: third }],
  after: [{ op: "remove_lan", name: "third" }],
};

/** In a network that others may be in: addresses are asked for before they are given. */
const open = { ...third, interface: "br-third" };

/** Each of the changes that there are, once: a LAN and deckies in it come, change and go. */
export const everyOp: Round = {
  name: "each of the changes",
  acts: [
    { op: "add_lan", lan: open },
    { op: "add_decky", decky: twin },
    { op: "attach_decky", name: "db", edge: { lan: "third", address: "10.99.0.10" } },
    { op: "update_decky", name: "twin", changes: { forward: true, services: ["ssh", "ftp"] } },
    { op: "update_lan", name: "third", changes: { gateway: "10.99.0.254" } },
    { op: "detach_decky", name: "db", lan: "third" },
    { op: "remove_decky", name: "twin" },
    { op: "remove_lan", name: "third" },
  ],
};

/** Changes of the topology that stands, alone and together, on a bridge and on a macvlan. */
export const rounds: readonly Round[] = [
  {
    name: "add_lan, attach_decky, remove_lan with a decky in it",
    acts: [
      { op: "add_lan", lan: third },
      { op: "attach_decky", name: EDGE.decky, edge: { lan: "third", address: "10.99.0.10" } },
      { op: "remove_lan", name: "third" },
    ],
  },
  members,
  {
    name: "attach_decky and detach_decky of a macvlan",
    acts: [
      { op: "attach_decky", name: "db", edge: { lan: "wire", address: "10.96.0.10" } },
      { op: "detach_decky", name: "db", lan: "wire" },
    ],
    before: [{ op: "add_lan", lan: wire }],
    after: [{ op: "remove_lan", name: "wire" }],
  },
  {
    name: "update_lan, there and back",
    acts: [
      { op: "update_lan", name: EDGE.lan, changes: { gateway: "10.97.0.254" } },
      { op: "update_lan", name: EDGE.lan, changes: { gateway: null } },
    ],
  },
];
