// The event that the bus benchmark sends: a typical one, encoded once, its numbers patched where they lie.

import { encode } from "@msgpack/msgpack";

/** Topics that the load spreads over, as many deckies would. */
const TOPICS = 16;
/** Body bytes of a typical event. */
const BODY = 250;

/** What all subscribers of the load subscribe to. */
export const LOAD_PATTERN = "decky.*.traffic";

/** The topic of the n-th message; all are of one length. */
export function loadTopic(n: number): string {
  return `decky.web-${String(n % TOPICS).padStart(2, "0")}.traffic`;
}

const NUMBER = 0xfedc_ba98;
const TIME = Math.PI * 1e14;
const PUBLISHER = 77;

/** Payload of a `decky.{id}.traffic` event with the benchmark's numbers beside it. */
export function loadPayload(number: number, time: number, publisher: number): Record<string, unknown> {
  return {
    src: { ip: "203.0.113.77", port: 51_334 },
    dst: { ip: "192.0.2.14", port: 2222 },
    transport: "tcp",
    bytes: 18_233,
    verdict: "bruteforce",
    publisher,
    number,
    time,
    note: "x".repeat(36),
  };
}

function makeBody(): Buffer {
  const id = "01J9Z6W3K4T5R8V0Q2N7M1C6DB";
  const payload = loadPayload(NUMBER, TIME, PUBLISHER);
  return Buffer.from(encode({ v: 1, id, type: "deckyTraffic", ts: 1_760_000_000.125, payload }));
}

function offsetOf(body: Buffer, value: unknown): number {
  const at = body.indexOf(Buffer.from(encode(value)));
  if (at < 0) throw new Error("the value is not in the body");
  return at + 1;
}

/** The body, and where from its beginning the numbers are. */
export const loadBody = (() => {
  const bytes = makeBody();
  if (Math.abs(bytes.length - BODY) > 5)
    throw new Error(`a typical body is ${BODY} bytes, not ${bytes.length}`);
  const key = Buffer.from(encode("publisher"));
  return {
    bytes,
    number: offsetOf(bytes, NUMBER),
    time: offsetOf(bytes, TIME),
    publisher: bytes.indexOf(key) + key.length,
  };
})();
