import { expect, test } from "bun:test";
import { parseSyn } from "./saved-syn.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** SYNs of Linux 6.18 over loopback, as the kernel kept them. */
const v4 = hex(
  "4500003c e7434000 4006552a 7f00004d 7f000001 b8a7b3af c35049ae 00000000 a002ffd7 fe7c0000 0204ffd7 0402080a 409eacf3 00000000 0103030a",
);
const v6 = hex(
  "60000000 00280640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002 a1ac0016 c2f20b85 00000000 a002ffd7 fe300000",
);

test("both ends of a SYN over IPv4 and over IPv6", () => {
  expect(parseSyn(v4)).toEqual({
    source: { ip: "127.0.0.77", port: 47_271 },
    destination: { ip: "127.0.0.1", port: 45_999 },
  });
  expect(parseSyn(v6)).toEqual({
    source: { ip: "2001:db8::1", port: 41_388 },
    destination: { ip: "2001:db8::2", port: 22 },
  });
});

test("options of IPv4 are passed over", () => {
  const long = new Uint8Array([0x46, ...v4.subarray(1, 20), 1, 1, 1, 1, ...v4.subarray(20)]);
  expect(parseSyn(long)?.source.port).toBe(47_271);
});

test("what is cut, of another protocol or of another version is none", () => {
  for (let length = 0; length < 24; length++) expect(parseSyn(v4.subarray(0, length))).toBeUndefined();
  for (let length = 0; length < 44; length++) expect(parseSyn(v6.subarray(0, length))).toBeUndefined();
  expect(parseSyn(Uint8Array.from(v4, (byte, i) => (i === 9 ? 17 : byte)))).toBeUndefined();
  expect(parseSyn(Uint8Array.from(v4, (byte, i) => (i === 0 ? 0x41 : byte)))).toBeUndefined();
  expect(parseSyn(Uint8Array.from(v4, (byte, i) => (i === 0 ? 0x55 : byte)))).toBeUndefined();
});
