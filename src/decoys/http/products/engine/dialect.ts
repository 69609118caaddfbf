// How a web server product speaks: what it refuses, how its answers look, when it hangs up.
// Pure: bytes in, bytes out; the conversation is conversation.ts.

import type { BodyFraming } from "../../body.ts";
import type { Content } from "../product.ts";

/** A request line that was understood. Version: major * 1000 + minor, 9 for none. */
export interface Line {
  readonly method: string;
  readonly sentTarget: string;
  readonly version: number;
}

/** One header as received, white space around its value cut. */
export type Field = readonly [name: string, value: string];

/** A request that is not answered from the site. */
export interface Refusal {
  readonly status: number;
  /** Our name of what was wrong. */
  readonly violation: string;
  /** Which of several pages of that status; the product's own word. */
  readonly detail?: string;
}

/** A request with its target taken apart. */
export interface Request extends Line {
  readonly path: string;
  readonly query: string | undefined;
  /** Host header or that of an absolute target, port included. */
  readonly host: string | undefined;
  readonly fields: readonly Field[];
  readonly body: BodyFraming;
}

/** What an answer hangs on besides its content. */
export interface RenderContext {
  /** Undefined for bytes that are no request. */
  readonly request: Request | Line | undefined;
  readonly fields: readonly Field[];
  readonly nowMs: number;
  readonly local: { readonly ip: string; readonly port: number };
  /** How many requests of this connection came before. */
  readonly before: number;
}

/** The bytes of an answer. */
export interface Rendered {
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly keepAlive: boolean;
}

/** Bounds and silences, bytes and milliseconds. */
export interface Limits {
  readonly line: number;
  readonly field: number;
  readonly fields: number;
  readonly body: number;
  readonly headMs: number;
  readonly idleMs: number;
  readonly requests: number;
  /** Blank lines before a request that are skipped. */
  readonly blank: number;
}

/** A product's way of speaking. */
export interface Dialect {
  readonly limits: Limits;
  /** Reads a request line. */
  readonly line: (text: string) => Line | Refusal;
  /** Whether a line ends at a bare LF. */
  readonly bareLf: boolean;
  /** Judges one header line; undefined for a good one. */
  readonly field: (text: string) => Field | "fold" | Refusal;
  readonly tooLong: Readonly<Record<"line" | "field" | "fields" | "body", Refusal>>;
  /** Takes the request apart once its headers are there. */
  readonly judge: (line: Line, fields: readonly Field[]) => Request | Refusal;
  /** Whether `Expect: 100-continue` is answered. */
  readonly continues: boolean;
  /** What this product answers for a method or path before its site is asked. */
  readonly before?: (request: Request, found: boolean) => Content | undefined;
  readonly refuse: (refusal: Refusal, context: RenderContext) => Rendered;
  readonly render: (content: Content, context: RenderContext) => Rendered;
}

/** Whether it is a refusal. */
export function isRefusal(value: object): value is Refusal {
  return "violation" in value;
}

/** First value of a lower-case name. */
export function fieldOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find(([key]) => key.toLowerCase() === name)?.[1];
}
