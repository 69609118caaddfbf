// Everything that must hold before a change lands, in order of cost; stops at nothing, so that one run tells all.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writeWebModule } from "./web-module.ts";

const root = join(import.meta.dir, "..");

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };

function title(text: string): void {
  console.log(`\n── ${text}`);
}

/** Runs one check that counts as one test. */
function check(name: string, command: readonly string[]): void {
  title(name);
  const result = Bun.spawnSync([...command], { cwd: root, stdout: "inherit", stderr: "inherit" });
  if (result.success) total.passed++;
  else total.failed++;
}

function count(output: string, word: string): number {
  return Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
}

/** Runs test files in one process and adds up what it says. */
async function tests(name: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  title(name);
  const child = Bun.spawn(["bun", "test", "--timeout", "120000", ...paths], {
    cwd: root,
    stdout: "inherit",
    stderr: "pipe",
  });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const code = await child.exited;
  const failed = count(output, "fail");
  total.passed += count(output, "pass");
  total.skipped += count(output, "skip");
  // A run that breaks before its first test has failed too.
  total.failed += failed === 0 && code !== 0 ? 1 : failed;
}

function suite(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((file) => /\.test\.tsx?$/.test(file))
    .sort()
    .map((file) => `./${folder}/${file}`);
}

const chosen = process.argv.slice(2);
await writeWebModule();
if (chosen.length > 0) {
  await tests("chosen tests", chosen);
} else {
  check("type check", ["bun", "check"]);
  check("lint", ["bun", "x", "biome", "check", "."]);
  check("unused files, exports and dependencies", ["bun", "x", "knip"]);
  await tests("contract", suite("test/contract"));
  await tests("unit", suite("src"));
  // One process for each: a test that starts real servers leaves nothing behind for the next.
  for (const file of suite("test/integration")) await tests(file, [file]);
  check("build", ["bun", "scripts/build.ts"]);
  for (const file of suite("test/e2e")) await tests(file, [file]);
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 ? 0 : 1);
