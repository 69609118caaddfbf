// The mutator's side of the store: topologies with their machines as values, and what it writes back.
// Each write is one transaction; nothing is sent from here.

import {
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { systemErrorCode } from "../../contract/errors.ts";
import { machineLifeSchema, machineLinkSchema } from "../../fleet/machine.ts";
import type { Machine, Placed } from "../../fleet/placed.ts";
import type { DataFolder } from "../../kit/data-folder.ts";
import type { Store } from "../../store/open.ts";
import type { MachineTable } from "../../store/schema.ts";
import type { MachineRow, TopologyRow } from "../../store/topologies.ts";
import { listMachines, listTopologies, listTopologyStates } from "../../store/topologies.ts";
import type { Topology } from "../../topology/model.ts";
import { topologySchema } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { mutationSchema } from "../../topology/mutation.ts";

/** A topology as it is stored. */
export interface Entry {
  readonly row: TopologyRow;
  readonly placed: Placed;
}

/** All topologies, read anew only when one of them has changed. */
export interface World {
  /** Reads what has changed since; true when something has. */
  refresh(): Promise<boolean>;
  readonly entries: readonly Entry[];
  find(id: string): Entry | undefined;
  /** Tells that machines were written, which no topology's row shows. */
  forget(): void;
}

function parseTopology(row: TopologyRow): Topology {
  return topologySchema.parse(JSON.parse(row.definition));
}

function parseMachine(row: MachineRow): Machine {
  return {
    links: machineLinkSchema.array().parse(JSON.parse(row.links)),
    life: machineLifeSchema.parse(JSON.parse(row.life)),
  };
}

/** Whether its definition has this decky. */
export function hasDecky({ placed }: Entry, name: string): boolean {
  return placed.topology.deckies.some((decky) => decky.name === name);
}

/** The row of a machine. */
export function machineRow(topologyId: string, decky: string, machine: Machine, now: number): MachineTable {
  const { links, life } = machine;
  return {
    decky,
    topology_id: topologyId,
    links: JSON.stringify(links),
    life: JSON.stringify(life),
    changed_at: now,
  };
}

/** The change that a row holds; undefined where it is damaged. */
export function parseMutation(text: string): Mutation | undefined {
  try {
    return mutationSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads topologies and machines. */
export function createWorld({ db }: Store): World {
  let seen = "";
  let entries: readonly Entry[] = [];
  return {
    get entries() {
      return entries;
    },
    find: (id) => entries.find(({ row }) => row.id === id),
    forget: () => {
      seen = "";
    },
    async refresh() {
      const states = JSON.stringify(await listTopologyStates(db));
      if (states === seen) return false;
      const [rows, machines] = [await listTopologies(db), await listMachines(db)];
      const byTopology = Map.groupBy(machines, ({ topology_id }) => topology_id);
      entries = rows.map((row) => {
        const own = (byTopology.get(row.id) ?? []).map(
          (machine) => [machine.decky, parseMachine(machine)] as const,
        );
        return { row, placed: { id: row.id, topology: parseTopology(row), machines: new Map(own) } };
      });
      seen = states;
      return true;
    },
  };
}

/** What tells one decoys' process from the next: each makes its socket anew. Empty while there is none. */
export function doorMark(folder: DataFolder): string {
  const found = statSync(folder.deckySocket, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino} ${found.ctimeNs}` : "";
}

/** Root uses the host's own folder, which `ip netns` shows; everybody else one in the data folder. */
export function namespaceFolder(folder: DataFolder): string {
  return process.getuid?.() === 0 ? "/run/netns" : folder.namespaces;
}

/** Whether there may be anything in the kernel that a former life left. */
export function hasLeftovers(folder: DataFolder): boolean {
  const at = namespaceFolder(folder);
  return existsSync(at) && readdirSync(at).some((name) => name.startsWith("decnet-"));
}

/** Bits of capabilities(7): CAP_NET_ADMIN and CAP_SYS_ADMIN. */
const NEEDED = (1n << 12n) | (1n << 21n);

/** Why this process can't touch the kernel's networks; undefined when it can. */
export function whyHelpless(status = readFileSync("/proc/self/status", "utf8")): string | undefined {
  const capabilities = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status)?.[1] ?? "0";
  if ((BigInt(`0x${capabilities}`) & NEEDED) === NEEDED) return undefined;
  return "machines with an address of their own need root: run decnet as root (sudo decnet up)";
}

/** Makes the database's file for its owner, should root be the first to come: the other workers have to open it too. */
export function claimDatabase(folder: DataFolder): void {
  if (process.getuid?.() !== 0 || existsSync(folder.database)) return;
  const { uid, gid } = statSync(folder.root);
  const draft = `${folder.database}.${process.pid}`;
  closeSync(openSync(draft, "wx", 0o600));
  try {
    chownSync(draft, uid, gid);
    linkSync(draft, folder.database);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Makes the lock files for the folder's owner, should root be the first to come: who follows has to open them too. */
export function claimLocks(folder: DataFolder): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder.root);
  for (const path of [folder.mutatorLock, folder.kernelLock]) {
    closeSync(openSync(path, "a", 0o600));
    chownSync(path, uid, gid);
  }
}
