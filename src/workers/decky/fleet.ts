// The machines that were handed over: orders carried out one after the other, whoever gives them.
// Makes no machine that this build does not know, and keeps none of whose description it was told nothing.

import { findDecoy } from "../../decoys/index.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import type { DeckySpec, Order } from "../../fleet/handover.ts";
import { closeFd, socketKind } from "../../platform/libc/sockets.ts";
import { encodeAnswer, failed, heldMessages } from "./fleet-orders.ts";
import type { House } from "./house.ts";
import type { Face, OpenSocket } from "./machine.ts";
import { Machine } from "./machine.ts";
import type { SharedState } from "./persona-of.ts";
import { personaOf, whyUnknown } from "./persona-of.ts";

interface Member {
  readonly machine: Machine;
  spec: DeckySpec;
  shared: SharedState;
}

type Serve = Extract<Order, { order: "serve" }>;

/** What of a description shows in the persona. */
function traits({ archetype, mac, life }: DeckySpec): string {
  return JSON.stringify([archetype, mac, life.bootedAt, life.patches]);
}

/** The fleet. */
export class Fleet {
  readonly #house: House;
  readonly #secret: InstallSecret;
  readonly #taken: (decky: string) => boolean;
  readonly #members = new Map<string, Member>();
  #last: Promise<unknown> = Promise.resolve();

  /** `taken` tells names that are somebody else's on this host. */
  constructor(house: House, secret: InstallSecret, taken: (decky: string) => boolean) {
    this.#house = house;
    this.#secret = secret;
    this.#taken = taken;
  }

  get machines(): readonly Machine[] {
    return [...this.#members.values()].map(({ machine }) => machine);
  }

  addressOf(decky: string): string | undefined {
    return this.#members.get(decky)?.spec.address;
  }

  /** Carries out an order, after those before it; the messages of its answer. Takes the descriptors in any case. */
  obey(order: Order, fds: readonly number[]): Promise<readonly Uint8Array[]> {
    const turn = this.#last.then(() => this.#carryOut(order, fds));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await this.#last;
    await Promise.all(this.machines.map((machine) => machine.end("stopped")));
    this.#members.clear();
  }

  async #carryOut(order: Order, fds: readonly number[]): Promise<readonly Uint8Array[]> {
    if (order.order === "look") {
      const { deckies } = order;
      const asked = deckies
        ? deckies.flatMap((name) => this.#members.get(name) ?? [])
        : this.#members.values();
      return heldMessages(
        [...asked].map(({ spec, machine }) => ({ decky: spec, sockets: [...machine.sockets] })),
      );
    }
    if (order.order === "expect") {
      this.#house.guests.expect(order);
      return [encodeAnswer({ answer: "done" })];
    }
    if (order.order === "remove") {
      const member = this.#members.get(order.decky);
      this.#members.delete(order.decky);
      await member?.machine.end("removed");
      return [encodeAnswer({ answer: "done" })];
    }
    const sockets = order.sockets.map((socket, i) => ({ ...socket, fd: fds[i] ?? -1 }));
    const wrong = this.#whyNot(order, sockets);
    if (wrong !== undefined) {
      for (const fd of fds) closeFd(fd);
      return [encodeAnswer(failed(wrong))];
    }
    try {
      await this.#serve(order, sockets);
    } catch (error) {
      this.#house.context.log.error({ err: error, decky: order.decky.decky }, "a machine could not be made");
      return [encodeAnswer(failed(error))];
    }
    return [encodeAnswer({ answer: "done" })];
  }

  #whyNot({ decky }: Serve, sockets: readonly OpenSocket[]): string | undefined {
    if (this.#taken(decky.decky)) return `${decky.decky} is a machine of this host's own address`;
    const unknown = whyUnknown(decky);
    if (unknown !== undefined) return unknown;
    for (const { use, service, transport, port, fd } of sockets) {
      const kind = socketKind(fd);
      if (kind?.transport !== transport) return `what came for port ${port} is no ${transport} socket`;
      if (use === "service" && findDecoy(service)?.transport !== transport)
        return `${service} is not served over ${transport}`;
      if (use === "service" && transport === "tcp" && !kind.listening)
        return `the socket for port ${port} does not listen`;
    }
    return undefined;
  }

  async #serve({ decky: spec, reboot }: Serve, sockets: readonly OpenSocket[]): Promise<void> {
    const known = this.#members.get(spec.decky);
    if (!known) {
      const shared: SharedState = new Map();
      const machine = new Machine(this.#house, this.#faceOf(spec, shared));
      this.#members.set(spec.decky, { machine, spec, shared });
      await machine.take(sockets);
      machine.tell();
      return;
    }
    if (reboot) {
      known.shared = new Map();
      // Nobody new is let in before the old ones are out: they would meet the machine of before.
      known.machine.become(this.#faceOf(spec, known.shared));
      await known.machine.cut();
    } else if (traits(spec) === traits(known.spec)) {
      const { persona } = known.machine.face;
      known.machine.become({ persona, address: spec.address, mac: spec.mac, services: spec.services });
    } else known.machine.become(this.#faceOf(spec, known.shared));
    const changed = reboot || sockets.length > 0 || JSON.stringify(spec) !== JSON.stringify(known.spec);
    known.spec = spec;
    await known.machine.take(sockets);
    if (changed) known.machine.tell();
  }

  #faceOf(spec: DeckySpec, shared: SharedState): Face {
    const now = (): readonly string[] => (this.#members.get(spec.decky)?.spec ?? spec).services;
    const persona = personaOf(this.#secret, spec, shared, now);
    return { persona, address: spec.address, mac: spec.mac, services: spec.services };
  }
}
