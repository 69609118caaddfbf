// One machine of the fleet as it serves: its listeners, its decoys, made at the first touch, its conversations.
// Opens no socket: what it listens on was opened by somebody else.

import type { Server } from "node:net";
import { createServer } from "node:net";
import { toError } from "../../contract/errors.ts";
import type { ServiceState } from "../../contract/evidence.ts";
import { systemRandom } from "../../contract/random.ts";
import type { Decoy } from "../../decoys/decoy.ts";
import { findDecoy } from "../../decoys/index.ts";
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

/** A machine from outside, and what it shall offer. */
export interface Face extends Announced {
  readonly services: readonly string[];
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
  readonly #data = createDataPorts();
  readonly #conversations = new Set<Conversation>();
  #face: Face;
  #listeners: Listener[] = [];
  #hosts = new Map<string, Promise<ConversationHost>>();
  #phase: DeckyPhase | "unknown" = "unknown";

  /** `noted` tells of services whose socket could not be opened, or not where it belongs, and why. */
  constructor(house: House, face: Face, noted: readonly ServiceState[] = []) {
    this.#house = house;
    this.#face = face;
    this.#noted = noted;
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
    return this.#face.services.flatMap((name) => this.#stateOf(name));
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

  /** Becomes what `face` says: services that it does not name go. A new persona is met by new conversations alone. */
  become(face: Face): void {
    const gone = (service: string): boolean => !face.services.includes(service);
    this.#close(({ service }) => gone(service));
    this.#data.drop(gone);
    if (face.persona !== this.#face.persona) this.#hosts = new Map();
    this.#face = face;
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

  #stateOf(name: string): ServiceState[] {
    const mine = this.#listeners.filter(({ service }) => service === name);
    const noted = this.#noted.filter((state) => state.name === name);
    if (mine.length === 0) {
      const why = noted.filter(({ state }) => state !== "listening");
      if (why.length > 0) return why;
      const port = findDecoy(name)?.port ?? 0;
      return [{ name, port, transport: "tcp", state: "failed", detail: "no socket was handed over" }];
    }
    return mine.map(({ port }) => {
      const detail = noted.find((state) => state.port === port)?.detail;
      return { name, port, transport: "tcp", state: "listening", ...(detail ? { detail } : {}) };
    });
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
