// The fence from inside: a program that departs behind it and tries what it should not be able to.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decoyIds } from "../../src/platform/identity.ts";

const isRoot = process.getuid?.() === 0;
const place = mkdtempSync(join(tmpdir(), "decnet-fence-"));
const probe = join(place, "probe");
const [own, other, secret] = [join(place, "own"), join(place, "other"), join(place, "secret")];

beforeAll(() => {
  const script = join(import.meta.dir, "..", "support", "fence-probe.ts");
  const built = Bun.spawnSync([process.execPath, "build", "--compile", "--outfile", probe, script]);
  if (built.exitCode !== 0) throw new Error(built.stderr.toString());
  for (const folder of [own, other]) mkdirSync(folder);
  writeFileSync(secret, "everybody may read this");
  // What only the fence keeps it from: these would be open to its user.
  for (const path of [place, probe]) chmodSync(path, 0o755);
  chmodSync(other, 0o777);
  if (isRoot) chownSync(own, decoyIds().uid, decoyIds().gid);
});
afterAll(() => rmSync(place, { recursive: true }));

/** Runs the probe, is its client once, and gives what it found. */
async function ask(prefix: readonly string[] = [], mode = "behind"): Promise<Record<string, unknown>> {
  const target = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const { port } = target.address() as { port: number };
  const child = Bun.spawn([...prefix, probe, own, other, secret, String(port), mode], {
    stdout: "pipe",
    stderr: "pipe",
  });
  let text = "";
  let threads: string[] = [];
  for await (const chunk of child.stdout) {
    const before = text;
    text += new TextDecoder().decode(chunk);
    if (before !== "" || !text.includes("\n")) continue;
    threads = await Promise.all(
      readdirSync(`/proc/${child.pid}/task`).map((id) =>
        Bun.file(`/proc/${child.pid}/task/${id}/status`).text(),
      ),
    );
    connect({ host: "127.0.0.1", port: JSON.parse(text).listening }).resume();
  }
  target.close();
  const line = text.trim().split("\n")[1];
  if (line === undefined) throw new Error(await new Response(child.stderr).text());
  return { ...JSON.parse(line), threads };
}

const EPERM = 1;
const EACCES = 13;
const EINPROGRESS = 115;
const EAFNOSUPPORT = 97;

const behind = {
  fence: "seccomp+landlock",
  word: "kept",
  served: "served",
  status: ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"],
  sockets: { 1: 0, 2: EAFNOSUPPORT, 10: EAFNOSUPPORT, 16: EAFNOSUPPORT, 17: EAFNOSUPPORT },
  raw: EAFNOSUPPORT,
  reconnects: EACCES,
  fastopen: EPERM,
  execve: EPERM,
  execveat: EPERM,
  clone3: 38,
  refused: [],
  secret: "EACCES",
  users: "EACCES",
  writeOwn: "done",
  writeOther: "EACCES",
  signal: "EPERM",
};

function expectBehind(found: Record<string, unknown>): void {
  expect(found).toMatchObject(behind);
  expect(found["connects"]).not.toBe("done");
  expect(found["spawn"]).not.toBe("done");
  expect(found["fork"]).not.toBe(0);
  const threads = found["threads"] as string[];
  expect(threads.length).toBeGreaterThan(1);
  for (const status of threads) {
    for (const set of ["Inh", "Prm", "Eff", "Amb"]) expect(status).toContain(`Cap${set}:\t0000000000000000`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    if (isRoot) expect(status).toContain("CapBnd:\t0000000000000000");
  }
}

test.skipIf(!isRoot)(
  "root becomes the decoys' user, and nothing gets out",
  async () => {
    const found = await ask();
    expectBehind(found);
    expect(found["uid"]).toBe(decoyIds().uid);
  },
  30_000,
);

test.skipIf(!isRoot)(
  "a user with the right to low ports gives it up, ambient as it is",
  async () => {
    const { uid, gid } = decoyIds();
    const ambient = ["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"];
    const found = await ask(["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...ambient]);
    expect(found).toMatchObject({ ...behind, uid });
  },
  30_000,
);

test.skipIf(!isRoot)(
  "the same user without the fence can do all of it",
  async () => {
    const { uid, gid } = decoyIds();
    const found = await ask(["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"], "outside");
    expect(found).toMatchObject({
      fence: "outside",
      sockets: { 1: 0, 2: 0, 10: 0 },
      fastopen: 0,
      connects: "done",
      reconnects: EINPROGRESS,
      spawn: "done",
      secret: "done",
      users: "done",
      writeOther: "done",
    });
  },
  30_000,
);
