// A process that takes sockets as the decoys' process does and greets everybody with the decky's name, the service's,
// the life that it was told, and how often conversations were to be cut.
// Arguments: the path of its socket; an order at which it dies, as if killed at that moment. It keeps no rule of the real one but the protocol.

import { mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import type { Answer, DeckySpec, HandedSocket, Order } from "../../src/fleet/handover.ts";
import { MAX_MESSAGE, orderSchema } from "../../src/fleet/handover.ts";
import { AF_UNIX, SOCK_NONBLOCK, SOCK_SEQPACKET } from "../../src/platform/libc/address.ts";
import { attempt, must } from "../../src/platform/libc/errno.ts";
import { lazyLibc } from "../../src/platform/libc/load.ts";
import { receiveRights, sendRights } from "../../src/platform/libc/messages.ts";
import { bindSocket, closeFd, openSocket } from "../../src/platform/libc/sockets.ts";

interface Member {
  spec: DeckySpec;
  cuts: number;
  readonly sockets: (HandedSocket & { readonly server: Server })[];
}

const libc = lazyLibc({
  listen: { args: ["i32", "i32"], returns: "i32" },
  accept4: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
});
const members = new Map<string, Member>();
const LOOK_MS = 3;

function shut(sockets: Member["sockets"], goes: (socket: HandedSocket) => boolean): void {
  for (const socket of sockets.filter(goes)) socket.server.close();
  sockets.splice(0, sockets.length, ...sockets.filter((socket) => !goes(socket)));
}

async function serve(
  { decky: spec, sockets, reboot }: Extract<Order, { order: "serve" }>,
  fds: readonly number[],
): Promise<void> {
  const member = members.get(spec.decky) ?? { spec, cuts: 0, sockets: [] };
  members.set(spec.decky, member);
  member.spec = spec;
  if (reboot) member.cuts++;
  shut(member.sockets, ({ service }) => !spec.services.includes(service));
  for (const [i, socket] of sockets.entries()) {
    const greeting = (): string =>
      `${member.spec.decky} ${socket.service} ${JSON.stringify(member.spec.life)} ${member.cuts}\n`;
    const server = createServer((client) => client.on("error", () => undefined).end(greeting()));
    await new Promise<void>((resolve) => server.listen({ fd: fds[i] ?? -1 }, resolve));
    member.sockets.push({ ...socket, server });
  }
}

async function obey(data: Uint8Array, fds: readonly number[]): Promise<Answer[]> {
  const order = orderSchema.parse(JSON.parse(new TextDecoder().decode(data)));
  if (order.order === process.argv[3]) process.kill(process.pid, "SIGKILL");
  if (order.order === "look") {
    const held = [...members.values()]
      .filter(({ spec }) => order.deckies?.includes(spec.decky) ?? true)
      .map(({ spec, sockets }) => ({
        decky: spec,
        sockets: sockets.map(({ server: _, ...socket }) => socket),
      }));
    const parts = Array.from({ length: Math.max(1, Math.ceil(held.length / 20)) }, (_, i) =>
      held.slice(20 * i, 20 * i + 20),
    );
    return parts.map((deckies, i) => ({ answer: "held", deckies, more: i < parts.length - 1 }));
  }
  if (order.order === "expect") return [{ answer: "done" }];
  if (order.order === "remove") {
    shut(members.get(order.decky)?.sockets ?? [], () => true);
    members.delete(order.decky);
    return [{ answer: "done" }];
  }
  await serve(order, fds);
  return [{ answer: "done" }];
}

const path = process.argv[2] ?? "";
mkdirSync(dirname(path), { recursive: true });
rmSync(path, { force: true });
const door = openSocket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK);
bindSocket(door, Uint8Array.of(AF_UNIX, 0, ...new TextEncoder().encode(path), 0));
must("listen", () => libc().listen(door, 8));
const peers = new Set<number>();

async function turn(peer: number): Promise<void> {
  for (;;) {
    const received = receiveRights(peer, MAX_MESSAGE);
    if (received === "empty") return;
    if (received === "end") {
      peers.delete(peer);
      closeFd(peer);
      return;
    }
    for (const answer of await obey(received.data, received.fds)) {
      const bytes = new TextEncoder().encode(JSON.stringify(answer));
      while (!sendRights(peer, bytes, [])) await Bun.sleep(1);
    }
  }
}

console.log("ready");
for (;;) {
  const { value, errno } = attempt(() => libc().accept4(door, null, null, SOCK_NONBLOCK));
  if (errno === 0) peers.add(value);
  for (const peer of [...peers]) {
    try {
      await turn(peer);
    } catch {
      // Its maker was killed: what it held here stays.
      peers.delete(peer);
      closeFd(peer);
    }
  }
  await Bun.sleep(LOOK_MS);
}
