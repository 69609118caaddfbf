// What machines there can be, for people: read off the registries of archetypes, systems and decoys.

import type { Random } from "../../contract/random.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { decoys } from "../../decoys/index.ts";
import type { ArchetypeDefinition } from "../../decoys/personas/archetypes/archetype.ts";
import { archetypes, findArchetype } from "../../decoys/personas/archetypes/index.ts";
import { networkProfileOf } from "../../decoys/personas/network.ts";
import { osProfiles } from "../../decoys/personas/os-profiles/index.ts";
import { vendorsOf } from "../../decoys/personas/vendors.ts";
import type { Seen } from "./disguise.ts";
import { seenAs } from "./disguise.ts";

/** A kind of machine. */
export interface ArchetypeFacts {
  readonly name: string;
  readonly summary: string;
  readonly services: readonly string[];
  readonly systems: readonly string[];
  /** Names of the OS profiles, in the order of `systems`. */
  readonly profiles: readonly string[];
  readonly mac_prefixes: readonly string[];
  readonly mac_vendors: readonly string[];
  /** Host names of the kind, drawn for this list alone. */
  readonly called: readonly string[];
  /** Every host name of the kind matches it. */
  readonly host_names: string;
  readonly domains: readonly string[];
  readonly users: readonly string[];
  /** What scanners took its systems for when that was measured. */
  readonly seen_as: readonly Seen[];
  readonly files: string;
  readonly limits: string;
}

/** A decoy, and the kinds of machine that offer it. */
export interface ServiceFacts {
  readonly name: string;
  readonly summary: string;
  readonly port: number;
  readonly transport: string;
  /** Whether a machine may offer it on more than one port. */
  readonly several_ports: boolean;
  readonly archetypes: readonly string[];
}

/** A system that machines run. */
export interface SystemFacts {
  readonly name: string;
  readonly os: string;
  readonly tcp_ip: string;
  readonly archetypes: readonly string[];
}

/** A name for a machine of an archetype, as its style has them. */
export function drawName(archetype: string, random: Random): string {
  const found = findArchetype(archetype);
  if (!found) return archetype;
  const [oui = "02:00:00"] = networkProfileOf(archetype).ouis;
  const tail = [...random.bytes(3)].map((byte) => byte.toString(16).padStart(2, "0"));
  const serial = Array.from({ length: 10 }, () => random.below(10)).join("");
  return found.hostname.draw({ random, mac: [oui, ...tail].join(":"), serial });
}

/** Every account name that is ever drawn, as far as fifty draws show. */
export function usersOf({ accounts }: ArchetypeDefinition): readonly string[] {
  const draws = Array.from({ length: 50 }, (_, index) => accounts(createSeededRandom(`users-${index}`)));
  return [...new Set(draws.flat().map(({ name }) => name))].sort();
}

/** Every kind of machine. */
export function archetypeFacts(): readonly ArchetypeFacts[] {
  return archetypes.map((one) => ({
    name: one.name,
    summary: one.summary,
    services: [...one.services],
    systems: one.profiles.map(({ pretty }) => pretty),
    profiles: one.profiles.map(({ name }) => name),
    mac_prefixes: networkProfileOf(one.name).ouis,
    mac_vendors: vendorsOf(networkProfileOf(one.name).ouis),
    called: [1, 2].map((n) => drawName(one.name, createSeededRandom(`example ${one.name} ${n}`))),
    host_names: one.hostname.pattern.source,
    domains: one.domains,
    users: usersOf(one),
    seen_as: one.profiles.flatMap(({ name }) => seenAs(name) ?? []),
    files: one.files,
    limits: one.limits,
  }));
}

/** Every decoy. */
export function serviceFacts(): readonly ServiceFacts[] {
  return decoys.map(({ name, summary, port, transport, severalPorts = false }) => ({
    name,
    summary,
    port,
    transport,
    several_ports: severalPorts,
    archetypes: archetypes.filter(({ services }) => services.includes(name)).map((one) => one.name),
  }));
}

/** Every system. */
export function systemFacts(): readonly SystemFacts[] {
  return osProfiles.map(({ name, pretty, stack }) => ({
    name,
    os: pretty,
    tcp_ip: stack,
    archetypes: archetypes
      .filter(({ profiles }) => profiles.some((profile) => profile.name === name))
      .map((one) => one.name),
  }));
}
