// decnet events and decnet publish: the bus from the command line.

import { getBus } from "../bus/get-bus.ts";
import { topicNameOf } from "../bus/topic-of.ts";
import { topicCatalogue, topicNames } from "../bus/topics.ts";
import { printable } from "../contract/captured.ts";
import { systemClock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import { busVariables } from "../kit/config.ts";
import { busEnvironment } from "../kit/install.ts";
import { createLogger } from "../kit/log.ts";
import type { CommandCall } from "./command.ts";
import { runEvents } from "./events.ts";
import { runPublish } from "./publish.ts";
import { settingsOf } from "./settings.ts";

/** How long `events` waits for the bus before it says so. */
const CONNECT_MS = 1_000;

function openBus(call: CommandCall) {
  const { folder, config } = settingsOf(call);
  const env = busEnvironment(folder, { ...call.terminal.env, ...busVariables(config) });
  const log = createLogger("cli", call.terminal.env["DECNET_LOG_LEVEL"] ?? "silent");
  return getBus({ name: "cli", log, clock: systemClock, env });
}

/** Prints events until Ctrl-C. */
export async function runEventsCommand(call: CommandCall): Promise<number> {
  const bus = openBus(call);
  try {
    const write = (text: string): void => call.terminal.out(text);
    const json = call.options["json"] === true;
    if (!(await bus.flush(CONNECT_MS)))
      call.terminal.err("decnet: the bus cannot be reached yet; waiting for it (Ctrl-C ends)\n");
    await runEvents({ bus, pattern: call.args[0] ?? ">", json, signal: call.signal, write });
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
    return 0;
  } finally {
    await bus.close();
  }
}
