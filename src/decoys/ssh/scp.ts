// The remote side of legacy scp: `scp -t` takes files, `scp -f` gives them (rcp's protocol, as OpenSSH's scp speaks it).
// Reads and writes the session's own file system only.

import type { Session } from "../decoy.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { ByteString, Login } from "../shell/shell.ts";
import type { Channel } from "./channel.ts";
import { ScpSink } from "./scp-sink.ts";
import { ScpSource } from "./scp-source.ts";
import { malformed } from "./wire.ts";

/** A command line of `scp` in one of its remote modes. */
export interface ScpCommand {
  readonly mode: "sink" | "source";
  readonly recursive: boolean;
  readonly preserve: boolean;
  readonly mustBeDirectory: boolean;
  readonly paths: readonly ByteString[];
}

/** Longest command line that is looked at. */
const MAX_LINE = 16_384;

/** Splits a simple command into words; null when it is more than that (operators, substitutions). */
export function splitWords(line: ByteString): ByteString[] | null {
  const words: ByteString[] = [];
  let word: ByteString | null = null;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (quote) {
      if (char === quote) quote = "";
      else if (quote === '"' && (char === "$" || char === "`")) return null;
      else if (quote === '"' && char === "\\" && '"\\$`'.includes(line.charAt(i + 1)))
        word += line.charAt(++i);
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") word = (word ?? "") + line.charAt(++i);
    else if (char === " " || char === "\t") {
      if (word !== null) words.push(word);
      word = null;
    } else if ("|&;<>()$`\n".includes(char)) return null;
    else word = (word ?? "") + char;
  }
  if (quote) return null;
  if (word !== null) words.push(word);
  return words;
}

/** Reads a command line; null when it is not a remote mode of scp, which the shell then deals with. */
export function parseScp(line: ByteString): ScpCommand | null {
  if (line.length > MAX_LINE) return null;
  const [program, ...words] = splitWords(line) ?? [];
  if (program !== "scp" && program !== "/usr/bin/scp" && program !== "/bin/scp") return null;
  const flags = new Set<string>();
  const paths: ByteString[] = [];
  let options = true;
  for (const word of words) {
    if (options && word === "--") options = false;
    else if (options && word.length > 1 && word.startsWith("-"))
      for (const flag of word.slice(1)) flags.add(flag);
    else {
      options = false;
      paths.push(word);
    }
  }
  const mode = flags.has("t") ? "sink" : flags.has("f") ? "source" : null;
  if (!mode || paths.length === 0 || (mode === "sink" && paths.length > 1)) return null;
  return {
    mode,
    recursive: flags.has("r"),
    preserve: flags.has("p"),
    mustBeDirectory: flags.has("d"),
    paths,
  };
}

/** What scp needs. */
export interface ScpParts {
  readonly session: Session;
  readonly login: Login;
  readonly channel: Channel;
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

/** Runs it; resolves with scp's exit status. */
export async function runScp(command: ScpCommand, { session, login, channel }: ScpParts): Promise<number> {
  const stream = new ScpStream(channel);
  const parts = { stream, fs: login.fs, session, home: login.account.home };
  return command.mode === "sink" ? new ScpSink(command, parts).run() : new ScpSource(command, parts).run();
}

/** A path as the shell would have handed it over: `~` is the home. */
export function expandHome(path: ByteString, home: ByteString): ByteString {
  return path === "~" || path.startsWith("~/") ? home + path.slice(1) : path;
}
