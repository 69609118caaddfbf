// Listeners of the decoys: binds ports and hands each socket on. Knows no protocol.

import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { DecnetError, systemErrorCode, toError } from "../../contract/errors.ts";
import type { ServiceState } from "../../contract/evidence.ts";
import type { DecoyDefinition } from "../../decoys/decoy.ts";
import { portOwner } from "../../platform/port-owner.ts";

/** Pending connections that the kernel holds for one service. */
const BACKLOG = 1024;

/** A service that listens, or why it does not. */
export interface Listening {
  readonly state: ServiceState;
  readonly server: Server | undefined;
}

function explain(error: unknown, port: number): { state: "skipped" | "failed"; detail: string } {
  const code = systemErrorCode(error);
  if (code === "EADDRINUSE") {
    const owner = portOwner(port);
    return { state: "skipped", detail: `port ${port} is taken${owner === undefined ? "" : ` by ${owner}`}` };
  }
  if (code === "EACCES") {
    return { state: "failed", detail: `port ${port} needs root` };
  }
  return { state: "failed", detail: toError(error).message.slice(0, 300) };
}

/** Binds the first of `ports` that can be had; the state tells why an earlier one could not. Never throws. */
export async function listenOnOne(
  decoy: DecoyDefinition,
  where: { readonly host: string; readonly ports: readonly number[] },
  onSocket: (socket: Socket) => void,
): Promise<Listening> {
  const missed: string[] = [];
  for (const [index, port] of where.ports.entries()) {
    const result = await listen(decoy, { host: where.host, port }, onSocket);
    if (result.server === undefined) missed.push(result.state.detail ?? "");
    const last = index === where.ports.length - 1;
    if (result.server === undefined && !last) continue;
    const detail = missed.join("; ").slice(0, 300);
    return { ...result, state: { ...result.state, ...(detail === "" ? {} : { detail }) } };
  }
  throw new DecnetError("internal", "a decoy was given no port to listen on");
}

/** Binds one decoy's port. What failed is in the state. */
function listen(
  decoy: DecoyDefinition,
  where: { readonly host: string; readonly port: number },
  onSocket: (socket: Socket) => void,
): Promise<Listening> {
  const base = { name: decoy.name, port: where.port, transport: decoy.transport } as const;
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true }, onSocket);
    const failed = (error: unknown): void => {
      // No IPv6 on this host: all of IPv4 is what "all addresses" then means.
      if (where.host === "::" && systemErrorCode(error) === "EAFNOSUPPORT") {
        void listen(decoy, { ...where, host: "0.0.0.0" }, onSocket).then(resolve);
        return;
      }
      resolve({ state: { ...base, ...explain(error, where.port) }, server: undefined });
    };
    server.once("error", failed);
    server.listen({ host: where.host, port: where.port, backlog: BACKLOG }, () => {
      server.off("error", failed);
      server.on("error", () => undefined);
      resolve({ state: { ...base, state: "listening" }, server });
    });
  });
}

/** The address under which a listener on `host` is reached from outside: its own, or the first real one of this machine. */
export function reachableAddress(host: string): string {
  if (host !== "::" && host !== "0.0.0.0") return host;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? "127.0.0.1";
}
