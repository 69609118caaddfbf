// Replies as values, and their bytes in RESP2 and RESP3.
// Knows no command. Texts are binary strings; an error or status never carries a line break onto the wire.

/** One reply. */
export type Reply =
  | { readonly t: "simple" | "error"; readonly v: string }
  | { readonly t: "bulk" | "verbatim" | "double"; readonly v: string }
  /** `raw` goes onto the wire as it is (a replication payload). */
  | { readonly t: "raw"; readonly v: string }
  | { readonly t: "int"; readonly v: number | bigint }
  | { readonly t: "null" | "nullArray" | "none" }
  | { readonly t: "bool"; readonly v: boolean }
  /** `many` is several replies in a row (SUBSCRIBE); `flatPairs` is pairs that RESP3 nests and RESP2 does not. */
  | { readonly t: "many"; readonly v: readonly Reply[] }
  | { readonly t: "array" | "set" | "push" | "map" | "flatPairs"; readonly v: readonly Reply[] };

export const ok: Reply = { t: "simple", v: "OK" };
export const queued: Reply = { t: "simple", v: "QUEUED" };
export const nil: Reply = { t: "null" };
export const nilArray: Reply = { t: "nullArray" };
export const none: Reply = { t: "none" };
export const empty: Reply = { t: "array", v: [] };

export const simple = (v: string): Reply => ({ t: "simple", v });
export const failure = (v: string): Reply => ({ t: "error", v });
export const int = (v: number | bigint): Reply => ({ t: "int", v });
export const bulk = (v: string): Reply => ({ t: "bulk", v });
export const verbatim = (v: string): Reply => ({ t: "verbatim", v });
export const double = (v: string): Reply => ({ t: "double", v });
export const array = (v: readonly Reply[]): Reply => ({ t: "array", v });
export const bulks = (v: Iterable<string>): Reply => ({ t: "array", v: Array.from(v, bulk) });
/** Keys and values in turn. */
export const map = (v: readonly Reply[]): Reply => ({ t: "map", v });
export const setOf = (v: Iterable<string>): Reply => ({ t: "set", v: Array.from(v, bulk) });
export const push = (v: readonly Reply[]): Reply => ({ t: "push", v });
export const many = (v: readonly Reply[]): Reply => ({ t: "many", v });
export const bulkOrNil = (v: string | undefined): Reply => (v === undefined ? nil : bulk(v));

/** RESP version of a connection. */
export type Protocol = 2 | 3;

const line = (text: string): string => text.replace(/[\r\n]/g, " ");

/** Bytes of one connection's reply beyond which it is dropped instead: it would be an amplifier. */
export const REPLY_BYTES = 16 * 1024 * 1024;

type Aggregate = Exclude<Extract<Reply, { readonly v: readonly Reply[] }>, { readonly t: "many" }>;
type Text = Extract<Reply, { readonly t: "bulk" | "verbatim" | "double" }>;
type Short = Exclude<Reply, Aggregate | Text | { readonly t: "many" }>;

const TEXTS: ReadonlySet<string> = new Set(["bulk", "verbatim", "double"]);
const isText = (reply: Reply): reply is Text => TEXTS.has(reply.t);

const AGGREGATES: ReadonlySet<string> = new Set(["array", "set", "push", "map", "flatPairs"]);
const isAggregate = (reply: Reply): reply is Aggregate => AGGREGATES.has(reply.t);

class Encoder {
  readonly #protocol: Protocol;
  readonly #parts: string[] = [];
  #bytes = 0;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  get text(): string | null {
    return this.#bytes > REPLY_BYTES ? null : this.#parts.join("");
  }

  #put(text: string): void {
    this.#bytes += text.length;
    if (this.#bytes <= REPLY_BYTES) this.#parts.push(text);
  }

  #bulk(text: string): void {
    this.#put(`$${text.length}\r\n`);
    this.#put(text);
    this.#put("\r\n");
  }

  #list(mark: string, count: number, items: readonly Reply[]): void {
    this.#put(`${mark}${count}\r\n`);
    for (const item of items) {
      if (this.#bytes > REPLY_BYTES) return;
      this.write(item);
    }
  }

  #scalar3(reply: Reply): boolean {
    if (reply.t === "null" || reply.t === "nullArray") this.#put("_\r\n");
    else if (reply.t === "double") this.#put(`,${reply.v}\r\n`);
    else if (reply.t === "bool") this.#put(reply.v ? "#t\r\n" : "#f\r\n");
    else if (reply.t === "verbatim") {
      this.#put(`=${reply.v.length + 4}\r\ntxt:`);
      this.#put(`${reply.v}\r\n`);
    } else return false;
    return true;
  }

  #pairs(items: readonly Reply[]): Reply[] {
    const pairs: Reply[] = [];
    for (let i = 0; i + 1 < items.length; i += 2) pairs.push(array(items.slice(i, i + 2)));
    return pairs;
  }

  write(reply: Reply): void {
    if (this.#protocol === 3 && this.#scalar3(reply)) return;
    if (reply.t === "many") for (const item of reply.v) this.write(item);
    else if (isAggregate(reply)) this.#aggregate(reply);
    else if (isText(reply)) this.#bulk(reply.v);
    else this.#put(this.#short(reply));
  }

  #short(reply: Short): string {
    switch (reply.t) {
      case "simple":
        return `+${line(reply.v)}\r\n`;
      case "error":
        return `-${line(reply.v)}\r\n`;
      case "int":
        return `:${reply.v}\r\n`;
      case "bool":
        return reply.v ? ":1\r\n" : ":0\r\n";
      case "null":
        return "$-1\r\n";
      case "nullArray":
        return "*-1\r\n";
      case "raw":
        return reply.v;
      case "none":
        return "";
    }
  }

  #aggregate({ t, v }: Aggregate): void {
    if (this.#protocol === 2 || t === "array") this.#list("*", v.length, v);
    else if (t === "map") this.#list("%", v.length / 2, v);
    else if (t === "set") this.#list("~", v.length, v);
    else if (t === "push") this.#list(">", v.length, v);
    else this.#list("*", v.length / 2, this.#pairs(v));
  }
}

/** The bytes of a reply as a binary string, or null when they exceed {@link REPLY_BYTES}. */
export function encodeReply(reply: Reply, protocol: Protocol): string | null {
  const encoder = new Encoder(protocol);
  encoder.write(reply);
  return encoder.text;
}
