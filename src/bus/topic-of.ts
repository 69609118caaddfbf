// From a topic's text back to the catalogue: its name, its parameters, and whether a payload fits.
// A topic that is not in the catalogue is no error: it has no name and any payload.

import type { BusEvent } from "./bus.ts";
import { Matcher } from "./subject.ts";
import { paramOf } from "./template.ts";
import {
  patternOf,
  type TopicName,
  type TopicParams,
  type TopicPayload,
  topicCatalogue,
  topicNames,
} from "./topics.ts";

const byPattern = new Matcher<TopicName>();
for (const name of topicNames) byPattern.add(patternOf(name), name);

/** The name of `topic` in the catalogue. */
export function topicNameOf(topic: string): TopicName | undefined {
  return byPattern.match(topic)[0];
}

/** An event known to be of one topic. */
export interface TypedEvent<T extends TopicName> {
  readonly params: TopicParams<T>;
  readonly payload: TopicPayload<T>;
}

/** The parameters and typed payload of an event, or undefined when it is of another topic. */
export function readEvent<T extends TopicName>(name: T, event: BusEvent): TypedEvent<T> | undefined {
  if (topicNameOf(event.topic) !== name) return undefined;
  // Subscriptions hand out only events whose payload has passed the topic's schema.
  const payload = event.payload as TopicPayload<T>;
  return { params: paramsOf(name, event.topic) as TopicParams<T>, payload };
}

function paramsOf(name: TopicName, topic: string): Record<string, string> {
  const tokens = topic.split(".");
  const params: Record<string, string> = {};
  for (const [i, token] of topicCatalogue[name].template.split(".").entries()) {
    const param = paramOf(token);
    if (param !== undefined) params[param] = tokens[i] ?? "";
  }
  return params;
}

/** Whether a payload fits its topic's schema; one of no topic of the catalogue does. */
export function fitsTopic(topic: string, payload: Readonly<Record<string, unknown>>): boolean {
  const name = topicNameOf(topic);
  return name === undefined || topicCatalogue[name].schema.safeParse(payload).success;
}
