// Identification strings as OpenSSH 9.2p1 judges them (its answers were taken from the real server).

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import type { Identification } from "./identification.ts";
import { IdentificationReader, refusals } from "./identification.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

function whole(text: string): Identification | null {
  return new IdentificationReader().push(bytes(text));
}

const invalid = [
  "\r\n",
  "GET / HTTP/1.0\r\n",
  "SSH-foo\r\n",
  "SSH-2.0\r\n",
  "SSH-2.0-\r\n",
  "SSH-2.0-a\0b\r\n",
  "SSH-2.0-a\rb\r\n",
  "ssh-2.0-x\r\n",
  "\x16\x03\x01\x00\x05\x01\r\n",
  `SSH-2.0-${"a".repeat(9000)}`,
];

describe("refused as invalid", () => {
  for (const text of invalid)
    test(JSON.stringify(text.slice(0, 20)), () =>
      expect(whole(text)).toMatchObject({ ok: false, text: refusals.invalid }),
    );
});

test("refuses other major versions in its own words, scanners in none", () => {
  expect(whole("SSH-1.5-foo\r\n")).toMatchObject({ ok: false, text: refusals.version });
  expect(whole("SSH-3.0-foo\r\n")).toMatchObject({ ok: false, text: refusals.version });
  expect(whole("SSH-2.0-Probe-x\r\n")).toMatchObject({ ok: false, text: null });
  expect(whole("SSH-2.0-SSH_Version_Mapper\r\n")).toMatchObject({ ok: false, text: null });
});

test("takes what is right, and what stands behind it", () => {
  expect(whole("SSH-2.0-Go\r\nrest")).toMatchObject({ ok: true, software: "Go", rest: bytes("rest") });
  expect(whole("SSH-1.99-old thing\n")).toMatchObject({ ok: true, software: "old thing" });
  expect(whole(`SSH-2.0-${"a".repeat(8180)}\r\n`)).toMatchObject({ ok: true });
});

test("takes one byte at a time", () => {
  const reader = new IdentificationReader();
  const text = bytes("SSH-2.0-libssh_0.9.6\r\n");
  const verdicts = Array.from(text, (byte) => reader.push(Uint8Array.of(byte)));
  expect(verdicts.slice(0, -1).every((verdict) => verdict === null)).toBe(true);
  expect(verdicts.at(-1)).toMatchObject({ ok: true, software: "libssh_0.9.6" });
});

test("random bytes end in a verdict within the longest line", () => {
  const random = createSeededRandom("identification");
  for (let round = 0; round < 200; round++) {
    const reader = new IdentificationReader();
    let verdict: Identification | null = null;
    for (let i = 0; i < 90 && !verdict; i++) verdict = reader.push(random.bytes(100).map((b) => b | 0x80));
    expect(verdict?.ok).toBe(false);
  }
});
