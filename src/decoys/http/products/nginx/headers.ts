// Request headers in the order and spelling received, with lookups by nginx's rules for repeated fields.
// Attacker names live in arrays and a Map only.

import { validateHost } from "./uri.ts";

/** Fields that nginx 1.22 refuses to see twice (400). */
const UNIQUE = new Set([
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "if-match",
  "if-none-match",
  "content-length",
  "content-range",
  "if-range",
  "transfer-encoding",
  "expect",
  "authorization",
]);

/** How the client wants the connection to go on, where it says so. */
export type ConnectionWish = "close" | "keep-alive" | undefined;

/** Headers of one request. Bounded by the parser's buffers. */
export class RequestHeaders {
  readonly #list: (readonly [name: string, value: string])[] = [];
  readonly #first = new Map<string, string>();
  #connection: ConnectionWish;

  /** All fields as received, names that nginx ignores included. */
  get list(): readonly (readonly [name: string, value: string])[] {
    return this.#list;
  }

  /** Adds one field; the name of the violation when nginx answers 400 at it. */
  add(name: string, rawValue: string): string | undefined {
    const value = trimSpaces(rawValue);
    this.#list.push([name, value]);
    if (!/^[0-9A-Za-z-]+$/.test(name)) return undefined;
    const key = name.toLowerCase();
    const known = this.#first.get(key);
    if (known !== undefined && UNIQUE.has(key)) return "repeated-header";
    if (key === "host" && validateHost(value) === undefined) return "bad-host";
    if (key === "connection") this.#connection = wishOf(value) ?? this.#connection;
    if (key === "cookie" && known !== undefined) this.#first.set(key, `${known}; ${value}`);
    if (known === undefined) this.#first.set(key, value);
    return undefined;
  }

  /** The value of a field by lower-case name: of the first one where it came more than once. */
  get(key: string): string | undefined {
    return this.#first.get(key);
  }

  /** What the Connection fields ask for. */
  get connection(): ConnectionWish {
    return this.#connection;
  }

  /** True for user agents whose error pages nginx pads (its `msie_padding`). */
  get padded(): boolean {
    const agent = this.#first.get("user-agent") ?? "";
    if (agent.includes("Opera")) return false;
    const msie = agent.indexOf("MSIE ");
    if (msie >= 0 && msie + 7 < agent.length) return true;
    return !agent.includes("Gecko/") && agent.includes("Chrome/");
  }
}

function wishOf(value: string): ConnectionWish {
  const lower = value.toLowerCase();
  if (lower.includes("close")) return "close";
  return lower.includes("keep-alive") ? "keep-alive" : undefined;
}

function trimSpaces(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && value.charCodeAt(start) === 32) start++;
  while (end > start && value.charCodeAt(end - 1) === 32) end--;
  return value.slice(start, end);
}
