// One machine of the fleet as it serves: its listeners, its decoys, made at the first touch, its conversations.
// Opens no socket: what it listens on was opened by somebody else.

import type { Server } from "node:net";
import { createServer } from "node:net";
import { toError } from "../../contract/errors.ts";
import type { ServiceState } from "../../contract/evidence.ts";
import type { Offer } from "../../contract/offer.ts";
import { offersOf } from "../../contract/offer.ts";
import { systemRandom } from "../../contract/random.ts";
import type { Decoy } from "../../decoys/decoy.ts";
import { findDecoy, usualPort } from "../../decoys/index.ts";
import type { HandedSocket } from "../../fleet/handover.ts";
import { closeFd } from "../../platform/libc/sockets.ts";
import type { Announced } from "./announce.ts";
import { announce } from "./announce.ts";
import type { Conversation, ConversationHost } from "./conversation.ts";
import type { DeckyPhase } from "./core.ts";
import { phaseOf } from "./core.ts";
import { createDataPorts } from "./data-ports.ts";
import type { House } from "./house.ts";
import { welcome } from "./house.ts";

/** How long conversations that were cut may take to end. */
const CUT_MS = 2_000;

/** A machine from outside, and what it shall offer, each as `name` or `name:port`. */
export interface Face extends Announced {
  readonly services: readonly string[];
}

/** What a machine is told about its sockets beforehand. */
export interface MachineOptions {
  /** Those that could not be opened, or not where they belong, and why. */
  readonly noted?: readonly ServiceState[];
  /** What this host adds to every port. */
  readonly offset?: number;
}

/** An open socket with what it is for. */
export interface OpenSocket extends HandedSocket {
  readonly fd: number;
}

interface Listener {
  readonly service: string;
  readonly port: number;
  readonly server: Server;
}

/** A machine. */
export class Machine {
  readonly #house: House;
  readonly #noted: readonly ServiceState[];
  readonly #offset: number;
  readonly #data = createDataPorts();
  readonly #conversations = new Set<Conversation>();
  #face: Face;
  #listeners: Listener[] = [];
  #hosts = new Map<string, Promise<ConversationHost>>();
  #phase: DeckyPhase | "unknown" = "unknown";

  constructor(house: House, face: Face, { noted = [], offset = 0 }: MachineOptions = {}) {
    this.#house = house;
    this.#face = face;
    this.#noted = noted;
    this.#offset = offset;
  }

  get face(): Face {
    return this.#face;
  }

  get phase(): DeckyPhase | "unknown" {
    return this.#phase;
  }

  /** The sockets that it has. */
  get sockets(): readonly HandedSocket[] {
    const services = this.#listeners.map(({ service, port }) => ({ use: "service" as const, service, port }));
    const data = this.#data.all.map(({ service, port }) => ({ use: "data" as const, service, port }));
    return [...services, ...data].map((socket) => ({ ...socket, transport: "tcp" }));
  }

  get listening(): number {
    return this.#listeners.length;
  }

  get services(): readonly ServiceState[] {
    return this.#offers.map((offer) => this.#stateOf(offer));
  }

  /** Takes over sockets; one of the same port replaces it. What can't be listened on is missing then. */
  async take(sockets: readonly OpenSocket[]): Promise<void> {
    await Promise.all(
      sockets.map(async ({ use, service, port, fd }) => {
        if (use === "data") this.#data.add(fd, service, port);
        else await this.#listen(service, port, fd);
      }),
    );
  }

