// The commands under decnet users, as the help lists them.

import type { CommandDefinition } from "./command.ts";
import { defineCommand } from "./command.ts";
import { JSON_OPTION } from "./json-option.ts";

const PASSWORD = [
  "--password-stdin",
  "read the password from the first line of standard input; drawn and shown once when absent",
] as const;

/** In the order of the help. */
export const usersCommands: readonly CommandDefinition[] = [
  defineCommand({
    name: "users list",
    summary: "list who may log in to the dashboard and the API",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet users list", "decnet users list --json"],
    group: "commands",
    load: async () => (await import("./users.ts")).runList,
  }),
  defineCommand({
    name: "users add",
    summary: "add a user: a viewer, who only reads, or an admin",
    usage: "<name>",
    options: [JSON_OPTION, ["--role <role>", "viewer or admin (default viewer)"], PASSWORD],
    settings: [],
    examples: ["decnet users add alice", "decnet users add bob --role admin --password-stdin < secret.txt"],
    group: "commands",
    load: async () => (await import("./users.ts")).runAdd,
  }),
  defineCommand({
    name: "users remove",
    summary: "remove a user and end all of the user's logins at once",
    usage: "<name>",
    options: [JSON_OPTION],
    settings: [],
    examples: ["decnet users remove alice"],
    group: "commands",
    load: async () => (await import("./users.ts")).runRemove,
  }),
  defineCommand({
    name: "users password",
    summary: "give a user a new password and end all of the user's logins",
    usage: "<name>",
    options: [JSON_OPTION, PASSWORD],
    settings: [],
    examples: ["decnet users password admin", "decnet users password alice --password-stdin < secret.txt"],
    group: "commands",
    load: async () => (await import("./users.ts")).runPassword,
  }),
];
