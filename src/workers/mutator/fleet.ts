// The fleet as the mutator handles it: places for machines, tasks for the kernel, and what came of them.
// Decides no status and writes no mutation: those are acts.ts and changes.ts.

import { nameIn } from "../../contract/offer.ts";
import type { Random } from "../../contract/random.ts";
import { findDecoy } from "../../decoys/index.ts";
import { machineCatalogue } from "../../decoys/personas/catalogue.ts";
import { createPersona } from "../../decoys/personas/create.ts";
import type { Moved } from "../../decoys/personas/moved.ts";
import { movedBetween } from "../../decoys/personas/moved.ts";
import { networkProfileOf } from "../../decoys/personas/network.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import { drawFrom } from "../../decoys/personas/secret.ts";
import type { Allocation } from "../../fleet/allocate.ts";
import type { Compiled, CompiledDecky, CompileOptions } from "../../fleet/compile.ts";
import { compileTopologies } from "../../fleet/compile.ts";
import type { MachineLife } from "../../fleet/machine.ts";
import { livedOf } from "../../fleet/machine.ts";
import type { Machine, Placed } from "../../fleet/placed.ts";
import { firewallLabel } from "../../platform/nft/ruleset.ts";
import type { TopologyDecky } from "../../topology/model.ts";
import type { RunKernel } from "./kernel.ts";
import { givePlaces } from "./places.ts";
import type { Reach, Report, Task, Wanted } from "./task.ts";

/** Ports for data connections of a service that hands them out: so many transfers at once. */
const DATA_PORTS = 4;

/** What a fleet is made with. */
export interface FleetOptions {
  readonly secret: InstallSecret;
  readonly runKernel: RunKernel;
  readonly places: Pick<Task, "netns" | "lock" | "socket">;
}

/** A part of the fleet that is to change. */
export interface Part {
  readonly compiled: Compiled;
  readonly gone?: { readonly bridges: readonly string[]; readonly deckies: readonly CompiledDecky[] };
  /** Deckies whose conversations are cut. */
  readonly reboot?: ReadonlySet<string>;
  /** The settings of namespaces that are there are taken as they are. */
  readonly light?: boolean;
}

/** The fleet of this install. */
export interface Fleet {
  /** Archetypes with their services. */
  readonly catalogue: ReturnType<typeof machineCatalogue>;
  readonly install: string;
  readonly draw: (...labels: readonly string[]) => Random;
  compile(all: readonly Placed[]): Compiled;
  place(placed: Placed, others: readonly Placed[]): Promise<Allocation>;
  /** The versions that a machine would have moved by another life than its own. */
  moved(decky: TopologyDecky, machine: Machine, life: MachineLife): readonly Moved[];
  /** Brings the kernel and the decoys' process there: all of it, or with `gone` a part. */
  reach(part: Part): Promise<Report>;
}

/** The name by which an install's things are known in the kernel. */
function installId(secret: InstallSecret): string {
  return Buffer.from(drawFrom(secret, "install").bytes(12)).toString("hex");
}

function compileOptions(install: string, catalogue: Fleet["catalogue"]): CompileOptions {
  return {
    install,
    sysctlsOf: (archetype) => networkProfileOf(archetype).sysctls,
    servicesOf: (archetype) => catalogue.archetypes.get(archetype) ?? [],
    portOf: (service) => {
      const decoy = findDecoy(service);
      return (
        decoy && { port: decoy.port, transport: decoy.transport, data: decoy.dataPorts ? DATA_PORTS : 0 }
      );
    },
    firewall: firewallLabel,
  };
}

function wantedOf({ name, desired, spec, sockets }: CompiledDecky, reboot: boolean): Wanted {
  // JSON leaves out what is undefined, which the shapes of the task tell apart.
  return structuredClone({ name, desired, spec, sockets, reboot }) as Wanted;
}

function reachOf({ compiled, gone, reboot, light }: Part): Reach {
  return {
    settings: light !== true,
    bridges: [...compiled.bridges],
    joined: [...compiled.joined],
    deckies: compiled.deckies.map((decky) => wantedOf(decky, reboot?.has(decky.name) ?? false)),
    ...(gone === undefined
      ? {}
      : {
          gone: {
            bridges: [...gone.bridges],
            deckies: gone.deckies.map((decky) => {
              const { name, desired } = wantedOf(decky, false);
              return { name, desired };
            }),
          },
        }),
  };
}

/** Makes it. */
export function createFleet({ secret, runKernel, places }: FleetOptions): Fleet {
  const install = installId(secret);
  const catalogue = machineCatalogue();
  const draw = (...labels: readonly string[]): Random => drawFrom(secret, "fleet", ...labels);
  const options = compileOptions(install, catalogue);
  const task = { install, ...places };
  return {
    catalogue,
    install,
    draw,
    compile: (all) => compileTopologies(all, options),
    place: (placed, others) =>
      givePlaces({
        placed,
        others,
        draw,
        ouisOf: (archetype) => networkProfileOf(archetype).ouis,
        probe: async (probe) => (await runKernel({ ...task, probe })).occupied,
      }),
    moved(decky, { links, life: before }, after) {
      const personaAt = (life: MachineLife) => {
        const mac = links[0]?.mac;
        const options = { place: decky.name, ...(mac !== undefined && { mac }), ...livedOf(life) };
        return createPersona(secret, decky.archetype, options);
      };
      const offers = decky.services ?? catalogue.archetypes.get(decky.archetype) ?? [];
      const services = new Set(offers.map(nameIn));
      return movedBetween(personaAt(before), personaAt(after), [...services]);
    },
    reach: (part) => runKernel({ ...task, probe: [], reach: reachOf(part) }),
  };
}
