// A host of its own for the mutator: private networks and /run, a data folder, a stand-in for the decoys' process.
// Everything is gone with it, also when the test's process is killed.

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createIdSource } from "../../src/contract/ids.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { mountTmpfs, unmount } from "../../src/platform/libc/namespaces.ts";
import { dumpLinks, parseLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import type { NamedNamespaces } from "../../src/platform/netns/named.ts";
import { namedNamespaces } from "../../src/platform/netns/named.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import type { MutationRow, TopologyRow } from "../../src/store/topologies.ts";
import {
  changeTopologyStatus,
  enqueueMutation,
  findTopology,
  insertTopology,
} from "../../src/store/topologies.ts";
import type { Topology } from "../../src/topology/model.ts";
import { topologySchema } from "../../src/topology/model.ts";
import type { Mutation } from "../../src/topology/mutation.ts";
import { enterLab } from "./netlab.ts";

const main = join(import.meta.dir, "..", "..", "src", "main.ts");
const PATIENCE_MS = 30_000;
const LOOK_MS = 10;

type Process = Bun.Subprocess<"ignore", "pipe", "inherit">;

/** Waits for a condition of the world outside; throws with `what` when it does not come. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = PATIENCE_MS,
): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await Bun.sleep(LOOK_MS);
  }
  return performance.now() - start;
}

/** The lab. */
export class FleetLab implements AsyncDisposable {
  readonly folder: DataFolder;
  readonly store: Store;
  readonly #lab = enterLab();
  readonly #newId = createIdSource();
  readonly #processes = new Set<Process>();
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;

  /** A program in the place of this one's own, and more of the environment that it runs in. */
  constructor(program = main, env: Readonly<Record<string, string>> = {}) {
    this.#program = program;
    this.#env = env;
    mountTmpfs("/run");
    this.folder = dataFolder(mkdtempSync(join(tmpdir(), "decnet-fleet-")));
    makeDataFolder(this.folder);
    this.store = openStore({ path: this.folder.database, log: pino({ enabled: false }) });
  }

  #spawn(command: readonly string[]): Process {
    // The stand-in greets as no product does: nobody looks at it.
    const env = { ...process.env, DECNET_BUS_TYPE: "null", DECNET_MUTATOR_PROBE_MS: "0", ...this.#env };
    const made = Bun.spawn([...command], {
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#processes.add(made);
    return made;
  }

  /** The mutator, run by a command of its own where one is given. */
  mutator(...by: string[]): Process {
    return this.#spawn([
      ...by,
      process.execPath,
      this.#program,
      "mutator",
      "--data-dir",
      this.folder.root,
      "--log-level",
      process.env["LAB_LOG"] ?? "error",
    ]);
  }

  /** The stand-in for the decoys' process, once it takes orders; it may die at one. */
  async decoys(...diesAt: readonly string[]): Promise<Process> {
    const made = this.#spawn([
      process.execPath,
      join(import.meta.dir, "decky-fake.ts"),
      this.folder.deckySocket,
      ...diesAt,
    ]);
    await made.stdout.getReader().read();
    return made;
  }

  async kill(victim: Process): Promise<void> {
    victim.kill("SIGKILL");
    await victim.exited;
    this.#processes.delete(victim);
  }

  /** Puts a topology in, and orders it to be deployed. */
  async deploy(topology: object): Promise<string> {
    const parsed = topologySchema.parse(topology);
    const id = this.#newId();
    const now = Date.now();
    await insertTopology(this.store.db, {
      id,
      name: parsed.name,
      status: "pending",
      reason: "",
      version: 1,
      definition: JSON.stringify(parsed),
      created_at: now,
      changed_at: now,
    });
    await this.order(id, "deploying");
    return id;
  }

  /** Orders a topology to be deployed or torn down, as the API does. */
  async order(id: string, to: "deploying" | "tearing_down"): Promise<void> {
    const { status } = await this.row(id);
    const change = { from: status, to, reason: "", now: Date.now() };
    if (!(await changeTopologyStatus(this.store.db, id, change)))
      throw new Error("the status moved meanwhile");
  }

  async row(id: string): Promise<TopologyRow> {
    const row = await findTopology(this.store.db, id);
    if (!row) throw new Error("no such topology");
    return row;
  }

  async definition(id: string): Promise<Topology> {
    return topologySchema.parse(JSON.parse((await this.row(id)).definition));
  }

  /** Waits for a status; gives the milliseconds that it took. */
  reaches(id: string, ...statuses: string[]): Promise<number> {
    return until(`${id} is ${statuses.join(" or ")}`, async () =>
      statuses.includes((await this.row(id)).status),
    );
  }

  /** Enqueues a change, as the API does; its id. */
  async change(id: string, mutation: Mutation, cause = "request"): Promise<string> {
    const { version } = await this.row(id);
    const row = {
      id: this.#newId(),
      topology_id: id,
      status: "pending",
      reason: "",
      mutation: JSON.stringify(mutation),
      cause,
      requested_by: "test",
      expected_version: version,
      enqueued_at: Date.now(),
      claimed_at: null,
      ended_at: null,
    };
    await enqueueMutation(this.store.db, row);
    return row.id;
  }

  mutation(id: string): Promise<MutationRow> {
    return this.store.db
      .selectFrom("topology_mutation")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
  }

  /** Waits for the end of a change. */
  async ends(id: string): Promise<MutationRow> {
    await until(`change ${id} ends`, async () => (await this.mutation(id)).ended_at !== null);
    return this.mutation(id);
  }

  /** Names of all links outside of the deckies. */
  links(): string[] {
    using socket = openNetlink();
    return socket
      .dump(dumpLinks)
      .map(({ body }) => parseLink(body).name)
      .toSorted();
  }

  /** Namespaces of whatever install. */
  get namespaces(): NamedNamespaces {
    return namedNamespaces("decnet-");
  }

  /** The one whose name ends so. */
  namespaceOf(decky: string): string {
    const found = this.namespaces.list().find(({ name }) => name.endsWith(`-${decky}`));
    if (!found) throw new Error(`no namespace of ${decky}`);
    return found.name;
  }

  /** What a service of a decky says to somebody in another namespace: this one, or that of a decky. */
  greeting(address: string, port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, timeout: 3_000 });
      let text = "";
      socket.on("data", (data) => {
        text += data.toString();
      });
      socket.on("timeout", () => socket.destroy(new Error("nobody answers")));
      socket.on("error", reject);
      socket.on("close", () => resolve(text.trim()));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of this.#processes) await this.kill(made);
    await this.store.close();
    unmount("/run");
    this.#lab[Symbol.dispose]();
    rmSync(this.folder.root, { recursive: true, force: true });
  }
}
