// The commands under decnet topology, as the help lists them.

import type { CommandDefinition } from "./command.ts";
import { defineCommand } from "./command.ts";
import { JSON_OPTION } from "./json-option.ts";

/** In the order of the help. */
export const topologyCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "topology generate",
    summary: "draw a topology from a seed: the same options give the same one",
    options: [
      JSON_OPTION,
      ["--lans <n>", "LANs in all, the DMZ among them (default 3)"],
      ["--depth <n>", "most LANs from the DMZ to the innermost (default 3)"],
      ["--branching <n>", "most LANs directly behind one (default 2)"],
      ["--deckies <n>", "deckies in all (default 8)"],
      ["--seed <text>", "what to draw from; a fresh one when absent"],
      ["--name <name>", "name of the topology (default maze)"],
    ],
    settings: [],
    examples: [
      "decnet topology generate --lans 4 --depth 3 --branching 2 --deckies 12 --seed 7 > maze.toml",
      "decnet topology generate --json",
    ],
    group: "commands",
    load: async () => (await import("./topology.ts")).runGenerate,
  }),
  defineCommand({
    name: "topology validate",
    summary: "check a topology and name every fault",
    usage: "<file>",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet topology validate maze.toml", "decnet topology generate | decnet topology validate -"],
    group: "commands",
    load: async () => (await import("./topology.ts")).runValidate,
  }),
  defineCommand({
    name: "topology show",
    summary: "draw a topology as a tree, or as a graph for Graphviz: a file, or one of the running install",
    usage: "<file-or-name>",
    options: [JSON_OPTION, ["--dot", "print the graph in the DOT language"]],
    settings: [],
    examples: [
      "decnet topology show maze.toml",
      "decnet topology show maze --json",
      "decnet topology show maze.toml --dot | dot -Tsvg > maze.svg",
    ],
    group: "commands",
    load: async () => (await import("./topology.ts")).runShow,
  }),
  defineCommand({
    name: "topology deploy",
    summary: "put a topology on the network: a file, or one that the running install knows",
    usage: "<file-or-name>",
    options: [JSON_OPTION, ["--no-wait", "give the order and do not wait for what comes of it"]],
    settings: [],
    examples: ["decnet topology deploy maze.toml", "decnet topology deploy maze --no-wait"],
    group: "commands",
    load: async () => (await import("./fleet/deploy.ts")).runTopologyDeploy,
  }),
  defineCommand({
    name: "topology teardown",
    summary: "take a topology off the network; it stays known and can be deployed again",
    usage: "<file-or-name>",
    options: [
      JSON_OPTION,
      ["--forget", "and remove what the install knows of it"],
      ["--no-wait", "give the order and do not wait for what comes of it"],
    ],
    settings: [],
    examples: ["decnet topology teardown maze", "decnet topology teardown maze.toml --forget"],
    group: "commands",
    load: async () => (await import("./fleet/teardown.ts")).runTopologyTeardown,
  }),
];
