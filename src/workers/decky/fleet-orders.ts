// The orders of the maker of sockets as bytes, and what an order changes of a machine: pure.
// Refuses whatever is not exactly an order; opens, closes and remembers nothing.

import { toError } from "../../contract/errors.ts";
import { offersOf } from "../../contract/offer.ts";
import { usualPort } from "../../decoys/index.ts";
import type { Answer, HandedSocket, Held, Order } from "../../fleet/handover.ts";
import { answerSchema, MAX_MESSAGE, orderSchema } from "../../fleet/handover.ts";

/** Longest reason in an answer. */
const REASON_CHARS = 300;

/** The answer to what could not be done. */
export function failed(error: unknown): Answer {
  const reason = typeof error === "string" ? error : toError(error).message;
  return { answer: "failed", reason: reason.slice(0, REASON_CHARS) };
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    // Told to the sender as what it is: no order.
    return undefined;
  }
}

/** Why a well-formed order makes no sense with so many descriptors; undefined when it does. */
function contradiction(order: Order, fds: number): string | undefined {
  if (order.order !== "serve")
    return fds === 0 ? undefined : "descriptors came with an order that takes none";
  const { decky, sockets } = order;
  if (sockets.length !== fds) return `${sockets.length} sockets are described, ${fds} came`;
  if (new Set(decky.services).size !== decky.services.length) return "a service is named twice";
  const offers = offersOf(decky.services, usualPort);
  const belongs = ({ use, service, port }: HandedSocket): boolean =>
    offers.some((offer) => offer.name === service && (use === "data" || offer.port === port));
  const stranger = sockets.find((socket) => !belongs(socket));
  if (stranger)
    return `a socket is for ${stranger.service} on port ${stranger.port}, which is not among the services`;
  const places = sockets.map(({ transport, port }) => `${transport} ${port}`);
  return new Set(places).size === places.length ? undefined : "two sockets have the same port";
}

/** The order in a message that came with so many descriptors, or the answer that it deserves. */
export function readOrder(data: Uint8Array, fds: number): Order | Answer {
  const read = orderSchema.safeParse(parse(data));
  if (!read.success) {
    const [issue] = read.error.issues;
    return failed(`not an order: ${issue?.path.join(".") || "message"}: ${issue?.message ?? ""}`);
  }
  const wrong = contradiction(read.data, fds);
  return wrong === undefined ? read.data : failed(wrong);
}

const encoder = new TextEncoder();

/** An answer as a message. */
export function encodeAnswer(answer: Answer): Uint8Array {
  return encoder.encode(JSON.stringify(answer));
}

/** The answer in a message; throws when it is none. */
export function decodeAnswer(data: Uint8Array): Answer {
  return answerSchema.parse(parse(data));
}

/** All that is held, in as many messages as it takes. */
export function heldMessages(held: readonly Held[]): readonly Uint8Array[] {
  const parts: Held[][] = [[]];
  let room = MAX_MESSAGE - 64;
  for (const one of held) {
    const size = encoder.encode(JSON.stringify(one)).length + 1;
    if (size > room) {
      parts.push([]);
      room = MAX_MESSAGE - 64;
    }
    parts.at(-1)?.push(one);
    room -= size;
  }
  return parts.map((deckies, i) => encodeAnswer({ answer: "held", deckies, more: i < parts.length - 1 }));
}
