// Opens sockets in the deckies' namespaces and hands them to the decoys' process: only what is missing there.
// What it says it holds is believed only as far as the kernel says that the namespace is listened in.

import { toError } from "../../contract/errors.ts";
import type { HandedSocket, Held } from "../../fleet/handover.ts";
import { closeFd, openListener } from "../../platform/libc/sockets.ts";
import { listeningPorts } from "../../platform/netlink/listening.ts";
import type { NamedNamespaces } from "../../platform/netns/named.ts";
import type { Orders } from "./orders.ts";
import type { Wanted } from "./task.ts";

/** Connections that the kernel holds for one service until they are accepted. */
const BACKLOG = 512;

/** What handing over depends on. */
export interface Stage {
  readonly namespaces: NamedNamespaces;
  readonly orders: Orders;
  readonly held: ReadonlyMap<string, Held>;
  readonly fail: (decky: string, reason: string) => void;
}

const keyOf = ({ use, service, transport, port }: HandedSocket): string =>
  `${use} ${service} ${transport} ${port}`;

/** All addresses of the namespace; where this host has no IPv6, all of IPv4. */
function openOne({ transport, port }: HandedSocket): number {
  try {
    return openListener({ transport, address: "::", port, backlog: BACKLOG });
  } catch (error) {
    if (!/EAFNOSUPPORT|EADDRNOTAVAIL/.test(toError(error).message)) throw error;
    return openListener({ transport, address: "0.0.0.0", port, backlog: BACKLOG });
  }
}

function openAll(sockets: readonly HandedSocket[]): number[] {
  const open: number[] = [];
  try {
    for (const socket of sockets) open.push(openOne(socket));
    return open;
  } catch (error) {
    for (const fd of open) closeFd(fd);
    throw error;
  }
}

/** What a decky needs: its sockets that are missing, and whether those that are held belong to a namespace that is gone. */
interface Need {
  readonly missing: readonly HandedSocket[];
  readonly stale: boolean;
  /** What is held is the machine that it shall be, with all its sockets and no others. */
  readonly well: boolean;
}

/** Compares what is wanted with what is held and with what the kernel says. */
function needOf(wanted: Wanted, held: Held | undefined, listening: ReadonlySet<string> | undefined): Need {
  if (!held) return { missing: wanted.sockets, stale: false, well: false };
  // A data port listens only while a conversation waits for it.
  const services = held.sockets.filter(({ use }) => use === "service");
  const stale =
    listening !== undefined && services.some(({ transport, port }) => !listening.has(`${transport} ${port}`));
  const keys = new Set(stale ? [] : held.sockets.map(keyOf));
  const missing = wanted.sockets.filter((socket) => !keys.has(keyOf(socket)));
  const same = Bun.deepEquals(held.decky, wanted.spec);
  return { missing, stale, well: same && missing.length === 0 && keys.size === wanted.sockets.length };
}

/** The need of a decky as its namespace shows it. */
export function lookAt(stage: Stage, wanted: Wanted): Need {
  const held = stage.held.get(wanted.name);
  const transports = new Set(held?.sockets.map(({ transport }) => transport));
  const listening = held
    ? stage.namespaces.run(wanted.desired.namespace, () => listeningPorts(transports) ?? null)
    : null;
  return needOf(wanted, held, listening ?? undefined);
}

/** Whether a port that is to be opened is still held for something that the machine offered there before. */
function inTheWay(missing: readonly HandedSocket[], held: Held | undefined): boolean {
  const ports = new Set(held?.sockets.map(({ transport, port }) => `${transport} ${port}`));
  return missing.some(({ transport, port }) => ports.has(`${transport} ${port}`));
}

/** Gives one decky what it lacks; the number of sockets handed over. */
export function serveDecky(stage: Stage, wanted: Wanted): number {
  const { orders, namespaces, fail } = stage;
  const { missing, stale, well } = lookAt(stage, wanted);
  if (well) return 0;
  const failed = (reason: string): void => fail(wanted.name, reason);
  const { spec, reboot } = wanted;
  if (stale) orders.give({ order: "remove", decky: wanted.name }, [], failed);
  else if (inTheWay(missing, stage.held.get(wanted.name))) {
    orders.give({ order: "serve", decky: spec, sockets: [], reboot: false }, [], failed);
    orders.settle();
  }
  const fds = namespaces.run(wanted.desired.namespace, () => openAll(missing));
  try {
    orders.give({ order: "serve", decky: spec, sockets: [...missing], reboot }, fds, failed);
    return missing.length;
  } finally {
    for (const fd of fds) closeFd(fd);
  }
}
