// decnet events and decnet publish: the bus from the command line.

import { isPattern } from "../bus/subject.ts";
import { topicNameOf } from "../bus/topic-of.ts";
import { topicCatalogue, topicNames } from "../bus/topics.ts";
import { printable } from "../contract/captured.ts";
import { DecnetError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import { findApiUrl, findInstall } from "../kit/install.ts";
import { findWorker } from "../workers/index.ts";
import type { CommandCall } from "./command.ts";
import { runEvents } from "./events.ts";
import { openBus } from "./open-bus.ts";
import { noteOrder } from "./order-note.ts";
import { runPublish } from "./publish.ts";
import { settingsOf } from "./settings.ts";

/** How long `events` waits for the bus before it says so. */
const CONNECT_MS = 1_000;

/** A stop that no API hears goes into the audit trail as one of the command line does. */
function noteStop(call: CommandCall, topic: string, json: string): void {
  const worker = /^system\.([^.]+)\.control$/.exec(topic)?.[1];
  const { folder } = settingsOf(call);
  if (worker === undefined || !findWorker(worker) || !findInstall(folder) || findApiUrl(folder)) return;
  const { action, requested_by } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  if (action !== "stop") return;
  const detail = `requested_by: ${printable(String(requested_by), 200)}`;
  noteOrder(call, folder, { action: "worker.stop", target: worker, outcome: "told on the bus", detail });
}

/** Prints events until Ctrl-C. */
export async function runEventsCommand(call: CommandCall): Promise<number> {
  const pattern = call.args[0] ?? ">";
  if (!isPattern(pattern)) {
    const form = 'words between dots, none empty; "*" is any one word, ">" as the last all that follow';
    throw new DecnetError("invalid", `"${printable(pattern, 80)}" is no pattern: ${form}`);
  }
  const bus = openBus(call);
  try {
    const write = (text: string): void => call.terminal.out(text);
    const json = call.options["json"] === true;
    if (!(await bus.flush(CONNECT_MS)))
      call.terminal.err("decnet: the bus cannot be reached yet; waiting for it (Ctrl-C ends)\n");
    await runEvents({ bus, pattern, json, signal: call.signal, write });
    return 0;
  } finally {
    await bus.close();
  }
}

/** Sends one event and waits until the broker has it. */
export async function runPublishCommand(call: CommandCall): Promise<number> {
  const [topic, json] = call.args;
  if (topic === undefined || json === undefined)
    throw new DecnetError("usage", "publish takes a topic and a JSON object");
  const bus = openBus(call);
  try {
    await runPublish({ bus, topic, json });
    if (topicNameOf(topic) === undefined) {
      const known = topicNames.map((name) => topicCatalogue[name].template);
      call.terminal.err(
        `decnet: published, but "${printable(topic)}" is not in the catalogue.${didYouMean(topic, known)}\n`,
      );
    }
    noteStop(call, topic, json);
    return 0;
  } finally {
    await bus.close();
  }
}
