// The ssh decoy beside a real sshd of the same package: the same bytes go to both, the same answers must come back.
// Only what is said before a login, so that the real one needs no account.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSshDecoy } from "../../src/decoys/ssh/session.ts";
import { message, WireWriter } from "../../src/decoys/ssh/wire.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";

const SSHD = "/usr/sbin/sshd";
// The client of the same package says the whole version; the server's own -V leaves the package out.
const version = existsSync(SSHD) && Bun.which("ssh") ? Bun.spawnSync(["ssh", "-V"]).stderr.toString() : "";
const claim = /OpenSSH_(9\.2p1 Debian-2\+deb12u\d+)/.exec(version)?.[1];
const usable = claim !== undefined && (process.getuid?.() !== 0 || existsSync("/run/sshd"));

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));
const join2 = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const V = text("SSH-2.0-Test_1\r\n");

/** A packet in clear. */
function packet(payload: Uint8Array): Uint8Array {
  const rest = 8 - ((5 + payload.length) % 8);
  const padding = rest < 4 ? rest + 8 : rest;
  const body = new WireWriter()
    .u32(1 + payload.length + padding)
    .u8(padding)
    .raw(payload);
  return body.raw(new Uint8Array(padding)).finish();
}

interface Offer {
  readonly kex?: string;
  readonly hostKey?: string;
  readonly cipher?: string;
  readonly mac?: string;
  readonly compression?: string;
  readonly guess?: boolean;
}

function offer(how: Offer = {}): Uint8Array {
  const { kex = "curve25519-sha256", hostKey = "ssh-ed25519", cipher = "aes128-ctr" } = how;
  const { mac = "hmac-sha2-256", compression = "none", guess = false } = how;
  const writer = message(20).raw(new Uint8Array(16).fill(1));
  for (const list of [kex, hostKey, cipher, cipher, mac, mac, compression, compression, "", ""])
    writer.string(list);
  return packet(writer.boolean(guess).u32(0).finish());
}

const STRICT = "curve25519-sha256,kex-strict-c-v00@openssh.com";
const GEX = "diffie-hellman-group-exchange-sha256";
const one = (...bytes: readonly number[]): Uint8Array => packet(Uint8Array.from(bytes));
const raw = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

const cases: Readonly<Record<string, Uint8Array>> = {
  "an empty line": text("\r\n"),
  "an HTTP request": text("GET / HTTP/1.0\r\n\r\n"),
  "a TLS hello": text("\x16\x03\x01\x00\x05\x01\r\n"),
  "SSH 1.5": text("SSH-1.5-foo\r\n"),
  "SSH 1.99": text("SSH-1.99-foo\r\n"),
  "SSH 3": text("SSH-3.0-foo\r\n"),
  "no version": text("SSH-foo\r\n"),
  "no software": text("SSH-2.0-\r\n"),
  "a NUL": text("SSH-2.0-a\0b\r\n"),
  "a CR within": text("SSH-2.0-a\rb\r\n"),
  "a line too long": text(`SSH-2.0-${"a".repeat(9000)}`),
  "the longest line": text(`SSH-2.0-${"a".repeat(8180)}\r\n`),
  "a probe": text("SSH-2.0-Probe-x\r\n"),
  "a mapper": text("SSH-2.0-SSH_Version_Mapper\r\n"),
  "LF alone": text("SSH-2.0-x\n"),
  "a packet too large": join2(V, raw(0, 8, 0, 0, 0, 0, 0, 0)),
  "a packet too small": join2(V, raw(0, 0, 0, 1, 0, 0, 0, 0)),
  "a packet of a wrong size": join2(V, raw(0, 0, 0, 13, 4, 20), new Uint8Array(14)),
  "short padding": join2(V, raw(0, 0, 0, 12, 3, 20), new Uint8Array(10)),
  "too much padding": join2(V, raw(0, 0, 0, 12, 200, 20), new Uint8Array(10)),
  "an empty message": join2(V, raw(0, 0, 0, 12, 11), new Uint8Array(11)),
  "message 0": join2(V, one(0, 1)),
  "message 200": join2(V, one(200, 1)),
  "a login without keys": join2(V, one(50, 1)),
  "a channel without keys": join2(V, one(90, 1)),
  "NEWKEYS first": join2(V, one(21)),
  "a method's message first": join2(V, one(30, 0, 0, 0, 1, 2)),
  "IGNORE and an unknown one": join2(V, one(2, 0, 0, 0, 0), one(40)),
  "a service without keys": join2(V, packet(message(5).string("ssh-userauth").finish())),
  DISCONNECT: join2(V, packet(message(1).u32(11).string("bye").string("").finish())),
  "no common method": join2(V, offer({ kex: "foo" })),
  "no common host key": join2(V, offer({ hostKey: "ssh-foo" })),
  "no common cipher": join2(V, offer({ cipher: "foo" })),
  "no common MAC": join2(V, offer({ mac: "foo" })),
  "no common compression": join2(V, offer({ compression: "zlib" })),
  "a KEXINIT cut short": join2(V, one(20, 1, 2, 3)),
  "KEXINIT twice": join2(V, offer(), offer()),
  "strict, not first": join2(V, one(2, 0, 0, 0, 0), offer({ kex: STRICT })),
  "strict, IGNORE within": join2(V, offer({ kex: STRICT }), one(2, 0, 0, 0, 0)),
  "strict, unknown within": join2(V, offer({ kex: STRICT }), one(40, 0)),
  "a service within": join2(V, offer(), one(5)),
  "a login within": join2(V, offer(), one(50)),
  "a short point": join2(V, offer(), packet(message(30).string("abc").finish())),
  "a point of zeros": join2(V, offer(), packet(message(30).string(new Uint8Array(32)).finish())),
  "a group too small": join2(
    V,
    offer({ kex: GEX }),
    packet(message(34).u32(1024).u32(1024).u32(1024).finish()),
  ),
  "an old group request": join2(V, offer({ kex: GEX }), packet(message(30).u32(2048).finish())),
  "a negative value": join2(V, offer({ kex: "diffie-hellman-group14-sha256" }), one(30, 0, 0, 0, 1, 0x81)),
  "a wrong guess": join2(V, offer({ guess: true }), one(30, 1), one(41)),
};

