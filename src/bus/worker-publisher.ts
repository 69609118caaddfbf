// Publishing from a worker thread: posts to the thread that owns the bus, which publishes.
// A no-op once the bus or the thread is closed; what comes over is checked like anything from outside.

import { z } from "zod";
import { toError } from "../contract/errors.ts";
import type { Bus, PublishOptions } from "./bus.ts";
import { type BusLog, silentLog } from "./bus-log.ts";
import { type TopicName, type TopicParams, type TopicPayload, topicOf } from "./topics.ts";

const MARK = "decnet.bus.publish";

const message = z.strictObject({
  mark: z.literal(MARK),
  topic: z.string(),
  payload: z.record(z.string(), z.unknown()),
  options: z.strictObject({ id: z.string().exactOptional(), type: z.string().exactOptional() }),
});

/** What a thread has of the bus. */
export interface WorkerPublisher {
  /** As {@link Bus.publish}; throws on a bad parameter only. */
  publish<T extends TopicName>(
    topic: T,
    params: TopicParams<T>,
    payload: TopicPayload<T>,
    options?: PublishOptions,
  ): void;
  /** From now on nothing is posted. */
  close(): void;
}

/** Where a thread posts to its owner: its `parentPort`, its `self`, or one end of a MessageChannel. */
export interface PostTarget {
  postMessage(value: unknown): void;
}

/** Made in the thread. */
export function createWorkerPublisher(target: PostTarget): WorkerPublisher {
  let closed = false;
  return {
    publish(topic, params, payload, options = {}) {
      if (closed) return;
      target.postMessage({ mark: MARK, topic: topicOf(topic, params), payload, options });
    },
    close() {
      closed = true;
    },
  };
}

/**
 * In the owning thread: publishes a message of {@link createWorkerPublisher}. False when it is something else,
 * which stays the caller's to handle. Never throws.
 */
export function relayPublication(bus: Bus, data: unknown, log: BusLog = silentLog): boolean {
  const parsed = message.safeParse(data);
  if (!parsed.success) return false;
  const { topic, payload, options } = parsed.data;
  try {
    bus.publishTo(topic, payload, options);
  } catch (error) {
    log.debug({ err: toError(error) }, "event of a thread could not be published");
  }
  return true;
}
