// The envelope of an event: `{v, id, type, ts, payload}` as one MessagePack map.
// The topic is never in it, so that it can't be spoofed from within.

import { Encoder } from "@msgpack/msgpack";
import { type Clock, systemClock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import { createIdSource } from "../contract/ids.ts";
import type { BusEvent, PublishOptions } from "./bus.ts";
import { MAX_DEPTH, MapReader } from "./msgpack-read.ts";
import { fitsTopic, topicNameOf } from "./topic-of.ts";
import { MAX_BODY } from "./wire.ts";

/** Longest `id` and `type`. */
const MAX_WORD = 128;

/** What a publisher says. */
export interface Outgoing extends PublishOptions {
  readonly topic: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Envelopes in and out. One per bus client: it reuses one encoder and one reader. */
export interface EnvelopeCodec {
  /** Throws DecnetError `invalid` for a payload that MessagePack can't hold, `too_large` beyond the body limit. */
  encode(event: Outgoing): Uint8Array;
  /** The event, with what is missing filled in; a text saying why when the body is not an envelope. Never throws. */
  decode(topic: string, body: Uint8Array): BusEvent | string;
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_WORD;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Makes a codec; `clock` stamps what is sent and what came without a time. */
export function createEnvelopeCodec(clock: Clock = systemClock): EnvelopeCodec {
  const encoder = new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH });
  const reader = new MapReader();
  const nextId = createIdSource(clock);

  const typeFor = (topic: string): string => topicNameOf(topic) ?? topic.slice(0, MAX_WORD);

  const fill = (topic: string, map: Record<string, unknown>): BusEvent | string => {
    const { id = nextId(), type = typeFor(topic), ts = clock.now() / 1000, payload = {} } = map;
    if (!isWord(id)) return "id is not a short text";
    if (!isWord(type)) return "type is not a short text";
    if (typeof ts !== "number" || !Number.isFinite(ts)) return "ts is not a number";
    if (!isMap(payload)) return "payload is not a map";
    return fitsTopic(topic, payload) ? { topic, id, type, ts, payload } : "payload does not fit its topic";
  };

  return {
    encode({ topic, payload, id = nextId(), type = typeFor(topic) }) {
      if (!isWord(id) || !isWord(type))
        throw new DecnetError("invalid", "id and type of an event are short texts");
      const body = pack(encoder, { v: 1, id, type, ts: clock.now() / 1000, payload });
      if (body.length > MAX_BODY) throw new DecnetError("too_large", "bus event is too large");
      return body;
    },
    decode(topic, body) {
      if (body.length === 0) return fill(topic, {});
      const map = reader.read(body);
      return map ? fill(topic, map) : "body is not one map";
    },
  };
}

function pack(encoder: Encoder, value: unknown): Uint8Array {
  try {
    return encoder.encode(value);
  } catch (cause) {
    throw new DecnetError("invalid", "payload can't be sent on the bus", { cause });
  }
}