/** Sends bytes and the end, and collects what comes back until the other side closes. */
function talk(port: number, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end(bytes));
    socket.on("data", (part) => parts.push(part));
    socket.on("error", () => undefined).on("close", () => resolve(Buffer.concat(parts)));
    socket.on("end", () => socket.destroy());
  });
}

/** The answer with the version line off and the cookie of a KEXINIT blanked. */
function comparable(answer: Buffer): string {
  const rest = Buffer.from(answer.subarray(answer.indexOf("\n") + 1));
  const isKexInit = rest.length > 22 && rest[5] === 20;
  if (isKexInit) rest.fill(0, 6, 22);
  return rest.toString("latin1");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe.skipIf(!usable)(`beside the real sshd${usable ? "" : " (needs OpenSSH 9.2p1 of Debian 12)"}`, () => {
  let decoy: RunningDecoy;
  let real: ReturnType<typeof Bun.spawn>;
  let port = 0;
  let folder = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-differential-"));
    port = await freePort();
    for (const type of ["rsa", "ecdsa", "ed25519"])
      Bun.spawnSync(["ssh-keygen", "-q", "-t", type, "-N", "", "-f", join(folder, type)]);
    const keys = ["rsa", "ecdsa", "ed25519"].map((type) => `HostKey ${join(folder, type)}`);
    const lines = [`Port ${port}`, "ListenAddress 127.0.0.1", "PidFile none", "MaxStartups 1000", ...keys];
    writeFileSync(join(folder, "config"), `${lines.join("\n")}\n`);
    real = Bun.spawn([SSHD, "-D", "-e", "-f", join(folder, "config")], { stdout: "ignore", stderr: "pipe" });
    const log = (real.stderr as ReadableStream<Uint8Array>).getReader();
    await log.read();
    decoy = await startDecoy({
      name: "ssh",
      summary: "",
      port: 22,
      transport: "tcp",
      load: (persona) =>
        createSshDecoy({ ...persona, products: { ssh: { product: "OpenSSH", version: claim ?? "" } } }),
    });
  });

  afterAll(async () => {
    real.kill();
    await real.exited;
    await decoy.close();
    rmSync(folder, { recursive: true });
    expect(decoy.broken).toEqual([]);
  });

  test("the same version line", async () => {
    const [theirs, ours] = await Promise.all([talk(port, V), talk(decoy.port, V)]);
    expect(ours.subarray(0, ours.indexOf("\n")).toString()).toBe(
      theirs.subarray(0, theirs.indexOf("\n")).toString(),
    );
  });

  for (const [name, bytes] of Object.entries(cases))
    test(name, async () => {
      const [theirs, ours] = await Promise.all([talk(port, bytes), talk(decoy.port, bytes)]);
      expect(comparable(ours)).toBe(comparable(theirs));
    });
});
