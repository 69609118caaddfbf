// The registry of commands: those below, and one for each worker.

import { workers } from "../workers/index.ts";
import type { CommandDefinition } from "./command.ts";
import { defineCommand } from "./command.ts";
import { fleetCommands } from "./fleet/definitions.ts";
import { JSON_OPTION } from "./json-option.ts";
import { topologyCommands } from "./topology-definitions.ts";
import { usersCommands } from "./users-definitions.ts";

/** Commands under which others stand: what they are for, and how they are used. */
export const commandGroups: Readonly<Record<string, { summary: string; examples: readonly string[] }>> =
  Object.freeze({
    topology: {
      summary: "draw, check, deploy and show topologies: LANs, the deckies in them, and the ways between",
      examples: [
        "decnet topology generate --lans 3 --deckies 8 > maze.toml",
        "decnet topology show maze.toml",
        "decnet topology deploy maze.toml",
        "decnet topology generate --help",
      ],
    },
    users: {
      summary: "list, add and remove who may log in to the dashboard and the API",
      examples: ["decnet users list", "decnet users add carol --role viewer", "decnet users add --help"],
    },
  });

const own: readonly CommandDefinition[] = [
  defineCommand({
    name: "up",
    summary: "start everything: the deckies, the evidence path, the dashboard",
    options: [JSON_OPTION],
    examples: [
      "decnet up",
      "decnet up --data-dir ./lab --services ssh,http,http:8080 --port-offset 20000",
      "decnet up --api-host 127.0.0.1 --api-port 9000 --listen 192.0.2.10",
    ],
    group: "commands",
    load: async () => (await import("./up.ts")).runUp,
  }),
  defineCommand({
    name: "status",
    summary: "show workers, bus, deckies and the evidence figures of the running install",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet status", "decnet status --json --data-dir ./lab"],
    group: "commands",
    load: async () => (await import("./status.ts")).runStatus,
  }),
  defineCommand({
    name: "stop",
    summary: "stop one worker of the running install; it stays stopped until it is started again",
    usage: "<worker>",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet stop correlator", "decnet stop bus --json"],
    group: "commands",
    load: async () => (await import("./orders.ts")).runStop,
  }),
  defineCommand({
    name: "start",
    summary: "start a stopped worker of the running install, or all that do not run",
    usage: "[worker]",
    options: [JSON_OPTION, ["--all", "start every worker that does not run, the bus first"]],
    settings: [],
    examples: ["decnet start correlator", "decnet start api", "decnet start --all --json"],
    group: "commands",
    load: async () => (await import("./orders.ts")).runStart,
  }),
  defineCommand({
    name: "drill",
    summary: "play harmless intrusions against this install's own decoys and check what came of them",
    options: [JSON_OPTION, ["--forget", "remove all that drills left behind"]],
    settings: ["decky.services"],
    examples: ["decnet drill", "decnet drill --services ssh,redis", "decnet drill --forget"],
    group: "commands",
    load: async () => (await import("./drill/index.ts")).runDrill,
  }),
  defineCommand({
    name: "events",
    summary: "print what passes on the bus",
    usage: "[pattern]",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet events", "decnet events 'attacker.>'", "decnet events 'decky.*.state' --json"],
    group: "commands",
    load: async () => (await import("./bus-commands.ts")).runEventsCommand,
  }),
  defineCommand({
    name: "publish",
    summary: "send one event on the bus",
    usage: "<topic> <json>",
    settings: [],
    examples: [`decnet publish system.decky.control '{"action":"stop","requested_by":"me","ts":0}'`],
    group: "commands",
    load: async () => (await import("./bus-commands.ts")).runPublishCommand,
  }),
  defineCommand({
    name: "init",
    summary: "install decnet as systemd services: users, folders, one sandboxed unit for each worker",
    options: [
      JSON_OPTION,
      ["--dry-run", "print what would be done, and do nothing"],
      ["--uninstall", "remove what init made; evidence and users stay"],
      ["--purge", "with --uninstall: remove evidence and users as well"],
      ["--yes", "agree to a loss"],
      ["--root <dir>", "install into an image's root folder instead of this host"],
    ],
    settings: [],
    examples: ["decnet init --dry-run", "decnet init", "decnet init --uninstall --purge --yes"],
    group: "commands",
    load: async () => (await import("./init/index.ts")).runInit,
  }),
  defineCommand({
    name: "units",
    summary: "print the systemd units that init installs",
    options: [
      ["--print", "print them (the default)"],
      ["--worker <name>", "the unit of one worker alone"],
      ["--executable <path>", "what the units run; by default what init would install"],
    ],
    settings: [],
    examples: [
      "decnet units --print",
      "decnet units --print --worker decky --executable /opt/decnet/bin/decnet",
    ],
    group: "commands",
    load: async () => (await import("./init/print.ts")).runUnits,
  }),
  defineCommand({
    name: "config",
    summary: "show the settings in force, and with --explain where each came from",
    options: [JSON_OPTION, ["--explain", "show where each value came from and what it is for"]],
    examples: ["decnet config", "decnet config --explain", "decnet config --json --data-dir ./lab"],
    group: "commands",
    load: async () => (await import("./config.ts")).runConfig,
  }),
  ...fleetCommands,
  ...topologyCommands,
  ...usersCommands,
  defineCommand({
    name: "kernel",
    summary: "brings the kernel to what the mutator wants: one task from standard input, one report",
    settings: [],
    examples: ["decnet kernel < task.json"],
    group: "commands",
    internal: true,
    load: async () => (await import("./kernel.ts")).runKernel,
  }),
  defineCommand({
    name: "neighbour",
    summary: "looks at deckies from a place beside them: one task from standard input, one report",
    settings: [],
    examples: ["decnet neighbour < task.json"],
    group: "commands",
    internal: true,
    load: async () => (await import("./neighbour.ts")).runNeighbour,
  }),
];

function workerCommand(worker: (typeof workers)[number]): CommandDefinition {
  const busOptions = [
    ["--socket <path>", "path of the bus socket"],
    ["--group <name>", "group that may use the bus"],
  ] as const;
  return defineCommand({
    name: worker.name,
    summary: worker.summary,
    ...(worker.name === "bus" ? { options: busOptions } : {}),
    sections: [...worker.config, "log"],
    examples: worker.examples,
    group: "workers",
    load: async () => {
      const { runWorkerCommand } = await import("./worker.ts");
      return (call) => runWorkerCommand(worker, call);
    },
  });
}

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = Object.freeze([...own, ...workers.map(workerCommand)]);
