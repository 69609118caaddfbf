// The control connection's lines, incrementally, with vsftpd 3.0.3's limit and leniencies. Pure.
// Never throws; a line that is too long ends the parser.

/** One command: the verb in upper case, the rest as sent. Byte strings. */
export interface FtpCommand {
  readonly verb: string;
  readonly argument: string;
  /** The whole line without its end. */
  readonly line: string;
}

/** What came out of the bytes: a command, or a line longer than vsftpd takes (with its beginning). */
export type FtpInput = FtpCommand | { readonly tooLong: string };

/** Bytes of a line, its CR included, from which vsftpd refuses. */
const MAX_LINE = 4096;

/** A line taken apart as vsftpd does: split at the first space, the verb raised to upper case. */
export function parseCommand(line: string): FtpCommand {
  const bare = line.replace(/\r{1,4096}$/, "");
  const at = bare.indexOf(" ");
  const verb = at < 0 ? bare : bare.slice(0, at);
  return { verb: upper(verb), argument: at < 0 ? "" : bare.slice(at + 1), line: bare };
}

/** Raises a to z alone: a byte above 127 is not a letter. */
export function upper(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Cuts bytes into lines. */
export class LineParser {
  #pending = "";
  #broken = false;

  /** Feeds bytes; returns what they completed, in order. Nothing comes after a line that is too long. */
  feed(bytes: Uint8Array): FtpInput[] {
    const found: FtpInput[] = [];
    if (this.#broken) return found;
    const text =
      this.#pending + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      if (at - from >= MAX_LINE) break;
      found.push(parseCommand(text.slice(from, at)));
      from = at + 1;
    }
    this.#pending = text.slice(from);
    if (this.#pending.length >= MAX_LINE) {
      this.#broken = true;
      found.push({ tooLong: this.#pending.slice(0, 1024) });
      this.#pending = "";
    }
    return found;
  }
}
