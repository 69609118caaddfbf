// Finding: find, xargs, which. Walks are bounded.

import { globMatcher } from "../lang/glob.ts";
import { findCommand } from "../run/kernel.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { parseOptions, program } from "./options.ts";
import { spawnOr } from "./wrappers.ts";

/** Visits what is below some paths, parents first, at most 20,000 of them. Errors are told; the status says whether there were any. */
export async function walk(
  proc: Proc,
  roots: readonly ByteString[],
  how: { depth: number; visit: (path: ByteString, stat: FileStat, depth: number) => Promise<void> },
): Promise<number> {
  const todo = roots.map((path) => ({ path, depth: 0 })).reverse();
  let status = 0;
  for (let visited = 0; todo.length > 0 && visited < 20_000; visited++) {
    const here = todo.pop();
    if (!here) break;
    await proc.budget.step();
    const stat = proc.fs.lstat(here.path);
    if (!stat.ok) {
      await proc.fail(
        proc.busybox
          ? `${here.path}: ${errorTexts[stat.code]}`
          : `‘${here.path}’: ${errorTexts[stat.code]}`.replace(/[‘’]/g, (char) =>
              Buffer.from(char, "utf8").toString("latin1"),
            ),
      );
      status = 1;
      continue;
    }
    await how.visit(here.path, stat.value, here.depth);
    if (stat.value.type !== "directory" || here.depth >= how.depth) continue;
    const listed = proc.fs.readdir(here.path);
    if (!listed.ok) {
      await proc.fail(
        proc.busybox
          ? `${here.path}: ${errorTexts[listed.code]}`
          : `‘${here.path}’: ${errorTexts[listed.code]}`.replace(/[‘’]/g, (char) =>
              Buffer.from(char, "utf8").toString("latin1"),
            ),
      );
      status = 1;
      continue;
    }
    todo.push(
      ...[...listed.value]
        .reverse()
        .map(({ name }) => ({ path: `${here.path.replace(/\/$/, "")}/${name}`, depth: here.depth + 1 })),
    );
  }
  return status;
}

type FindTest = (path: ByteString, stat: FileStat) => boolean;

