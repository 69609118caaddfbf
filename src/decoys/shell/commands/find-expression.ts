// The expression of find: tests and actions joined by `!`, `-a`, `-o`, `,` and parentheses.
// Throws FindFault; bounded in depth and in the paths that `-exec … +` gathers.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { gather, remove, runEach } from "./find-actions.ts";
import { listing, printfFormat } from "./find-format.ts";
import { argumentTests, FindFault, plainTests } from "./find-tests.ts";
import type { Visited } from "./walk.ts";

/** What a visit decides for the walk. */
export interface Steering {
  prune: boolean;
  stop: boolean;
}

type Node = (file: Visited, steering: Steering) => Promise<boolean>;

/** A parsed command line. */
export interface FindPlan {
  readonly node: Node;
  readonly maxDepth: number;
  readonly minDepth: number;
  readonly childrenFirst: boolean;
  /** Runs what `-exec … +` has gathered; the status of it. */
  finish(): Promise<number>;
}

const DEPTH = 64;
/** Names that a BusyBox of a device was built without. */
const GNU_ONLY = new Set([
  "-printf",
  "-ls",
  "-ipath",
  "-wholename",
  "-iregex",
  "-writable",
  "-readable",
  "-nouser",
  "-nogroup",
  "-ok",
  "-true",
  "-false",
  "-uid",
  "-gid",
]);
const IGNORED = new Set(["-xdev", "-mount", "-follow", "-noleaf", "-ignore_readdir_race", "-daystart"]);
const PATTERNS = new Set(["-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex"]);

const both =
  (left: Node, right: Node): Node =>
  async (file, steering) =>
    (await left(file, steering)) && right(file, steering);
const either =
  (left: Node, right: Node): Node =>
  async (file, steering) =>
    (await left(file, steering)) || right(file, steering);

/** Parses what stands behind the paths. Throws FindFault. */
export function parseFind(proc: Proc, words: readonly ByteString[], roots: readonly ByteString[]): FindPlan {
  return new FindParser(proc, words, roots).plan();
}

class FindParser {
  readonly #proc: Proc;
  readonly #words: readonly ByteString[];
  readonly #roots: readonly ByteString[];
  readonly #batches: (() => Promise<number>)[] = [];
  #at = 0;
  #depth = 0;
  #acts = false;
  #last = "";
  #maxDepth = 100;
  #minDepth = 0;
  #childrenFirst = false;

  constructor(proc: Proc, words: readonly ByteString[], roots: readonly ByteString[]) {
    this.#proc = proc;
    this.#words = words;
    this.#roots = roots;
  }

