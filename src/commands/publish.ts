// decnet publish: sends one event by hand and waits until the broker has fanned it out.

import type { Bus } from "../bus/bus.ts";
import { isTopic } from "../bus/subject.ts";
import { checkPayload, topicNameOf } from "../bus/topic-of.ts";
import { DecnetError } from "../contract/errors.ts";

/** Options of {@link runPublish}. */
export interface RunPublishOptions {
  readonly bus: Bus;
  readonly topic: string;
  /** A JSON object. */
  readonly json: string;
}

/**
 * Publishes. Throws DecnetError `invalid` for a bad topic, text that is no JSON object, or a payload that does not
 * fit its topic (every reader would skip it), and `unavailable` when the broker did not confirm it.
 */
export async function runPublish({ bus, topic, json }: RunPublishOptions): Promise<void> {
  if (!isTopic(topic)) throw new DecnetError("invalid", "not a bus topic");
  const payload = parseObject(json);
  if (!checkPayload(topic, payload)) {
    throw new DecnetError(
      "invalid",
      `payload does not fit ${topicNameOf(topic) ?? topic}; see docs/service-bus.md`,
    );
  }
  bus.publishTo(topic, payload);
  if (!(await bus.flush()))
    throw new DecnetError("unavailable", "the bus can't be reached; nothing was published");
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new DecnetError("invalid", "payload is not JSON", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new DecnetError("invalid", "payload is not a JSON object");
}
