// `scp -t`: takes files and folders (the sink of rcp's protocol). Uploads are captured by the file system.
// Refuses names that would leave the target, with scp's words.

import type { ByteString, FsResult, SessionFs, WritableFile } from "../shell/shell.ts";
import { errorTexts } from "../shell/vfs/node.ts";
import type { ScpCommand, ScpStream, ScpWorld } from "./scp-stream.ts";
import { expandHome } from "./scp-stream.ts";

/** A control line of the sender: `C0644 12 name` or `D0755 0 name`. */
interface Control {
  readonly mode: number;
  readonly size: number;
  readonly name: ByteString;
}

/** Folders within folders that are followed. */
const MAX_DEPTH = 64;
const CHUNK = 32 * 1024;

/** Reads the part of a control line after its letter; the words of scp where it is wrong. */
export function parseControl(line: ByteString): Control | string {
  if (!/^[0-7]{4} /.test(line)) return /^[0-7]{4}/.test(line) ? "mode not delimited" : "bad mode";
  const size = /^(\d{1,16}) /.exec(line.slice(5));
  if (!size) return "size not delimited";
  const name = line.slice(5 + size[0].length);
  return { mode: Number.parseInt(line.slice(0, 4), 8), size: Number(size[1]), name };
}

/** Reads the part of a `T` line after its letter: seconds of change; scp's words where it is wrong. */
export function parseTimes(line: ByteString): number | string {
  const match = /^(\d{1,12}) \d{1,9} (\d{1,12}) \d{1,9}$/.exec(line);
  if (match) return Number(match[1]);
  return /^\d{1,12} /.test(line) ? "mtime.usec not delimited" : "mtime.sec not present";
}

/** One receiving scp. */
export class ScpSink {
  readonly #command: ScpCommand;
  readonly #stream: ScpStream;
  readonly #fs: SessionFs;
  readonly #target: ByteString;

  constructor(command: ScpCommand, { stream, fs, home }: ScpWorld) {
    this.#command = command;
    this.#stream = stream;
    this.#fs = fs;
    this.#target = expandHome(command.paths[0] ?? ".", home);
  }

  async run(): Promise<number> {
    if (this.#command.mustBeDirectory && !(await this.#verifyDirectory())) return 1;
    const whole = await this.#receive(this.#target, 0);
    return whole && this.#stream.errors === 0 ? 0 : 1;
  }

  async #verifyDirectory(): Promise<boolean> {
    const found = this.#fs.stat(this.#target);
    if (found.ok && found.value.type === "directory") return true;
    await this.#stream.complain(`${this.#target}: ${errorTexts[found.ok ? "ENOTDIR" : found.code]}`);
    return false;
  }

  #isDirectory(path: ByteString): boolean {
    const found = this.#fs.stat(path);
    return found.ok && found.value.type === "directory";
  }

  /** Takes what comes for one folder (or the target); false when the conversation is over. */
  async #receive(target: ByteString, depth: number): Promise<boolean> {
    const stream = this.#stream;
    await stream.send("\0");
    let mtime: number | null = null;
    for (let first = true; ; first = false) {
      const letter = await stream.readByte();
      if (letter === null) return depth === 0;
      const line = letter === 0x0a ? null : await stream.readLine();
      if (line === null)
        return this.#protocolError(letter === 0x0a ? "unexpected <newline>" : "lost connection");
      switch (String.fromCharCode(letter)) {
        case "\x01":
        case "\x02":
          stream.errors++;
          if (letter === 2) return false;
          continue;
        case "E":
          await stream.send("\0");
          return true;
        case "T": {
          const times = parseTimes(line);
          if (typeof times === "string") return this.#protocolError(times);
          mtime = times;
          await stream.send("\0");
          continue;
        }
        case "C":
        case "D":
          if (!(await this.#entry(letter === 0x44, line, { target, depth, mtime }))) return false;
          mtime = null;
          continue;
        default:
          if (!first) return this.#protocolError("expected control record");
          await this.#stream.complain(`${String.fromCharCode(letter)}${line}`);
          return false;
      }
    }
  }

  async #protocolError(why: string): Promise<boolean> {
    await this.#stream.complain(`protocol error: ${why}`);
    return false;
  }

  async #entry(
    isFolder: boolean,
    line: ByteString,
    where: { readonly target: ByteString; readonly depth: number; readonly mtime: number | null },
  ): Promise<boolean> {
    const control = parseControl(line);
    if (typeof control === "string") return this.#protocolError(control);
    const { name } = control;
    if (name === "" || name.includes("/") || name === "." || name === "..") {
      await this.#stream.complain(`error: unexpected filename: ${name}`);
      return false;
    }
    const path = this.#isDirectory(where.target) ? `${where.target}/${name}` : where.target;
    return isFolder ? this.#folder(path, control, where) : this.#file(path, control, where.mtime);
  }

  async #folder(
    path: ByteString,
    control: Control,
    where: { readonly depth: number; readonly mtime: number | null },
  ): Promise<boolean> {
    if (!this.#command.recursive) return this.#protocolError("received directory without -r");
    if (where.depth >= MAX_DEPTH) return this.#protocolError("too deep");
    if (!this.#isDirectory(path)) {
      const made = this.#fs.mkdir(path, this.#modeOf(control, 0o022));
      if (!made.ok) {
        await this.#stream.complain(`${path}: ${errorTexts[made.code]}`);
        return true;
      }
    }
    if (!(await this.#receive(path, where.depth + 1))) return false;
    this.#restore(path, control, where.mtime);
    return true;
  }

  #modeOf({ mode }: Control, umask: number): number {
    return this.#command.preserve ? mode : mode & 0o777 & ~umask;
  }

  /** Mode and time as they were, where that was asked for. */
  #restore(path: ByteString, control: Control, mtime: number | null): void {
    if (mtime !== null) this.#fs.utimes(path, mtime * 1000);
    if (this.#command.preserve) this.#fs.chmod(path, control.mode);
  }

  async #file(path: ByteString, control: Control, mtime: number | null): Promise<boolean> {
    const stream = this.#stream;
    const opened = this.#fs.openWrite(path, {
      via: "scp",
      mode: this.#modeOf(control, 0o022),
      truncate: true,
    });
    if (!opened.ok) {
      await stream.complain(`${path}: ${errorTexts[opened.code]}`);
      return true;
    }
    await stream.send("\0");
    const written = await this.#copy(opened.value, control.size);
    await opened.value.close();
    if (written === null) return false;
    this.#restore(path, control, mtime);
    if ((await stream.response()) === null) return false;
    if (written.ok) await stream.send("\0");
    else await stream.complain(`${path}: ${errorTexts[written.code]}`);
    return true;
  }

  /** Moves the bytes of a file; after a failure the rest is read and dropped. Null when they end early. */
  async #copy(file: WritableFile, size: number): Promise<FsResult<number> | null> {
    let result: FsResult<number> = { ok: true, value: 0 };
    for (let at = 0; at < size; ) {
      const bytes = await this.#stream.read(Math.min(CHUNK, size - at));
      if (!bytes) return null;
      if (result.ok) result = file.write(at, bytes);
      at += bytes.length;
    }
    return result;
  }
}
