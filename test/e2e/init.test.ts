// decnet init into a throw-away root folder, for real: users, files, modes, a second run, removal, refusals.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY } from "../support/install.ts";

const ready = process.getuid?.() === 0 && Bun.which("systemd-sysusers") !== null;
let root: string;

function init(...flags: string[]): { code: number; out: string; err: string } {
  const ran = Bun.spawnSync(["timeout", "60", BINARY, "init", ...flags], { cwd: "/" });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

const changes = (out: string): string[] => (JSON.parse(out) as { changed: string[] }).changed;
const mode = (path: string): number => statSync(join(root, path)).mode & 0o7777;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "decnet-root-"));
  mkdirSync(join(root, "etc"));
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.skipIf(!ready)("decnet init --root (needs root and systemd-sysusers)", () => {
  test("a dry run says what it would do and does nothing", () => {
    const { code, out } = init("--root", root, "--dry-run");
    expect([code, out]).toEqual([0, expect.stringContaining("would write")]);
    expect([existsSync(join(root, "var")), existsSync(join(root, "usr"))]).toEqual([false, false]);
  });

  test("makes users, folders, binary and units as promised, and a second run changes nothing", () => {
    expect(init("--root", root, "--json")).toMatchObject({ code: 0, err: "" });
    const passwd = readFileSync(join(root, "etc/passwd"), "utf8");
    expect(passwd).toMatch(/^decnet:.*nologin$/m);
    expect(passwd).toMatch(/^decnet-decky:.*nologin$/m);
    const uid = Number(/^decnet:x:(\d+)/m.exec(passwd)?.[1]);
    expect(statSync(join(root, "var/lib/decnet")).uid).toBe(uid);
    expect([mode("var/lib/decnet"), mode("var/lib/decnet/spool"), mode("var/lib/decnet/blobs")]).toEqual([
      0o750, 0o700, 0o2770,
    ]);
    expect([mode("usr/local/bin/decnet"), statSync(join(root, "usr/local/bin/decnet")).uid]).toEqual([
      0o755, 0,
    ]);
    expect(readFileSync(join(root, "usr/local/bin/decnet")).equals(readFileSync(BINARY))).toBe(true);
    expect(existsSync(join(root, "var/lib/decnet/secret"))).toBe(false);
    expect(changes(init("--root", root, "--json").out)).toEqual([]);
  });

  test("a changed unit is put right, a disabled worker stays disabled", () => {
    const unit = join(root, "etc/systemd/system/decnet-bus.service");
    writeFileSync(unit, "[Service]\n");
    rmSync(join(root, "etc/systemd/system/decnet.target.wants/decnet-decky.service"));
    expect(changes(init("--root", root, "--json").out)).toEqual([`write ${unit}`]);
  });

  test("removal takes the executable away only as init has put it there", () => {
    const copy = join(root, "usr/local/bin/decnet");
    expect(readFileSync(join(root, "etc/systemd/system/decnet.target"), "utf8")).toMatch(
      /^Copied=[0-9a-f]{64}$/m,
    );
    // The operator's own build, put in its place by hand.
    writeFileSync(copy, "#!/bin/sh\n");
    const { code, out } = init("--root", root, "--uninstall");
    expect([code, out]).toEqual([0, expect.stringContaining("kept /usr/local/bin/decnet")]);
    expect(readFileSync(copy, "utf8")).toBe("#!/bin/sh\n");
    // The very build that runs, put there by hand: nothing to copy, so not init's either.
    copyFileSync(BINARY, copy);
    chmodSync(copy, 0o755);
    expect(changes(init("--root", root, "--json").out)).not.toContainEqual(expect.stringContaining("copy"));
    init("--root", root, "--uninstall");
    expect(existsSync(copy)).toBe(true);
    rmSync(copy);
    // Copied by init, and a second init that finds it: still init's.
    init("--root", root);
    expect(changes(init("--root", root, "--json").out)).toEqual([]);
    init("--root", root, "--uninstall");
    expect(existsSync(copy)).toBe(false);
    expect(init("--root", root).code).toBe(0);
  });

  test("removal keeps evidence and its users; a purge has to be agreed to", () => {
    writeFileSync(join(root, "var/lib/decnet/decnet.db"), "evidence");
    expect(init("--root", root, "--uninstall").code).toBe(0);
    expect(existsSync(join(root, "etc/systemd/system/decnet-bus.service"))).toBe(false);
    expect(existsSync(join(root, "var/lib/decnet/decnet.db"))).toBe(true);
    expect(readFileSync(join(root, "etc/passwd"), "utf8")).toContain("decnet:");
    expect(init("--root", root, "--uninstall", "--purge")).toMatchObject({
      code: 64,
      err: expect.stringContaining("--yes"),
    });
    expect(existsSync(join(root, "var/lib/decnet/decnet.db"))).toBe(true);
    expect(init("--root", root, "--uninstall", "--purge", "--yes")).toMatchObject({ code: 0, err: "" });
    expect(existsSync(join(root, "var/lib/decnet"))).toBe(false);
    expect(readFileSync(join(root, "etc/passwd"), "utf8")).not.toContain("decnet");
  });
});

describe("refusals name the remedy", () => {
  test.skipIf(process.getuid?.() !== 0 || existsSync("/run/systemd/system"))(
    "no systemd (needs a host without)",
    () => {
      expect(init()).toMatchObject({ code: 69, err: expect.stringContaining("decnet up") });
    },
  );

  test.skipIf(process.getuid?.() !== 0)(
    "a dry run of who is not root (needs root to be somebody else)",
    () => {
      const place = mkdtempSync(join(tmpdir(), "decnet-unseen-"));
      const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const dry = (...flags: string[]) => {
        const command = ["timeout", "30", ...nobody, BINARY, "init", "--dry-run", "--root", place, ...flags];
        const ran = Bun.spawnSync(command, { cwd: "/", env: { PATH: "/usr/bin:/bin" } });
        return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
      };
      try {
        chmodSync(place, 0o755);
        const rules = join(place, "etc/polkit-1/rules.d");
        mkdirSync(rules, { recursive: true });
        chmodSync(rules, 0o700);
        for (const flags of [[], ["--uninstall"]]) {
          const { code, out, err } = dry(...flags);
          expect([code, err]).toEqual([0, ""]);
          expect(out).toContain(`${rules}/50-decnet.rules, unless that is done: only root can look\n`);
        }
        const { changed, unseen } = JSON.parse(dry("--json").out) as { changed: string[]; unseen: string[] };
        expect([changed.length > 5, unseen]).toEqual([true, [`write ${rules}/50-decnet.rules`]]);
        mkdirSync(join(place, "var/lib/decnet"), { recursive: true, mode: 0o700 });
        expect(dry()).toMatchObject({ code: 77, err: expect.stringContaining("sudo decnet init --dry-run") });
        expect(dry("--uninstall").code).toBe(0);
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    },
  );

  test.skipIf(process.getuid?.() !== 0)("not root (needs root to become somebody else)", () => {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const ran = Bun.spawnSync(["timeout", "30", ...nobody, BINARY, "init"], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
    });
    expect([ran.exitCode, ran.stderr.toString()]).toEqual([77, expect.stringContaining("sudo decnet init")]);
  });
});
