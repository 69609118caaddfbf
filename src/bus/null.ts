// The bus that is switched off: takes everything, delivers nothing, says that it is not connected.
// Refuses the same wrong topics and patterns as the others, so that a mistake shows also without a bus.

import { systemClock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";
import { type BusLog, silentLog } from "./bus-log.ts";
import { checkClientName } from "./client-parts.ts";
import { createEnvelopeCodec } from "./envelope.ts";
import { Inbox } from "./inbox.ts";
import { isTopic } from "./subject.ts";
import { topicOf } from "./topics.ts";

/** Makes a bus that is off. */
export function createNullBus(name: string, log: BusLog = silentLog): Bus {
  const inbox = new Inbox({
    codec: createEnvelopeCodec(systemClock),
    log,
    slow: () => undefined,
    unused: () => undefined,
  });
  let closed = false;
  let dropped = 0;
  return {
    name: checkClientName(name),
    connected: false,
    get droppedPublishes() {
      return dropped;
    },
    publish(topic, params) {
      if (!closed) topicOf(topic, params);
      dropped++;
    },
    publishTo(topic) {
      if (!closed && !isTopic(topic)) throw new DecnetError("invalid", "not a bus topic");
      dropped++;
    },
    subscribe(pattern, options = {}) {
      const subscription = inbox.add(pattern, options.maxEvents);
      subscription.markReady();
      return subscription;
    },
    flush: () => Promise.resolve(false),
    onLifecycle: () => () => undefined,
    close() {
      closed = true;
      inbox.close();
      return Promise.resolve();
    },
  };
}
