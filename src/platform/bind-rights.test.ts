import { expect, test } from "bun:test";
import { join } from "node:path";
import { mayBind } from "./bind-rights.ts";

const isRoot = process.getuid?.() === 0;

function asked(ids: readonly string[]): boolean[] {
  const code = `import { mayBind } from ${JSON.stringify(join(import.meta.dir, "bind-rights.ts"))};
    console.log(JSON.stringify([22, 1023, 1024, 6379].map(mayBind)));`;
  // A network namespace of its own has the kernel's default range, whatever this host's is.
  const command = ["unshare", "--net", "setpriv", ...ids, process.execPath, "-e", code];
  return JSON.parse(Bun.spawnSync(command).stdout.toString());
}

test("a port of the free range may be had by anybody", () => {
  expect(mayBind(65_535)).toBe(true);
});

test.skipIf(!isRoot)("a privileged one takes the capability, not the user's name", () => {
  expect(asked(["--bounding-set=-net_bind_service"])).toEqual([false, false, true, true]);
  expect(asked(["--bounding-set=+all"])).toEqual([true, true, true, true]);
});
