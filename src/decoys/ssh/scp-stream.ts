// What both directions of legacy scp share: the command, and the stream of bytes and control lines.
// Knows no file system.

import { fromByteString } from "../shell/bytes.ts";
import type { ByteString, SessionFs } from "../shell/shell.ts";
import type { Channel } from "./channel.ts";
import { malformed } from "./wire.ts";

/** A command line of `scp` in one of its remote modes. */
export interface ScpCommand {
  readonly mode: "sink" | "source";
  readonly recursive: boolean;
  readonly preserve: boolean;
  readonly mustBeDirectory: boolean;
  readonly paths: readonly ByteString[];
}

/** What both directions work on. */
export interface ScpWorld {
  readonly stream: ScpStream;
  readonly fs: SessionFs;
  readonly home: ByteString;
}

/** Longest control line (scp's buffer). */
const MAX_CONTROL = 2048;

/** The stream of one scp: bytes and lines in, bytes out, and the count of what went wrong. */
export class ScpStream {
  readonly #channel: Channel;
  #buffer: Uint8Array = new Uint8Array(0);
  /** Errors told to the other side or by it. */
  errors = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  send(bytes: Uint8Array | ByteString): Promise<void> {
    return this.#channel.write(typeof bytes === "string" ? fromByteString(bytes) : bytes);
  }

  /** Tells the other side that something went wrong, and goes on. */
  async complain(text: ByteString): Promise<void> {
    this.errors++;
    await this.send(`\x01scp: ${text}\n`);
  }

  /** The next bytes, at most `max`; null at the end. */
  async read(max: number): Promise<Uint8Array | null> {
    if (this.#buffer.length === 0) {
      const bytes = await this.#channel.read();
      if (!bytes) return null;
      this.#buffer = bytes;
    }
    const bytes = this.#buffer.subarray(0, max);
    this.#buffer = this.#buffer.subarray(bytes.length);
    return bytes;
  }

  /** The next byte, or null at the end. */
  async readByte(): Promise<number | null> {
    const bytes = await this.read(1);
    return bytes ? (bytes[0] as number) : null;
  }

  /** The rest of a line without its end, as a byte string; null where the stream ends within it. */
  async readLine(): Promise<ByteString | null> {
    let line = "";
    for (;;) {
      const byte = await this.readByte();
      if (byte === null) return null;
      if (byte === 0x0a) return line;
      if (line.length >= MAX_CONTROL) throw malformed("scp control line too long");
      line += String.fromCharCode(byte);
    }
  }

  /** Waits for the other side's word: true to go on, false when it refused this file, null when all is over. */
  async response(): Promise<boolean | null> {
    const byte = await this.readByte();
    if (byte === null) return null;
    if (byte === 0) return true;
    await this.readLine();
    this.errors++;
    return byte === 2 ? null : false;
  }
}

/** A path as the shell would have handed it over: `~` is the home. */
export function expandHome(path: ByteString, home: ByteString): ByteString {
  return path === "~" || path.startsWith("~/") ? home + path.slice(1) : path;
}
