// Publishing where nothing may go wrong by it: after a commit, in a handler, at the end of a worker.

import { toError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";
import { type BusLog, silentLog } from "./bus-log.ts";
import { type TopicName, type TopicParams, type TopicPayload, topics } from "./topics.ts";

/** Publishes; what would have been thrown is logged at debug. Never throws, never waits. True when it was taken. */
export function publishSafely<T extends TopicName>(
  bus: Bus,
  topic: T,
  params: TopicParams<T>,
  payload: TopicPayload<T>,
  log: BusLog = silentLog,
): boolean {
  try {
    bus.publish(topic, params, payload);
    return true;
  } catch (error) {
    log.debug({ err: toError(error), topic: topics[topic] }, "event could not be published");
    return false;
  }
}
