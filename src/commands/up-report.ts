// What decnet up tells its user: where everything is once it runs, and what happened to a worker.

import type { Status } from "../api/types.ts";
import { printable } from "../contract/captured.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import type { busPlace } from "../kit/install.ts";
import type { SupervisorEvent } from "../kit/supervisor/supervisor.ts";
import { version } from "../version.ts";
import type { CommandCall } from "./command.ts";
import { deckyLines } from "./status.ts";
import { paint } from "./style.ts";

/** A running install, as its user is told of it. */
export interface Started {
  readonly status: Status;
  readonly url: string;
  readonly adminPassword: string | undefined;
  readonly folder: DataFolder;
  readonly bus: ReturnType<typeof busPlace>;
  /** `name / password` of each login that lets an intruder in, by decky. */
  readonly logins: ReadonlyMap<string, readonly string[]>;
}

/** Tells it: text for people, or one line of JSON. */
export function announce(call: CommandCall, up: Started): void {
  if (call.options["json"]) {
    const { status, url, folder } = up;
    const admin =
      up.adminPassword === undefined ? {} : { admin: { username: "admin", password: up.adminPassword } };
    const logins = Object.fromEntries(up.logins);
    const where = { url, data_dir: folder.root, ...up.bus, pid: process.pid };
    call.terminal.out(`${JSON.stringify({ event: "up", ...where, ...admin, logins, ...status })}\n`);
    return;
  }
  const colours = paint(call.terminal.colours);
  call.terminal.out(`\n${colours.bold("decnet")} ${version} is up\n\n  Dashboard  ${colours.bold(up.url)}\n`);
  if (up.adminPassword !== undefined) {
    call.terminal.out(
      `  Log in as  admin / ${colours.bold(up.adminPassword)}  ${colours.dim("(shown this once)")}\n`,
    );
  }
  call.terminal.out(`  Data       ${up.folder.root}\n`);
  for (const decky of up.status.deckies) {
    call.terminal.out(deckyLines(decky, colours));
    const logins = up.logins.get(decky.name) ?? [];
    if (logins.length > 0) call.terminal.out(`      ${colours.dim(`lets in: ${logins.join(", ")}`)}\n`);
  }
  call.terminal.out(`\n  ${colours.dim("Try it: decnet drill. Ctrl-C ends everything.")}\n\n`);
}

/** A line of a worker's log for a person: its message and the error's, without the stack. */
function logSentence(line: string): string {
  try {
    const { time, msg, err } = JSON.parse(line) as {
      time?: string;
      msg?: string;
      err?: { message?: string };
    };
    return printable(`${time ?? ""} ${msg ?? ""}${err?.message ? `: ${err.message}` : ""}`, 500);
  } catch {
    // What the runtime itself wrote is no JSON.
    return printable(line, 500);
  }
}

/** Tells on standard error that a worker ended, and why when it goes on ending. */
export function tellCrash(call: CommandCall, folder: DataFolder, event: SupervisorEvent): void {
  if (event.type === "stopped") call.terminal.err(`decnet: ${event.worker} stopped\n`);
  if (event.type === "hung") {
    const seconds = Math.round(event.silentMs / 1000);
    call.terminal.err(`decnet: ${event.worker} gave no sign of life for ${seconds} s; killed\n`);
  }
  if (event.type !== "crashed" && event.type !== "gave_up") return;
  const how = event.end.signal ?? `exit ${event.end.code}`;
  const lastLines = (): void => {
    call.terminal.err(`decnet: last lines of ${folder.logs}/${event.worker}.log:\n`);
    for (const line of event.lastLines.slice(-5)) call.terminal.err(`  ${logSentence(line)}\n`);
  };
  if (event.type === "gave_up") {
    call.terminal.err(`decnet: ${event.worker} ended (${how}): a wrong setting; not started again\n`);
    lastLines();
    return;
  }
  call.terminal.err(
    `decnet: ${event.worker} ended (${how}); starting it again in ${event.delayMs / 1000} s\n`,
  );
  if (!event.crashLoop) return;
  call.terminal.err(`decnet: ${event.worker} is in a crash loop\n`);
  lastLines();
}