  /** Makes its decoys before anybody comes. */
  async warm(): Promise<void> {
    for (const { service } of this.#listeners) await this.#hostOf(service);
  }

  /**
   * Becomes what `face` says: listeners of what it does not offer go; a decoy that is still offered at another port goes
   * on. A new persona is met by new conversations alone.
   */
  become(face: Face): void {
    if (face.persona !== this.#face.persona) this.#hosts = new Map();
    this.#face = face;
    const offers = this.#offers;
    this.#close(({ service, port }) => !offers.some((one) => one.name === service && one.port === port));
    const ports = new Set(offers.map(({ port }) => port));
    this.#data.drop(({ service, port }) => ports.has(port) || !offers.some(({ name }) => name === service));
  }

  /** Ends its conversations. */
  async cut(): Promise<void> {
    const running = [...this.#conversations];
    for (const conversation of running) conversation.end("shutdown");
    const all = Promise.all(running.map(({ done }) => done));
    // One that does not end is a bug of ours, and must not hold up the orders for all other machines.
    await Promise.race([all, this.#house.context.clock.sleep(CUT_MS)]);
  }

  /** Tells how it stands, if there is anything to tell. */
  tell(): void {
    const previous = this.#phase;
    this.#phase = phaseOf(this.services);
    announce(this.#house, this.#face, { state: this.#phase, previous, services: [...this.services] });
  }

  /** Ends it: listeners first, then conversations, then it is told. */
  async end(state: "stopped" | "removed"): Promise<void> {
    const services = this.services.map((service) => ({ ...service, state: "stopped" as const }));
    this.#close(() => true);
    this.#data.drop(() => true);
    await this.cut();
    announce(this.#house, this.#face, { state, previous: this.#phase, services });
    this.#phase = "stopped";
  }

  /** What it offers, at the ports where this host has them. */
  get #offers(): readonly Offer[] {
    return offersOf(this.#face.services, usualPort).map(({ name, port }) => ({
      name,
      port: port + this.#offset,
    }));
  }

  #stateOf({ name, port }: Offer): ServiceState {
    const state = { name, port, transport: "tcp" } as const;
    const noted = this.#noted.find((one) => one.name === name && one.port === port);
    if (this.#listeners.some((one) => one.service === name && one.port === port))
      return { ...state, state: "listening", ...(noted?.detail ? { detail: noted.detail } : {}) };
    return noted && noted.state !== "listening"
      ? noted
      : { ...state, state: "failed", detail: "no socket was handed over" };
  }

  #close(gone: (listener: Listener) => boolean): void {
    for (const { server } of this.#listeners.filter(gone)) server.close();
    this.#listeners = this.#listeners.filter((listener) => !gone(listener));
  }

  async #listen(service: string, port: number, fd: number): Promise<void> {
    const { log } = this.#house.context;
    this.#close((listener) => listener.port === port);
    const threshold = {
      decky: this.#face.persona.decky,
      service,
      port: port - this.#offset,
      host: () => this.#hostOf(service),
      conversations: this.#conversations,
    };
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      void welcome(this.#house, threshold, socket);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ fd }, resolve);
      });
    } catch (error) {
      closeFd(fd);
      log.warn({ err: toError(error), decky: threshold.decky, service }, "a socket can't be listened on");
      return;
    }
    server.on("error", (error) => log.warn({ err: error, service }, "a listener broke"));
    this.#listeners.push({ service, port, server });
  }

  /** Where the conversations of a service are held: its decoy is made once, when somebody first comes. */
  #hostOf(service: string): Promise<ConversationHost> {
    const known = this.#hosts.get(service);
    if (known) return known;
    const made = this.#makeHost(service);
    this.#hosts.set(service, made);
    return made;
  }

  async #makeHost(service: string): Promise<ConversationHost> {
    const { context, sensor, limits, newId, client, blobs, broken } = this.#house;
    const { persona } = this.#face;
    const definition = findDecoy(service);
    const decoy: Decoy | undefined = await definition?.load(persona);
    if (!decoy) throw new Error("no such decoy");
    return {
      sensor,
      persona,
      service,
      decoy,
      limits,
      clock: context.clock,
      random: systemRandom,
      newId,
      emit: (evidence) => client.send(evidence),
      captureFile: (maxBytes) => blobs.createCapture({ maxBytes }),
      openDataPort: (options) => this.#data.lend(service, options),
      onBroken: (error) => {
        broken.add();
        context.log.error({ err: error, service }, "a conversation broke inside its decoy");
      },
    };
  }
}