  plan(): FindPlan {
    const node = this.#words.length === 0 ? null : this.#comma();
    if (this.#at < this.#words.length) throw this.#fault("you have too many ')'");
    const print: Node = (file) => this.#print(`${file.path}\n`);
    const whole = node === null ? print : this.#acts ? node : both(node, print);
    return {
      node: whole,
      maxDepth: this.#maxDepth,
      minDepth: this.#minDepth,
      childrenFirst: this.#childrenFirst,
      finish: async () => {
        let status = 0;
        for (const run of this.#batches) if ((await run()) !== 0) status = 1;
        return status;
      },
    };
  }

  #fault(text: string): FindFault {
    return new FindFault(this.#proc.busybox ? `bad arg '${this.#words[this.#at - 1] ?? ""}'` : text);
  }

  #take(...names: readonly string[]): boolean {
    if (!names.includes(this.#words[this.#at] ?? "")) return false;
    this.#at++;
    return true;
  }

  #value(name: string): ByteString {
    const value = this.#words[this.#at++];
    if (value !== undefined) return value;
    throw new FindFault(
      this.#proc.busybox ? `${name} requires an argument` : `missing argument to \`${name}'`,
    );
  }

  async #print(text: ByteString): Promise<true> {
    await this.#proc.out(text);
    return true;
  }

  #comma(): Node {
    let left = this.#or();
    while (this.#take(",")) {
      const [before, after] = [left, this.#or()];
      left = async (file, steering) => {
        await before(file, steering);
        return after(file, steering);
      };
    }
    return left;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#take("-o", "-or")) left = either(left, this.#and());
    return left;
  }

  #and(): Node {
    let left = this.#not();
    for (;;) {
      const said = this.#take("-a", "-and");
      const next = this.#words[this.#at];
      if (!said && (next === undefined || [")", "-o", "-or", ","].includes(next))) return left;
      left = both(left, this.#not());
    }
  }

  #not(): Node {
    if (!this.#take("!", "-not")) return this.#primary();
    const inner = this.#not();
    return async (file, steering) => !(await inner(file, steering));
  }

  #primary(): Node {
    if (++this.#depth > DEPTH * 16) throw this.#fault("expression too complex");
    if (this.#take("(")) {
      const inner = this.#comma();
      if (this.#take(")")) return inner;
      throw this.#fault("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
    }
    const name = this.#words[this.#at++];
    if (name === undefined) throw this.#fault(`expected an expression after '${this.#words.at(-1) ?? ""}'`);
    const node = this.#named(name);
    this.#last = name;
    return node;
  }

  #named(name: string): Node {
    const proc = this.#proc;
    if (proc.busybox && GNU_ONLY.has(name)) throw new FindFault(`unrecognized: ${name}`);
    const tested = argumentTests.get(name);
    if (tested) {
      const test = tested(proc, this.#value(name), name);
      return (file) => Promise.resolve(test(file));
    }
    const plain = plainTests.get(name)?.(proc);
    if (plain) return (file) => Promise.resolve(plain(file));
    if (this.#option(name)) return () => Promise.resolve(true);
    if (name === "-prune")
      return (_, steering) => {
        steering.prune = true;
        return Promise.resolve(true);
      };
    return this.#action(name) ?? this.#unknown(name);
  }

  #unknown(name: string): never {
    if (this.#proc.busybox) throw new FindFault(`unrecognized: ${name}`);
    if (name.startsWith("-")) throw new FindFault(`unknown predicate \`${name}'`);
    const hint =
      PATTERNS.has(this.#last) && this.#proc.fs.lstat(name).ok
        ? `\nfind: possible unquoted pattern after predicate \`${this.#last}'?`
        : "";
    throw new FindFault(`paths must precede expression: \`${name}'${hint}`);
  }

  /** What concerns the walk as a whole. */
  #option(name: string): boolean {
    if (name === "-maxdepth" || name === "-mindepth") {
      const text = this.#value(name);
      if (!/^[0-9]{1,9}$/.test(text))
        throw new FindFault(
          this.#proc.busybox
            ? `invalid number '${text}'`
            : `Expected a positive decimal integer argument to ${name}, but got \xe2\x80\x98${text}\xe2\x80\x99`,
        );
      if (name === "-maxdepth") this.#maxDepth = Math.min(this.#maxDepth, Number(text));
      else this.#minDepth = Number(text);
      return true;
    }
    if (name === "-depth" || name === "-d") {
      this.#childrenFirst = true;
      return true;
    }
    if (name === "-regextype") return this.#value(name) !== "";
    return IGNORED.has(name);
  }

  #action(name: string): Node | null {
    const proc = this.#proc;
    switch (name) {
      case "-print":
        this.#acts = true;
        return (file) => this.#print(`${file.path}\n`);
      case "-print0":
        this.#acts = true;
        return (file) => this.#print(`${file.path}\0`);
      case "-ls":
        this.#acts = true;
        return (file) => this.#print(listing(proc, file));
      case "-printf": {
        this.#acts = true;
        const format = printfFormat(proc, this.#value(name), this.#roots);
        return (file) => this.#print(format(file));
      }
      case "-quit":
        this.#acts = true;
        return (_, steering) => {
          steering.stop = true;
          return Promise.resolve(true);
        };
      case "-delete":
        this.#acts = true;
        this.#childrenFirst = true;
        return (file) => remove(proc, file);
      case "-exec":
      case "-execdir":
      case "-ok":
        this.#acts = true;
        return this.#exec(name);
      default:
        return null;
    }
  }

  #exec(name: string): Node {
    const proc = this.#proc;
    const from = this.#at;
    const end = this.#words.findIndex(
      (word, at) => at >= from && (word === ";" || (word === "+" && this.#words[at - 1] === "{}")),
    );
    if (end <= from)
      throw new FindFault(proc.busybox ? `${name} requires ;` : `missing argument to \`${name}'`);
    const words = this.#words.slice(from, end);
    this.#at = end + 1;
    if (this.#words[end] === ";") return runEach(proc, words);
    const gathered = gather(proc, words.slice(0, -1));
    this.#batches.push(gathered.run);
    return gathered.add;
  }
}
