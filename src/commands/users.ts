// decnet users: who may log in, through the running install's API.
// Takes no password as an argument: everybody on the machine could read it.

import { readFileSync } from "node:fs";
import type { User, UserMade } from "../api/types.ts";
import { DecnetError } from "../contract/errors.ts";
import { apiClient } from "./api-client.ts";
import type { CommandCall } from "./command.ts";
import { printJson, textOption } from "./options.ts";
import { settingsOf } from "./settings.ts";
import { columns } from "./style.ts";

function nameOf(call: CommandCall): string {
  const [name] = call.args;
  if (name === undefined || name === "") throw new DecnetError("usage", "name a user");
  return name;
}

/** The password of standard input, or nothing where one is to be drawn. */
function passwordOf(call: CommandCall): { readonly password?: string } {
  if (call.options["passwordStdin"] !== true) return {};
  const password = readFileSync(0, "utf8").split(/\r?\n/, 1)[0] ?? "";
  if (password === "") throw new DecnetError("usage", "no password came on standard input");
  return { password };
}

function tell(call: CommandCall, answer: unknown, text: string): number {
  if (call.options["json"]) printJson(call, answer);
  else call.terminal.out(text);
  return 0;
}

function shown(password: string | undefined): string {
  return password === undefined ? "" : `password  ${password}  (shown this once)\n`;
}

const pathOf = (name: string): string => `/users/${encodeURIComponent(name)}`;

/** Lists all. */
export async function runList(call: CommandCall): Promise<number> {
  const { data } = await apiClient(settingsOf(call).folder).get<{ data: User[] }>("/users");
  const rows = data.map((user) => [
    user.username,
    user.role,
    `since ${new Date(user.created_at).toISOString()}`,
  ]);
  return tell(call, data, columns(rows));
}

/** Adds one. */
export async function runAdd(call: CommandCall): Promise<number> {
  const username = nameOf(call);
  const role = textOption(call, "role") ?? "viewer";
  if (role !== "viewer" && role !== "admin") throw new DecnetError("usage", "--role is viewer or admin");
  const body = { username, role, ...passwordOf(call) };
  const made = await apiClient(settingsOf(call).folder).send<UserMade>("POST", "/users", body);
  return tell(call, made, `${made.username} is added as ${made.role}\n${shown(made.password)}`);
}

/** Removes one. */
export async function runRemove(call: CommandCall): Promise<number> {
  const username = nameOf(call);
  await apiClient(settingsOf(call).folder).send("DELETE", pathOf(username));
  return tell(call, { removed: username }, `${username} is removed, and logged out everywhere\n`);
}

/** Gives one a new password. */
export async function runPassword(call: CommandCall): Promise<number> {
  const username = nameOf(call);
  const client = apiClient(settingsOf(call).folder);
  const made = await client.send<{ password?: string }>(
    "POST",
    `${pathOf(username)}/password`,
    passwordOf(call),
  );
  const text = `${username} has a new password, and is logged out everywhere\n`;
  return tell(call, made, text + shown(made.password));
}
