// Opens what this host's own machines listen on: one socket for each service, and the door for the fleet.
// Reads no byte that came over a network. Whatever can't be had is noted, never thrown.

import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import { toError } from "../../contract/errors.ts";
import type { ServiceState } from "../../contract/evidence.ts";
import type { Offer } from "../../contract/offer.ts";
import { offersOf } from "../../contract/offer.ts";
import { systemRandom } from "../../contract/random.ts";
import { findDecoy, usualPort } from "../../decoys/index.ts";
import type { Ids } from "../../platform/identity.ts";
import { errnoOf } from "../../platform/libc/errno.ts";
import { listenAt } from "../../platform/libc/seqpacket.ts";
import { openListener } from "../../platform/libc/sockets.ts";
import { portOwner } from "../../platform/port-owner.ts";
import type { OpenSocket } from "./machine.ts";

/** Pending connections that the kernel holds for one service. */
const BACKLOG = 1024;
/** Longest detail of a state. */
const DETAIL_CHARS = 300;

/** Where this host's machines listen. */
export interface Where {
  readonly host: string;
  /** Added to every port. */
  readonly offset: number;
}

/** A service with its socket, or why it has none. */
interface OpenedService {
  readonly state: ServiceState;
  readonly socket: OpenSocket | undefined;
}

function explain(
  error: unknown,
  host: string,
  port: number,
): { state: "skipped" | "failed"; detail: string } {
  switch (errnoOf(error)) {
    case "EADDRINUSE": {
      const owner = portOwner(host, port);
      return {
        state: "skipped",
        detail: `port ${port} is taken${owner === undefined ? "" : ` by ${owner}`}`,
      };
    }
    case "EACCES":
      return { state: "failed", detail: `port ${port} needs root` };
    default:
      return { state: "failed", detail: toError(error).message.slice(0, DETAIL_CHARS) };
  }
}

/** A listening socket. Where this host has no IPv6, all of IPv4 is what "all addresses" means. */
function openOn(host: string, port: number, backlog = BACKLOG): number {
  try {
    return openListener({ transport: "tcp", address: host, port, backlog });
  } catch (error) {
    if (host !== "::" || errnoOf(error) !== "EAFNOSUPPORT") throw error;
    return openListener({ transport: "tcp", address: "0.0.0.0", port, backlog });
  }
}

/** Opens a decoy's port; the state tells why it could not be had. */
function openService(offer: Offer, { host, offset }: Where): OpenedService {
  const base = { name: offer.name, transport: "tcp", port: offer.port + offset } as const;
  try {
    const fd = openOn(host, base.port);
    const { name: service, transport, port } = base;
    return {
      state: { ...base, state: "listening" },
      socket: { use: "service", service, transport, port, fd },
    };
  } catch (error) {
    return { state: { ...base, ...explain(error, host, base.port) }, socket: undefined };
  }
}

/** The range from which the kernel gives ports to outgoing connections (ip(7)), where servers take theirs for data. */
function dataRange(): readonly [first: number, last: number] {
  const [first = 32_768, last = 60_999] = systemText("/proc/sys/net/ipv4/ip_local_port_range")
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
  return [first, last];
}

function systemText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not told by this kernel: its defaults hold.
    return "";
  }
}

/** Binds passive data ports, asked for by number so that each stays bound while it does not listen. As many as can be had. */
function openDataPorts(service: string, host: string, count: number): readonly OpenSocket[] {
  const [first, last] = dataRange();
  const sockets: OpenSocket[] = [];
  for (let tries = 0; sockets.length < count && tries < 4 * count; tries++) {
    const port = first + systemRandom.below(last - first + 1);
    try {
      sockets.push({ use: "data", service, transport: "tcp", port, fd: openOn(host, port, 0) });
    } catch (error) {
      if (errnoOf(error) !== "EADDRINUSE") return sockets;
    }
  }
  return sockets;
}

/** Opens what one machine offers; `dataPorts` for each decoy that asks for some. */
export function openServices(
  services: readonly string[],
  where: Where,
  dataPorts: number,
): { readonly states: readonly ServiceState[]; readonly sockets: readonly OpenSocket[] } {
  const opened = offersOf(services, usualPort).map((offer) => openService(offer, where));
  const asking = new Set(
    opened.flatMap(({ socket }) => (socket && findDecoy(socket.service)?.dataPorts ? [socket.service] : [])),
  );
  return {
    states: opened.map(({ state }) => state),
    sockets: [
      ...opened.flatMap(({ socket }) => socket ?? []),
      ...[...asking].flatMap((name) => openDataPorts(name, where.host, dataPorts)),
    ],
  };
}

/** The address under which a listener on `host` is reached from outside: its own, or the first real one of this machine. */
export function reachableAddress(host: string): string {
  if (host !== "::" && host !== "0.0.0.0") return host;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? "127.0.0.1";
}

/** Listens where the fleet hands machines over, in a folder that belongs to whoever will listen there. */
export function openDoorAt(socket: string, user: Ids): number {
  const folder = dirname(socket);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o750 });
  const fd = listenAt(socket, 0o660);
  if (process.getuid?.() === 0) for (const path of [folder, socket]) chownSync(path, user.uid, user.gid);
  return fd;
}
