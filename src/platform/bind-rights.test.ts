import { expect, test } from "bun:test";
import { join } from "node:path";

const isRoot = process.getuid?.() === 0;

function asked(...prefix: readonly string[]): boolean {
  const code = `import { hasBindRight } from ${JSON.stringify(join(import.meta.dir, "bind-rights.ts"))};
    console.log(hasBindRight());`;
  return JSON.parse(Bun.spawnSync([...prefix, process.execPath, "-e", code]).stdout.toString());
}

test.skipIf(!isRoot)("it is the capability that counts, not the user's name", () => {
  expect(asked("setpriv", "--bounding-set=-net_bind_service")).toBe(false);
  expect(asked("setpriv", "--bounding-set=+all")).toBe(true);
});
