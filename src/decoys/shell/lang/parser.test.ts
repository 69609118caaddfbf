import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
import { SyntaxFault } from "../run/flow.ts";
import type { List } from "./ast.ts";
import { createScriptReader } from "./parser.ts";

function parseAll(source: string, bash = true): List[] {
  const reader = createScriptReader(source, bash);
  const lists: List[] = [];
  for (let list = reader.next(); list; list = reader.next()) lists.push(list);
  return lists;
}

function fault(source: string, bash = true): SyntaxFault {
  try {
    parseAll(source, bash);
  } catch (error) {
    if (error instanceof SyntaxFault) return error;
    throw error;
  }
  throw new Error(`parsed: ${source}`);
}

/** The simple command of a one-command line. */
function simple(source: string) {
  const command = parseAll(source)[0]?.items[0]?.andOr.first.commands[0];
  if (command?.kind !== "simple") throw new Error(`no simple command: ${source}`);
  return command;
}

describe("commands", () => {
  test("quotes and escapes make one word of several pieces", () => {
    const { words } = simple(`a'b c'"d $x"\\ e`);
    expect(words).toHaveLength(1);
    expect(words[0]?.map((part) => (part.kind === "text" ? part.text : part.kind))).toEqual([
      "a",
      "b cd ",
      "param",
      " ",
      "e",
    ]);
  });

  test("assignments before a command are apart from its words", () => {
    const command = simple("A=1 B+=2 env C=3");
    expect(command.assigns.map((one) => [one.name, one.append])).toEqual([
      ["A", false],
      ["B", true],
    ]);
    expect(command.words).toHaveLength(2);
  });

  test("redirections keep their order and descriptors", () => {
    const { redirects } = simple("x >a 2>>b <c 2>&1 &>d");
    expect(redirects.map((one) => [one.op, one.fd])).toEqual([
      [">", null],
      [">>", 2],
      ["<", null],
      [">&", 2],
      ["&>", null],
    ]);
  });

  test("a here-document takes the lines up to its end", () => {
    const [first, second] = parseAll("cat <<E\na\nE\necho b");
    const command = first?.items[0]?.andOr.first.commands[0];
    expect(command?.kind === "simple" && command.redirects[0]?.body).toEqual([
      { kind: "text", text: "a\n", quoted: true },
    ]);
    expect(second?.items).toHaveLength(1);
  });

  test("one complete command line at a time", () => {
    const reader = createScriptReader("echo a; echo b\n)", true);
    expect(reader.next()?.items).toHaveLength(2);
    expect(() => reader.next()).toThrow(SyntaxFault);
  });
});

describe("syntax errors name what was unexpected", () => {
  test.each([
    ["a;;", ";;"],
    ["| a", "|"],
    ["if; then", ";"],
    ["done", "done"],
    ["a ) b", ")"],
    ["a <", null],
    ["for 1a in; do", null],
    ["if true", null],
    ["'open", null],
    ["$(", null],
    ["{ a", null],
    ["case x in", null],
  ])("%s", (source, token) => {
    const { token: found } = fault(source);
    expect(found === "newline" ? null : found).toBe(token);
  });

  test("nesting has an end", () => {
    expect(fault("(".repeat(500)).name).toBe("Error");
    expect(fault("$(".repeat(500)).line).toBe(1);
    expect(fault("if true; then ".repeat(500)).line).toBe(1);
  });
});

test("mutated scripts end in a tree or a syntax fault", () => {
  const random = createSeededRandom("shell-parser");
  const seeds = [
    "for i in a b; do echo $i | tr a-z A-Z > /tmp/x; done && (cd /; ls) || { echo no; }",
    'case "$1" in a*|b) f() { local x=${1:-d}; }; f;; esac; while [ $((1+2)) -lt 3 ]; do :; done',
    "cat <<EOF | sh\necho `id` $(uname -a) ${x//a/b}\nEOF\nif ! true; then a; elif b; then c; else d; fi &",
  ];
  const alphabet = "abc$(){}[]<>|&;'\"`\\ \n\t#!=*?~0";
  for (let round = 0; round < 1500; round++) {
    const chars = [...random.pick(seeds)];
    for (let i = 0; i <= random.below(6); i++) {
      const at = random.below(chars.length);
      if (random.below(2) === 0) chars[at] = alphabet.charAt(random.below(alphabet.length));
      else chars.splice(at, random.below(8), alphabet.charAt(random.below(alphabet.length)));
    }
    try {
      parseAll(chars.join(""), random.below(2) === 0);
    } catch (error) {
      if (!(error instanceof SyntaxFault))
        throw new Error(`round ${round}: ${JSON.stringify(chars.join(""))}`, { cause: error });
    }
  }
});
