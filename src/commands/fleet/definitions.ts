// The commands on fleets of deckies with an address of their own, as the help lists them.

import type { CommandDefinition } from "../command.ts";
import { defineCommand } from "../command.ts";
import { JSON_OPTION } from "../json-option.ts";

/** In the order of the help. */
export const fleetCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "deploy",
    summary: "put deckies with an address and MAC of their own on the network, by the running install",
    options: [
      JSON_OPTION,
      ["--deckies <n>", "how many"],
      ["--archetype <names>", "kinds of machine in turn, between commas; a mix when absent"],
      [
        "--services <offers>",
        "decoys to offer, each as name or name:port, between commas: machines that offer them, and only these",
      ],
      ["--config <file>", "a topology's file in place of all the others"],
      ["--driver <driver>", "bridge (default) or macvlan"],
      [
        "--interface <name>",
        "bridge to join, made when it is not there; for macvlan the interface of the network",
      ],
      ["--subnet <cidr>", "network of their addresses"],
      ["--gateway <address>", "router of that network"],
      ["--ip-start <address>", "address of the first, the others follow; free ones are found when absent"],
      ["--seed <text>", "what to draw from; a fresh one when absent"],
      ["--name <name>", "name of the topology (default fleet)"],
      ["--dry-run", "print what would be made; needs neither root nor an install"],
      ["--no-wait", "give the order and do not wait for what comes of it"],
    ],
    settings: [],
    examples: [
      "decnet deploy --deckies 12 --subnet 192.0.2.0/24 --interface br0 --dry-run",
      "decnet deploy --deckies 12 --driver macvlan --interface eth0 --subnet 192.0.2.0/24 --ip-start 192.0.2.40",
      "decnet deploy --deckies 5 --services ssh,http --subnet 10.9.0.0/24 --seed 7",
      "decnet deploy --deckies 5 --services ssh,ssh:2222,http,http:8080 --subnet 10.9.0.0/24",
      "decnet deploy --config office.toml",
    ],
    group: "commands",
    load: async () => (await import("./deploy.ts")).runDeploy,
  }),
  defineCommand({
    name: "teardown",
    summary: "take a topology, one decky, or all topologies off the network",
    options: [
      JSON_OPTION,
      ["--id <name>", "a topology, or one decky"],
      ["--all", "every topology that stands"],
      ["--forget", "and remove what the install knows of them"],
      ["--no-wait", "give the order and do not wait for what comes of it"],
    ],
    settings: [],
    examples: ["decnet teardown --id fleet", "decnet teardown --id web03", "decnet teardown --all --forget"],
    group: "commands",
    load: async () => (await import("./teardown.ts")).runTeardown,
  }),
  defineCommand({
    name: "mutate",
    summary: "bring a patch night, a reboot or another service over a decky now, as its schedule would",
    usage: "<decky>",
    options: [
      JSON_OPTION,
      [
        "--plan <plan>",
        "patch (versions move forward, with a reboot), reboot, or service (one more or one fewer)",
      ],
      ["--wait", "wait for what comes of it (the default)"],
      ["--no-wait", "ask for it and do not wait for what comes of it"],
    ],
    settings: [],
    examples: ["decnet mutate web03 --plan patch", "decnet mutate web03 --plan reboot --no-wait --json"],
    group: "commands",
    load: async () => (await import("./mutate.ts")).runMutate,
  }),
  defineCommand({
    name: "deckies",
    summary: "list the deckies of the running install: address, MAC, state, services",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet deckies", "decnet deckies --json"],
    group: "commands",
    load: async () => (await import("./lists.ts")).runDeckies,
  }),
  defineCommand({
    name: "archetypes",
    summary: "list the kinds of machine that deckies can be, or all that is known of one",
    usage: "[archetype]",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet archetypes", "decnet archetypes printer", "decnet archetypes --json"],
    group: "commands",
    load: async () => (await import("./archetypes.ts")).runArchetypes,
  }),
  defineCommand({
    name: "services",
    summary: "list the decoys, and which kinds of machine offer them",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet services", "decnet services --json"],
    group: "commands",
    load: async () => (await import("./lists.ts")).runServices,
  }),
  defineCommand({
    name: "personas",
    summary:
      "list who the deckies of the running install claim to be; where none runs, the systems there are",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet personas", "decnet personas --json"],
    group: "commands",
    load: async () => (await import("./lists.ts")).runPersonas,
  }),
];
