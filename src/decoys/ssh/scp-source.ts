// `scp -f`: gives files and folders (the source of rcp's protocol), with scp's words for what cannot be given.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { ByteString, FileStat, SessionFs } from "../shell/shell.ts";
import { errorTexts } from "../shell/vfs/node.ts";
import type { ScpCommand, ScpStream, ScpWorld } from "./scp-stream.ts";
import { expandHome } from "./scp-stream.ts";

/** Folders within folders, and names in all of them, that are given. */
const MAX_DEPTH = 64;
const MAX_NAMES = 20_000;
const CHUNK = 32 * 1024;

/** A pattern of the shell's last word part (`*.conf`) as a test; null when there is nothing to expand. */
function patternOf(name: ByteString): ((candidate: ByteString) => boolean) | null {
  if (!/[*?]/.test(name) || name.length > 255) return null;
  return (candidate) => matches(name, candidate) && (name.startsWith(".") || !candidate.startsWith("."));
}

/** `*` and `?` only, without going back more than one star: linear in practice and never exponential. */
function matches(pattern: ByteString, text: ByteString): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === "?" || (pattern[p] === text[t] && pattern[p] !== "*"))) {
      p++;
      t++;
    } else if (pattern[p] === "*") {
      star = p++;
      mark = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** One giving scp. */
export class ScpSource {
  readonly #command: ScpCommand;
  readonly #stream: ScpStream;
  readonly #fs: SessionFs;
  readonly #session: Session;
  readonly #home: ByteString;
  #names = 0;

  constructor(command: ScpCommand, world: ScpWorld & { readonly session: Session }) {
    this.#command = command;
    this.#stream = world.stream;
    this.#fs = world.fs;
    this.#session = world.session;
    this.#home = world.home;
  }

  async run(): Promise<number> {
    if ((await this.#stream.response()) === null) return 1;
    for (const path of this.#command.paths.flatMap((word) => this.#expand(expandHome(word, this.#home)))) {
      if (!(await this.#give(path, 0))) return 1;
    }
    return this.#stream.errors === 0 ? 0 : 1;
  }

  /** What the shell does to a word before scp sees it: names that fit a pattern, or the word itself. */
  #expand(path: ByteString): ByteString[] {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "." : path.slice(0, slash) || "/";
    const fits = patternOf(path.slice(slash + 1));
    const listed = fits ? this.#fs.readdir(folder) : null;
    if (!fits || !listed?.ok) return [path];
    const prefix = slash < 0 ? "" : path.slice(0, slash + 1);
    const found = listed.value.filter(({ name }) => fits(name)).map(({ name }) => prefix + name);
    return found.length > 0 ? found : [path];
  }

  /** Gives one path; false when the conversation is over. */
  async #give(path: ByteString, depth: number): Promise<boolean> {
    if (++this.#names > MAX_NAMES) return false;
    const found = this.#fs.stat(path);
    if (!found.ok) return this.#cannot(path, errorTexts[found.code]);
    if (found.value.type === "directory" && this.#command.recursive)
      return this.#folder(path, found.value, depth);
    if (found.value.type !== "file") return this.#cannot(path, "not a regular file");
    return this.#file(path, found.value);
  }

  async #cannot(path: ByteString, why: string): Promise<boolean> {
    await this.#stream.complain(`${path}: ${why}`);
    return true;
  }

  /** Sends times where they are asked for, then the control line; says whether the other side wants it. */
  async #announce(stat: FileStat, line: ByteString): Promise<boolean | null> {
    if (this.#command.preserve) {
      const seconds = Math.max(0, Math.floor(stat.mtimeMs / 1000));
      await this.#stream.send(`T${seconds} 0 ${seconds} 0\n`);
      const taken = await this.#stream.response();
      if (taken !== true) return taken;
    }
    await this.#stream.send(line);
    return this.#stream.response();
  }

  async #file(path: ByteString, stat: FileStat): Promise<boolean> {
    const opened = this.#fs.open(path);
    if (!opened.ok) return this.#cannot(path, errorTexts[opened.code]);
    this.#session.record("file.read", { name: capture(fromByteString(path)), size: stat.size, via: "scp" });
    const wanted = await this.#announce(stat, `C${modeDigits(stat)} ${stat.size} ${baseName(path)}\n`);
    if (wanted !== true) return wanted !== null;
    for (let at = 0; at < stat.size; ) {
      const length = Math.min(CHUNK, stat.size - at);
      const bytes = opened.value.read(at, length);
      // The length is promised: what the file lacks is made up with zeros, as scp does.
      await this.#stream.send(bytes.length > 0 ? bytes : new Uint8Array(length));
      at += bytes.length > 0 ? bytes.length : length;
    }
    await this.#stream.send("\0");
    return (await this.#stream.response()) !== null;
  }

  async #folder(path: ByteString, stat: FileStat, depth: number): Promise<boolean> {
    if (depth >= MAX_DEPTH) return this.#cannot(path, errorTexts["ELOOP"]);
    const listed = this.#fs.readdir(path);
    if (!listed.ok) return this.#cannot(path, errorTexts[listed.code]);
    const wanted = await this.#announce(stat, `D${modeDigits(stat)} 0 ${baseName(path)}\n`);
    if (wanted !== true) return wanted !== null;
    for (const { name } of listed.value) {
      if (!(await this.#give(`${path === "/" ? "" : path}/${name}`, depth + 1))) return false;
    }
    await this.#stream.send("E\n");
    return (await this.#stream.response()) !== null;
  }
}

function modeDigits({ mode }: FileStat): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function baseName(path: ByteString): ByteString {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1) || path;
}
