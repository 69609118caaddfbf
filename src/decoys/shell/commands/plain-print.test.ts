import { expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
import { plainPrint } from "./plain-print.ts";

test.each([
  ["print(1+1)", "2\n"],
  ["print('a'*3, 7/2, 7//2, 4/2, 2**10, -7 % 3)", "aaa 3.5 3 2.0 1024 2\n"],
  ['import os; print("x\\ty"); print()', "x\ty\n\n"],
  ["print('a' + 'b')", "ab\n"],
  ["print(os.getcwd())", null],
  ["print('a' * 10**9)", null],
  ["print(1/0)", null],
  ["exec('x')", null],
])("python: %s", (source, printed) => {
  expect(plainPrint(source, { language: "python" })).toBe(printed);
});

test.each([
  ['print "hi\\n"', "hi\n"],
  ["print 6*7, 'a\\n'", "42a\\n"],
  ['print "-" x 5', "-----"],
  ['print "$ENV{HOME}"', null],
  ["system('id')", null],
])("perl: %s", (source, printed) => {
  expect(plainPrint(source, { language: "perl" })).toBe(printed);
});

test("mutated programs print or do not, and never throw", () => {
  const random = createSeededRandom("plain-print");
  const alphabet = "print()'\"\\+-*/%.x0123 ;,$";
  for (let round = 0; round < 2000; round++) {
    const source = Array.from({ length: random.below(60) }, () =>
      alphabet.charAt(random.below(alphabet.length)),
    ).join("");
    for (const language of ["python", "perl"] as const) {
      const printed = plainPrint(`print ${source}`, { language });
      expect(printed === null || printed.length <= 70_000).toBe(true);
    }
  }
  expect(plainPrint(`print(${"(".repeat(3000)}`, { language: "python" })).toBeNull();
});
