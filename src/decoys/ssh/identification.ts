// The client's identification string (RFC 4253 section 4.2), taken and refused byte by byte as OpenSSH's server does.
// Pure: bytes in, verdict out. Refuses lines before it, as OpenSSH does of clients.

import { toText } from "./wire.ts";

/** Longest line that OpenSSH reads (SSH_MAX_BANNER_LEN). */
const MAX_LINE = 8192;

/** What OpenSSH says to a client that it will not talk to. */
export const refusals = {
  invalid: "Invalid SSH identification string.\r\n",
  version: "Protocol major versions differ.\r\n",
} as const;

/** How it ended. `rest` are the bytes after it. A refusal with null text is silent. */
export type Identification =
  | { readonly ok: true; readonly line: Uint8Array; readonly software: string; readonly rest: Uint8Array }
  | {
      readonly ok: false;
      readonly text: string | null;
      readonly line: Uint8Array;
      readonly rest: Uint8Array;
    };

/** Clients that OpenSSH takes for scanners and hangs up on (its compat table). */
function isScanner(software: string): boolean {
  return software.startsWith("Probe-") || software.includes("SSH_Version_Mapper");
}

function judge(line: Uint8Array): { readonly software: string } | { readonly text: string | null } {
  const text = toText(line);
  if (!text.startsWith("SSH-")) return { text: refusals.invalid };
  const match = /^SSH-(\d{1,9})\.(\d{1,9})-(.+)$/s.exec(text);
  if (!match) return { text: refusals.invalid };
  const [, major, minor, software = ""] = match;
  // 1.99 is an old way to say 1 and 2 both (RFC 4253 section 5.1).
  if (Number(major) !== 2 && !(Number(major) === 1 && Number(minor) === 99))
    return { text: refusals.version };
  return isScanner(software) ? { text: null } : { software };
}

/** Reads one identification string from a stream. */
export class IdentificationReader {
  readonly #line = new Uint8Array(MAX_LINE + 1);
  #length = 0;
  #sawReturn = false;

  /** Takes bytes; gives the verdict once there is one, null while more are needed. */
  push(bytes: Uint8Array): Identification | null {
    for (const [at, byte] of bytes.entries()) {
      const rest = (): Uint8Array => bytes.subarray(at + 1);
      if (byte === 0x0a) return this.#verdict(rest());
      if (byte === 0x0d && !this.#sawReturn) {
        this.#sawReturn = true;
        continue;
      }
      if (byte === 0 || this.#sawReturn) return this.#refuse(rest());
      this.#line[this.#length++] = byte;
      if (this.#length > MAX_LINE) return this.#refuse(rest());
    }
    return null;
  }

  /** What has come so far. */
  get line(): Uint8Array {
    return this.#line.slice(0, this.#length);
  }

  #verdict(rest: Uint8Array): Identification {
    const verdict = judge(this.line);
    if ("software" in verdict) return { ok: true, line: this.line, software: verdict.software, rest };
    return { ok: false, text: verdict.text, line: this.line, rest };
  }

  #refuse(rest: Uint8Array): Identification {
    return { ok: false, text: refusals.invalid, line: this.line, rest };
  }
}
