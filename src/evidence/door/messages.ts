// The door's messages and their bytes. A client says hello and puts batches; the collector welcomes and acknowledges.
// A record travels as JSON text: it is written once by whoever observed it and stored as JSON in the end.

import { decode, encode } from "@msgpack/msgpack";
import { z } from "zod";
import { DecnetError } from "../../contract/errors.ts";
import { MAX_FRAME_BYTES, toFrame } from "./frames.ts";
import { isBoundedMessage, MAX_ELEMENTS } from "./shape.ts";

const count = z.int().nonnegative();
const sensor = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const records = z.array(z.instanceof(Uint8Array)).max(MAX_ELEMENTS);

const clientMessage = z.union([
  z.tuple([z.literal("hello"), count, sensor]),
  z.tuple([z.literal("put"), count, records]),
]);
const serverMessage = z.union([
  z.tuple([z.literal("welcome"), count]),
  z.tuple([z.literal("ack"), count, count, count, count]),
  z.tuple([z.literal("error"), z.string().max(200)]),
]);

/** `["hello", version, sensor]` or `["put", seq, records]`. */
export type ClientMessage = z.output<typeof clientMessage>;
/** `["welcome", version]`, `["ack", seq, accepted, rejected, lost]` or `["error", reason]`. */
export type ServerMessage = z.output<typeof serverMessage>;

/** Most bytes and records that a client puts in one batch: well inside a frame whatever the largest record adds. */
export const BATCH_BYTES = MAX_FRAME_BYTES / 2;
export const BATCH_RECORDS = 1000;

function parse<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  if (!isBoundedMessage(body)) throw new DecnetError("protocol", "not a message of the door");
  const result = schema.safeParse(decodeBounded(body));
  if (!result.success) throw new DecnetError("protocol", "unknown message");
  return result.data;
}

function decodeBounded(body: Uint8Array): unknown {
  try {
    return decode(body);
  } catch (error) {
    throw new DecnetError("protocol", "not MessagePack", { cause: error });
  }
}

/** Reads what a client sent. Throws DecnetError `protocol`. */
export function parseClientMessage(body: Uint8Array): ClientMessage {
  return parse<ClientMessage>(clientMessage, body);
}

/** Reads what the collector sent. Throws DecnetError `protocol`. */
export function parseServerMessage(body: Uint8Array): ServerMessage {
  return parse<ServerMessage>(serverMessage, body);
}

/** A message as a frame. */
export function formatMessage(message: ClientMessage | ServerMessage): Uint8Array {
  return toFrame(encode(message));
}
