// A fleet of which one part is killed at a step: gives orders, arms the tracer, tells whether all agrees.
// What "agrees" means is taken down from a run that nothing disturbed: rows, kernel and greetings, whole.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../src/bus/broker.ts";
import { startBroker } from "../../src/bus/broker.ts";
import { silentLog } from "../../src/bus/bus-log.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { publishSafely } from "../../src/bus/publish-safely.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { toError } from "../../src/contract/errors.ts";
import { findDecoy } from "../../src/decoys/index.ts";
import { loadSecret } from "../../src/decoys/personas/secret.ts";
import { hostLinkName } from "../../src/fleet/names.ts";
import { findLinks } from "../../src/platform/fleet-observe.ts";
import { newAddress, newRoute } from "../../src/platform/netlink/address.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { listMachines, listMutations } from "../../src/store/topologies.ts";
import type { Mutation } from "../../src/topology/mutation.ts";
import { createFleet } from "../../src/workers/mutator/fleet.ts";
import { FleetLab } from "./fleet-lab.ts";
import { collect, MakerLink } from "./fleet-maker.ts";
import { fleetState } from "./fleet-state.ts";
import type { Strike } from "./strike.ts";

/** The lab's host stands in the LAN of this decky, and goes to the LAN behind it over the one that forwards. */
export const EDGE = {
  lan: "dmz",
  decky: "web",
  host: "10.97.0.1",
  way: "10.97.0.2",
  behind: "10.98.0.0/24",
} as const;

/** An order: a move of the whole topology, or a change of it. */
export type Act = "deploying" | "tearing_down" | Mutation;

/** What a service says first; empty when it says nothing. */
function firstWords(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3_000 });
    const end = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on("data", (data) => end(data.toString()));
    socket.on("timeout", () => end(""));
    socket.on("error", () => end(""));
    socket.on("close", () => end(""));
  });
}

/** What the store says. */
interface Rows {
  readonly topology: readonly string[];
  /** The newest change and how it ended. */
  readonly change: string;
  readonly machines: readonly string[];
}

/** The lab. */
export class CrashLab implements AsyncDisposable {
  readonly fleet: FleetLab;
  readonly #folder: string;
  readonly #broker: Broker;
  readonly #bus: UnixBus;
  readonly #install: string;
  #collector: Awaited<ReturnType<typeof collect>> | undefined;
  #id = "";

  private constructor(folder: string, broker: Broker) {
    this.#folder = folder;
    this.#broker = broker;
    this.#bus = new UnixBus({ name: "test", log: silentLog, clock: systemClock, path: broker.path });
    this.fleet = new FleetLab(join(import.meta.dir, "struck-main.ts"), {
      STRIKE_FILE: this.#strike,
      DECNET_BUS_TYPE: "unix",
      DECNET_BUS_SOCKET: broker.path,
    });
    const secret = loadSecret(this.fleet.folder.secretFile, systemClock);
    const runKernel = (): Promise<never> => Promise.reject(new Error("never run"));
    const places = { netns: "", lock: "", socket: "" };
    this.#install = createFleet({ secret, runKernel, places }).install;
  }

  static async make(): Promise<CrashLab> {
    const folder = mkdtempSync(join(tmpdir(), "decnet-crash-"));
    const options = { path: join(folder, "bus.sock"), group: "none", log: silentLog, clock: systemClock };
    const lab = new CrashLab(folder, await startBroker(options));
    // Who tells of removed deckies waits for somebody to take it.
    lab.#collector = await collect(lab.fleet.folder);
    return lab;
  }

  get #strike(): string {
    return join(this.#folder, "strike.json");
  }

  /** A file for a trace. */
  trace(name: string): string {
    return join(this.#folder, `${name}.trace`);
  }

  /** The next process of the kernel's with such a task runs under a tracer. */
  arm(strike: Strike): void {
    writeFileSync(this.#strike, JSON.stringify(strike));
  }

  /** Wakes the mutator, which would look by itself within a second. */
  poke(): void {
    publishSafely(this.#bus, "topologyStatus", { id: "x" }, { status: "active", previous: null });
  }

  /** Gives an order. */
  async order(act: Act, topology?: object): Promise<void> {
    if (topology) this.#id = await this.fleet.deploy(topology);
    else if (typeof act === "string") await this.fleet.order(this.#id, act);
    else await this.fleet.change(this.#id, act);
    this.poke();
  }

  /** What the store says of the topology, its newest change and its machines. */
  async rows(): Promise<Rows> {
    const { db } = this.fleet.store;
    const { status, reason, definition } = await this.fleet.row(this.#id);
    const [change] = (await listMutations(db, this.#id, { limit: 1 })).rows;
    const machines = await listMachines(db);
    return {
      topology: [status, reason, definition],
      change: change ? `${change.status} ${change.reason}` : "",
      machines: machines.map(({ decky, links, life }) => `${decky} ${links} ${life}`),
    };
  }

  /** What the kernel has. */
  kernel(): Record<string, unknown> {
    return fleetState(this.#install, this.fleet.namespaces, [EDGE.host]);
  }

  /** What the decoys' process says that it holds. */
  async held(): Promise<string> {
    try {
      using link = new MakerLink(this.fleet.folder);
      const answer = await link.order({ order: "look" });
      if (answer === "end" || answer.answer !== "held") return "no answer";
      return answer.deckies
        .map((held) => JSON.stringify([held.decky, held.sockets.toSorted((a, b) => a.port - b.port)]))
        .toSorted()
        .join("\n");
    } catch (error) {
      return toError(error).message;
    }
  }

  /** Puts this host onto the bridge, if it is there: as often as it is made. */
  #plugIn(): void {
    using socket = openNetlink();
    const [link] = findLinks(socket, [hostLinkName(this.#install, EDGE.decky, EDGE.lan)]);
    if (!link || link.master === 0) return;
    socket.each([
      newAddress({ index: link.master, address: EDGE.host, prefix: 24 }),
      newRoute({ destination: EDGE.behind, gateway: EDGE.way }, "replace"),
    ]);
  }

  /** True when each service of each machine greets as it should. */
  async greet(expected: (decky: string, service: string) => string): Promise<boolean> {
    this.#plugIn();
    const machines = new Map((await listMachines(this.fleet.store.db)).map((row) => [row.decky, row]));
    const { deckies } = await this.fleet.definition(this.#id);
    const said = deckies.flatMap(({ name, services = [] }) => {
      const row = machines.get(name);
      const [link] = JSON.parse(row?.links ?? "[]") as { address: string }[];
      return (row ? services : []).map(async (service) => {
        const address = link?.address.split("/")[0] ?? "";
        const text = await firstWords(address, findDecoy(service)?.port ?? 0);
        return text.startsWith(expected(name, service));
      });
    });
    return (await Promise.all(said)).every(Boolean);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector?.close();
    await this.fleet[Symbol.asyncDispose]();
    await this.#bus.close();
    await this.#broker.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
