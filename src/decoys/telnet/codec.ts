// Telnet on the wire (RFC 854, 855, 1073): bytes to typed text and window sizes, text to bytes. Pure and incremental.
// As BusyBox telnetd, it answers no negotiation at all, so it can't be drawn into a loop of them.

import type { ByteString } from "../shell/shell.ts";

const IAC = 255;
const DONT = 254;
const WILL = 251;
const SB = 250;
const INTERRUPT = 244;
const BREAK = 243;
const SE = 240;
const NAWS = 31;
const LFLOW = 33;

/** What telnetd of BusyBox before 1.14 sends first: DO ECHO, DO NAWS, DO LFLOW, WILL ECHO, WILL SUPPRESS-GO-AHEAD. */
export const INITIAL_OPTIONS: Uint8Array = Uint8Array.from([
  IAC,
  253,
  1,
  IAC,
  253,
  NAWS,
  IAC,
  253,
  LFLOW,
  IAC,
  WILL,
  1,
  IAC,
  WILL,
  3,
]);

/** Most bytes of one subnegotiation; what is beyond is dropped. */
export const SUBNEGOTIATION_BYTES = 512;

/** What a client sent. Line ends of every kind come as LF. */
export type TelnetEvent =
  | { readonly kind: "text"; readonly text: ByteString }
  | { readonly kind: "window"; readonly columns: number; readonly rows: number }
  | { readonly kind: "interrupt" }
  /** A subnegotiation beyond the bound, told once each. */
  | { readonly kind: "overflow" };

type State = "data" | "return" | "iac" | "option" | "sb" | "sb-iac";

/** An incremental decoder. Never throws; holds at most one bounded subnegotiation. */
export class TelnetDecoder {
  #state: State = "data";
  #sub: number[] = [];
  #overflowed = false;

  /** Takes bytes and gives what they mean. */
  feed(bytes: Uint8Array): TelnetEvent[] {
    const events: TelnetEvent[] = [];
    let text = "";
    const flush = (): void => {
      if (text !== "") events.push({ kind: "text", text });
      text = "";
    };
    for (const byte of bytes) {
      if (this.#state === "data" || this.#state === "return") text += this.#data(byte);
      else {
        const result = this.#command(byte);
        if (typeof result === "string") text += result;
        else if (result) {
          flush();
          events.push(result);
        }
      }
    }
    flush();
    return events;
  }

  /** One byte outside commands. CR LF and CR NUL are one line end, as BusyBox maps them. */
  #data(byte: number): ByteString {
    const afterReturn = this.#state === "return";
    this.#state = byte === IAC ? "iac" : byte === 13 ? "return" : "data";
    if (byte === IAC) return "";
    if (byte === 13) return "\n";
    if (afterReturn && (byte === 10 || byte === 0)) return "";
    return String.fromCharCode(byte);
  }

  #command(byte: number): TelnetEvent | ByteString | null {
    switch (this.#state) {
      case "iac":
        return this.#afterIac(byte);
      case "sb":
        if (byte === IAC) this.#state = "sb-iac";
        else return this.#collect(byte);
        return null;
      case "sb-iac":
        return this.#afterSubIac(byte);
      default:
        this.#state = "data";
        return null;
    }
  }

  #afterIac(byte: number): TelnetEvent | ByteString | null {
    this.#state = "data";
    if (byte === IAC) return "\xff";
    if (byte >= WILL && byte <= DONT) this.#state = "option";
    else if (byte === SB) {
      this.#state = "sb";
      this.#sub = [];
      this.#overflowed = false;
    } else if (byte === INTERRUPT || byte === BREAK) return { kind: "interrupt" };
    return null;
  }

  #collect(byte: number): TelnetEvent | null {
    if (this.#sub.length < SUBNEGOTIATION_BYTES) {
      this.#sub.push(byte);
      return null;
    }
    if (this.#overflowed) return null;
    this.#overflowed = true;
    return { kind: "overflow" };
  }

  #afterSubIac(byte: number): TelnetEvent | null {
    if (byte === IAC) {
      this.#state = "sb";
      return this.#collect(IAC);
    }
    // Anything but SE ends it as well: the next command has begun.
    this.#state = "data";
    if (byte !== SE && byte >= WILL && byte <= DONT) this.#state = "option";
    const [option, a = 0, b = 0, c = 0, d = 0] = this.#sub;
    const complete = option === NAWS && this.#sub.length === 5;
    this.#sub = [];
    return complete ? { kind: "window", columns: a * 256 + b, rows: c * 256 + d } : null;
  }
}

/** Bytes for the client: IAC doubled (RFC 854). */
export function encodeText(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  const out: number[] = [];
  for (const byte of bytes) {
    out.push(byte);
    if (byte === IAC) out.push(IAC);
  }
  return Uint8Array.from(out);
}