async function find(proc: Proc): Promise<number> {
  const args = [...proc.args];
  const roots: ByteString[] = [];
  while (args.length > 0 && !/^[-(!]/.test(args[0] ?? "")) roots.push(args.shift() ?? "");
  const tests: FindTest[] = [];
  let depth = 100;
  let negate = false;
  let action: ((path: ByteString) => Promise<void>) | null = null;
  const types: Readonly<Record<string, FileStat["type"]>> = {
    f: "file",
    d: "directory",
    l: "symlink",
    c: "character",
    b: "block",
    p: "fifo",
    s: "socket",
  };
  const base = (path: ByteString): ByteString => path.slice(path.lastIndexOf("/") + 1) || path;
  const push = (test: FindTest): void => {
    const not = negate;
    negate = false;
    tests.push((path, stat) => test(path, stat) !== not);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    const value = (): ByteString => args[++i] ?? "";
    switch (arg) {
      case "!":
      case "-not":
        negate = true;
        break;
      case "-name":
      case "-iname": {
        const text = value();
        const match = globMatcher(arg === "-iname" ? text.toLowerCase() : text);
        push((path) => match(arg === "-iname" ? base(path).toLowerCase() : base(path)));
        break;
      }
      case "-path": {
        const match = globMatcher(value());
        push((path) => match(path));
        break;
      }
      case "-type": {
        const type = types[value()];
        push((_, stat) => stat.type === type);
        break;
      }
      case "-perm": {
        const text = value();
        const bits = Number.parseInt(text.replace(/^[-/+]/, ""), 8) || 0;
        push((_, stat) =>
          text.startsWith("-")
            ? (stat.mode & bits) === bits
            : /^[/+]/.test(text)
              ? (stat.mode & bits) !== 0
              : stat.mode === bits,
        );
        break;
      }
      case "-user": {
        const user = proc.world.user(value());
        push((_, stat) => stat.uid === user?.uid);
        break;
      }
      case "-writable":
        push((path) => proc.fs.access(path, 2));
        break;
      case "-executable":
        push((path) => proc.fs.access(path, 1));
        break;
      case "-empty":
        push((_, stat) => stat.type === "file" && stat.size === 0);
        break;
      case "-size": {
        const match = /^([-+]?)([0-9]{1,12})([ckMGb]?)$/.exec(value());
        const unit = { c: 1, k: 1024, M: 1 << 20, G: 1 << 30, b: 512, "": 512 }[match?.[3] ?? ""] ?? 512;
        const size = Number(match?.[2] ?? 0);
        push((_, stat) => {
          const units = Math.ceil(stat.size / unit);
          return match?.[1] === "+" ? units > size : match?.[1] === "-" ? units < size : units === size;
        });
        break;
      }
      case "-maxdepth":
        depth = Number(value()) || 0;
        break;
      case "-mindepth":
      case "-mtime":
      case "-mmin":
      case "-newer":
      case "-group":
      case "-ctime":
      case "-printf":
        value();
        break;
      case "-exec":
      case "-ok": {
        const end = args.findIndex((word, at) => at > i && (word === ";" || word === "+"));
        if (end < 0) return proc.fail(proc.busybox ? `${arg} requires ;` : `missing argument to \`${arg}'`);
        const words = args.slice(i + 1, end);
        action = async (path) =>
          void (await spawnOr(
            proc,
            words.map((word) => word.replaceAll("{}", path)),
          ));
        i = end;
        break;
      }
      case "-delete":
        action = async (path) => {
          if (!proc.fs.unlink(path).ok) proc.fs.rmdir(path);
        };
        break;
      case "-print":
      case "-print0":
      case "-o":
      case "-a":
      case "(":
      case ")":
      case "-xdev":
      case "-mount":
      case "-follow":
      case "-depth":
      case "-noleaf":
      case "-quit":
      case "-ls":
        break;
      default:
        return proc.fail(proc.busybox ? `unrecognized: ${arg}` : `unknown predicate \`${arg}'`);
    }
  }
  const status = await walk(proc, roots.length === 0 ? ["."] : roots, {
    depth,
    visit: async (path, stat) => {
      if (!tests.every((test) => test(path, stat))) return;
      if (action) await action(path);
      else await proc.out(`${path}\n`);
    },
  });
  return status;
}

async function xargs(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "0rtn:I:P:L:d:",
    long: { null: "0", "no-run-if-empty": "r" },
    inOrder: true,
  });
  if (typeof options === "number") return options;
  const text = await proc.stdin.all();
  const replace = options.value("I");
  const items = (
    options.has("0")
      ? text.split("\0")
      : replace !== undefined
        ? text.split("\n").map((line) => line.trim())
        : text.split(/\s+/)
  )
    .filter((item) => item !== "")
    .slice(0, 10_000);
  const command = options.rest.length > 0 ? options.rest : ["echo"];
  if (items.length === 0) return options.has("r") ? 0 : spawnOr(proc, command);
  let status = 0;
  const size =
    replace !== undefined
      ? 1
      : Math.max(1, Number(options.value("n") ?? options.value("L") ?? items.length) || 1);
  for (let i = 0; i < items.length; i += size) {
    const some = items.slice(i, i + size);
    const words =
      replace === undefined
        ? [...command, ...some]
        : command.map((word) => word.replaceAll(replace, some[0] ?? ""));
    const one = await spawnOr(proc, words);
    if (one !== 0) status = one === 127 || one === 126 ? one : 123;
  }
  return status;
}

async function which(proc: Proc): Promise<number> {
  let status = 0;
  for (const name of proc.args.filter((arg) => !arg.startsWith("-"))) {
    const found = findCommand(name, proc.init);
    if (found.kind === "program") await proc.out(`${found.path}\n`);
    else status = 1;
  }
  return status;
}

/** The programs of this file. */
export const searchPrograms = [program("find", find), program("xargs", xargs), program("which", which)];
