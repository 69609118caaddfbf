// The FTP decoy against the real vsftpd 3.0.3 over the same files: every answer and every byte of data.
// Ignored: numbers of data ports.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/contract/clock.ts";
import type { Session } from "../../src/decoys/decoy.ts";
import { openFtpFiles } from "../../src/decoys/ftp/files.ts";
import { ftp } from "../../src/decoys/ftp/index.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";
import { playFtp } from "./ftp-client.ts";
import { earlyScript, quietScript, transferScript, writerScript } from "./ftp-scripts.ts";
import type { RunningVsftpd } from "./ftp-vsftpd.ts";
import { startVsftpd, vsftpdUsable } from "./ftp-vsftpd.ts";

/** The test persona, letting anonymous in whatever its secret says. */
function openPersona(): Persona {
  const base = testPersona();
  const random = (label: string) =>
    label === "ftp-anonymous" ? { ...base.random(label), below: () => 0 } : base.random(label);
  return { ...base, random };
}

const persona = openPersona();
// An address of its own: what the scripts write is not seen here.
const end = { ip: "127.0.0.9", port: 21 };
const session = { clock: systemClock, connection: { remote: end, local: end } } as unknown as Session;
const files = openFtpFiles(session, persona, { anonymous: true, username: "ftp" });
const backup = (() => {
  const listed = files.fs.readdir("/pub");
  return listed.ok ? (listed.value.find(({ name }) => name.endsWith(".gz"))?.name ?? "") : "";
})();

describe.skipIf(!vsftpdUsable)("the decoy answers as vsftpd 3.0.3 does (needs vsftpd and root)", () => {
  let decoy: RunningDecoy;
  let anonymous: RunningVsftpd;
  let transfers: RunningVsftpd;
  let writer: RunningVsftpd;
  beforeAll(async () => {
    decoy = await startDecoy(ftp, { persona });
    anonymous = await startVsftpd(files.fs, []);
    transfers = await startVsftpd(files.fs, []);
    writer = await startVsftpd(files.fs, ["anon_other_write_enable=YES", "anon_world_readable_only=NO"]);
  });
  afterAll(async () => {
    await decoy[Symbol.asyncDispose]();
    await anonymous[Symbol.asyncDispose]();
    await transfers[Symbol.asyncDispose]();
    await writer[Symbol.asyncDispose]();
  });

  const compare = async (real: RunningVsftpd, script: readonly string[], { port } = decoy): Promise<void> => {
    const [theirs, ours] = await Promise.all([playFtp(real.port, script), playFtp(port, script)]);
    // A child of the real server that is about to end still counts as a client.
    const counted = (text: string): string => text.replace(/client count was \d+/, "client count was N");
    expect(counted(ours)).toBe(counted(theirs));
    expect(decoy.broken).toEqual([]);
  };

  test("before the login", () => compare(anonymous, earlyScript));
  test("commands without data", () => compare(anonymous, quietScript(backup)));
  test("listings, downloads and uploads", async () => {
    // A machine that nobody wrote to yet, as the real server's folder.
    await using fresh = await startDecoy(ftp, { persona: openPersona() });
    await compare(transfers, transferScript(backup), fresh);
    expect(fresh.broken).toEqual([]);
  });
  test(
    "three wrong passwords",
    () =>
      compare(anonymous, [
        "USER nobody-here",
        "PASS a",
        "USER nobody-here",
        "PASS b",
        "USER nobody-here",
        "PASS c",
        "NOOP",
      ]),
    30_000,
  );
  for (const length of [4094, 4095, 5000, 20_000]) {
    test(`a line of ${length}`, () => compare(anonymous, ["A".repeat(length), "QUIT"]));
  }
  test("a local user's writes", async () => {
    // The real server plays it as anonymous with every permission; the decoy as root in /srv/ftp.
    const [user = "", , ...rest] = writerScript;
    const local = [`USER ${TEST_LOGIN.username}`, `PASS ${TEST_LOGIN.password}`, "CWD /srv/ftp", ...rest];
    const theirs = await playFtp(writer.port, [user, "PASS x", ...rest]);
    const ours = await playFtp(decoy.port, local);
    const from = (text: string): string => text.slice(text.indexOf("> CWD incoming"));
    expect(from(ours).replaceAll("/srv/ftp/", "/")).toBe(from(theirs));
  });
});
