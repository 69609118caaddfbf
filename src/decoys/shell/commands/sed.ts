// sed as a program: what it reads, the files that it edits in place, the words of its complaints.

import type { Proc } from "../run/proc.ts";
import type { SedCommand } from "../sed/command.ts";
import { SedEditor, type SedPlace } from "../sed/editor.ts";
import { readSedLine, type SedLine } from "../sed/options.ts";
import { parseSed } from "../sed/script.ts";
import { SedFault } from "../sed/script-cursor.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { eachInput, program, refuseOption } from "./options.ts";

const INPUT_BYTES = 8 << 20;
const FILE_BYTES = 1 << 20;

/** What the editor needs but where it writes. */
type Place = Omit<SedPlace, "put">;

async function readAll(
  proc: Proc,
  paths: readonly ByteString[],
): Promise<{ text: ByteString; status: number }> {
  const parts: ByteString[] = [];
  let total = 0;
  const status = await eachInput(complaining(proc), paths, async (read) => {
    const last = parts.at(-1);
    if (last !== undefined && !last.endsWith("\n")) parts.push("\n");
    for (let piece = await read(); piece !== null && total < INPUT_BYTES; piece = await read()) {
      parts.push(piece);
      total += piece.length;
      proc.budget.move(piece.length);
    }
  });
  return { text: parts.join(""), status: status === 0 ? 0 : proc.busybox ? 1 : 2 };
}

/** GNU sed says that it can't read what others only name. */
function complaining(proc: Proc): Proc {
  if (proc.busybox) return proc;
  const fail = (text: ByteString): Promise<number> => proc.fail(`can't read ${text}`);
  return Object.create(proc, { fail: { value: fail } }) as Proc;
}

async function usage(proc: Proc): Promise<number> {
  await proc.err(
    proc.busybox
      ? `${proc.world.busyboxBanner} multi-call binary\n\nUsage: sed [-inr] [-f FILE]... [-e CMD]... [FILE]...\n`
      : "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n\n",
  );
  return 1;
}

/** The commands of all scripts, or the status when they are none. */
async function compile(proc: Proc, line: SedLine): Promise<readonly SedCommand[] | number> {
  const texts: ByteString[] = [];
  for (const { text, file } of line.scripts) {
    const read = file ? proc.fs.readText(text, FILE_BYTES) : null;
    if (read && !read.ok) return proc.fail(`couldn't open file ${text}: ${errorTexts[read.code]}`);
    texts.push(read ? read.value.replace(/\n$/, "") : text);
  }
  try {
    return parseSed(texts.join("\n"), line.flags.has("E") || line.flags.has("r"));
  } catch (error) {
    if (!(error instanceof SedFault)) throw error;
    if (proc.busybox) return proc.fail(busyboxWords(error.message));
    return proc.fail(error.at < 0 ? error.message : `-e expression #1, char ${error.at}: ${error.message}`);
  }
}

function busyboxWords(text: string): string {
  if (text.startsWith("unknown command") || text === "missing command") return "unsupported command";
  if (text.startsWith("unknown option to")) return "unknown option to s command";
  return text.startsWith("unterminated") ? "unmatched '/'" : text;
}

async function append(proc: Proc, path: ByteString, text: ByteString): Promise<void> {
  if (path === "/dev/stdout") return proc.out(text);
  if (path === "/dev/stderr") return proc.err(text);
  const file = proc.fs.openWrite(path, { via: "shell" });
  if (!file.ok) return;
  file.value.write(file.value.stat().size, Uint8Array.from(Buffer.from(text, "latin1")));
  await file.value.close();
}

async function replace(proc: Proc, path: ByteString, text: ByteString): Promise<number> {
  const file = proc.fs.openWrite(path, { via: "shell", truncate: true });
  if (!file.ok) return proc.fail(`couldn't open file ${path}: ${errorTexts[file.code]}`, 4);
  file.value.write(0, Uint8Array.from(Buffer.from(text, "latin1")));
  await file.value.close();
  return 0;
}

async function sed(proc: Proc): Promise<number> {
  const read = readSedLine(proc.args);
  if ("unknown" in read) return refuseOption(proc, read.unknown);
  const [first, ...others] = read.rest;
  if (read.scripts.length === 0 && first === undefined) return usage(proc);
  const line: SedLine =
    read.scripts.length > 0 ? read : { ...read, scripts: [{ text: first ?? "", file: false }], rest: others };
  const script = await compile(proc, line);
  if (typeof script === "number") return script;
  const place: Place = {
    budget: proc.budget,
    quiet: line.flags.has("n"),
    read: (path) => {
      const text = proc.fs.readText(path, FILE_BYTES);
      return text.ok ? text.value : "";
    },
    write: (path, text) => append(proc, path, text),
  };
  if (line.flags.has("i")) return inPlace(proc, line, { script, place });
  const { text, status } = await readAll(proc, line.rest);
  const editor = new SedEditor(script, { ...place, put: (piece) => proc.out(piece) });
  await editor.edit(text);
  return editor.quit || status;
}

async function inPlace(
  proc: Proc,
  line: SedLine,
  { script, place }: { script: readonly SedCommand[]; place: Place },
): Promise<number> {
  let status = 0;
  for (const path of line.rest) {
    const { text, status: bad } = await readAll(proc, [path]);
    if (bad !== 0) {
      status = bad;
      continue;
    }
    const parts: ByteString[] = [];
    const put = (piece: ByteString): Promise<void> => Promise.resolve(void parts.push(piece));
    const editor = new SedEditor(script, { ...place, put });
    await editor.edit(text);
    if (line.suffix !== "") await replace(proc, path + line.suffix, text);
    status = (await replace(proc, path, parts.join(""))) || status;
    if (editor.quit !== null) return editor.quit;
  }
  return status;
}

/** The programs of this file. */
export const sedPrograms = [program("sed", sed)];
