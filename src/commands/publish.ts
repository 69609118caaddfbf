// decnet publish: sends one event by hand and waits until the broker has fanned it out.

import type { Bus } from "../bus/bus.ts";
import { isTopic } from "../bus/subject.ts";
import { topicNameOf } from "../bus/topic-of.ts";
import { topicCatalogue } from "../bus/topics.ts";
import { printable } from "../contract/captured.ts";
import { DecnetError, toError } from "../contract/errors.ts";

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
  if (!isTopic(topic)) {
    const form = "words between dots, none empty, without * and >";
    throw new DecnetError("invalid", `"${printable(topic, 80)}" is no topic: ${form}`);
  }
  const payload = parseObject(json);
  refuseMisfit(topic, payload);
  bus.publishTo(topic, payload);
  if (!(await bus.flush()))
    throw new DecnetError("unavailable", "the bus can't be reached; nothing was published");
}

function refuseMisfit(topic: string, payload: Readonly<Record<string, unknown>>): void {
  const name = topicNameOf(topic);
  const issue = name && topicCatalogue[name].schema.safeParse(payload).error?.issues[0];
  if (!issue) return;
  const field = printable(issue.path.join(".") || "payload", 80);
  throw new DecnetError(
    "invalid",
    `the payload does not fit ${topic}: ${field}: ${issue.message}; see docs/service-bus.md`,
  );
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new DecnetError("invalid", `the payload is not JSON: ${printable(toError(cause).message, 120)}`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  const what = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
  throw new DecnetError("invalid", `the payload is ${what}; a JSON object is needed`);
}
