// Packets: golden bytes, one byte at a time, bounds, mutations; scrambles against known vectors; the RSA pair.

import { describe, expect, test } from "bun:test";
import { constants, publicEncrypt } from "node:crypto";
import { isDecnetError } from "../../contract/errors.ts";
import { createSeededRandom } from "../../contract/random.ts";
import type { Incoming } from "./codec.ts";
import { encodePacket, lenenc, lenencText, PacketReader, PayloadReader } from "./codec.ts";
import { CAP, encodeError, encodeGreeting, encodeOk, encodeRows, readLogin } from "./packets.ts";
import { createServerKey } from "./rsa.ts";
import { createSalt, proves, scramble } from "./scramble.ts";

function drain(reader: PacketReader): Incoming[] {
  const found: Incoming[] = [];
  for (let next = reader.next(); next; next = reader.next()) found.push(next);
  return found;
}

const payloads = (found: readonly Incoming[]): string[] =>
  found.map((entry) => (entry.kind === "packet" ? entry.payload.toString("hex") : entry.kind));

describe("PacketReader", () => {
  test("reads packets whole, in pieces and one byte at a time", () => {
    const wire = Buffer.concat([encodePacket(Buffer.from("abc"), 0), encodePacket(Buffer.alloc(0), 1)]);
    for (const size of [1, 2, 3, 5, wire.length]) {
      const reader = new PacketReader(100);
      const found: Incoming[] = [];
      for (let at = 0; at < wire.length; at += size) {
        reader.push(wire.subarray(at, at + size));
        found.push(...drain(reader));
      }
      expect(payloads(found)).toEqual(["616263", ""]);
      expect(reader.held).toBe(0);
    }
  });

  test("joins a packet that was split at 16 MiB", () => {
    const payload = Buffer.alloc(0xff_ffff + 5, 1);
    const wire = encodePacket(payload, 0);
    expect(wire.length).toBe(payload.length + 8);
    const reader = new PacketReader(payload.length);
    reader.push(wire);
    const [found] = drain(reader);
    expect(found?.kind === "packet" && found.payload.equals(payload)).toBe(true);
    expect(reader.expected).toBe(2);
  });

  test("tells a wrong number by the header alone, and a large packet before it comes", () => {
    const http = new PacketReader(1000);
    http.expected = 1;
    http.push(Buffer.from("GET "));
    expect(payloads(drain(http))).toEqual(["out-of-order"]);
    http.push(Buffer.from("/ HTTP/1.0"));
    expect(drain(http)).toEqual([]);
    expect(http.held).toBe(0);
    const large = new PacketReader(1000);
    large.push(Buffer.of(0xe9, 0x03, 0, 0));
    expect(payloads(drain(large))).toEqual(["too-large"]);
  });

  test("survives mutated input within its bound", () => {
    const random = createSeededRandom("mysql-codec");
    let packets = 0;
    for (let round = 0; round < 2000; round++) {
      const reader = new PacketReader(512);
      const data = Buffer.concat([
        encodePacket(random.bytes(random.below(60)), 0),
        encodePacket(random.bytes(20), 1),
      ]);
      data[random.below(data.length)] = random.below(256);
      for (let at = 0; at < data.length; at += 7) {
        reader.push(data.subarray(at, at + 7));
        packets += drain(reader).length;
        expect(reader.held).toBeLessThanOrEqual(512 + 7 + 4);
      }
    }
    expect(packets).toBeGreaterThan(1000);
  });
});

describe("messages", () => {
  const salt = Buffer.from("0123456789abcdefghij");

  test("greeting, OK and ERR byte for byte", () => {
    const greeting = encodeGreeting({
      version: "8.0.36",
      threadId: 8,
      salt,
      plugin: "caching_sha2_password",
    });
    const expected = [
      "0a382e302e333600", // protocol 10, version
      "08000000", // thread id
      "303132333435363700", // salt, first part
      "dff7ff0200ff9b15", // capabilities, charset 255, autocommit, capabilities, 21 bytes of salt
      "00000000000000000000",
      "38396162636465666768696a00",
      Buffer.from("caching_sha2_password\0").toString("hex"),
    ].join("");
    expect(greeting.toString("hex")).toBe(expected);
    expect(encodeOk({}, 2).toString("hex")).toBe("00000002000000");
    expect(
      encodeError({ code: 1156, state: "08S01", text: "Got packets out of order" }).toString("latin1"),
    ).toBe("\xff\x84\x04#08S01Got packets out of order");
  });

  test("result sets end as the client wants them", () => {
    const rows = { columns: [{ name: "a", type: "text" as const }], rows: [["x"], [null]] };
    const old = encodeRows(rows, 0, 2).map((packet) => packet.toString("hex"));
    expect(old).toHaveLength(6);
    expect([old[0], old[2], old[3], old[4], old[5]]).toEqual([
      "01",
      "fe00000200",
      "0178",
      "fb",
      "fe00000200",
    ]);
    const modern = encodeRows(rows, CAP.deprecateEof, 2).map((packet) => packet.toString("hex"));
    expect(modern).toHaveLength(5);
    expect(modern[4]).toBe("fe000002000000");
  });

  test("a login is read, a broken one throws DecnetError protocol, and nothing else is thrown", () => {
    const login = Buffer.concat([
      Buffer.from("85a21a0000000040ff", "hex"),
      Buffer.alloc(23),
      Buffer.from("root\0"),
      Buffer.of(20),
      Buffer.alloc(20, 7),
      Buffer.from("mysql_native_password\0"),
      lenencText(Buffer.concat([lenencText("_os"), lenencText("Linux")])),
    ]);
    const read = readLogin(login);
    expect(read?.username.toString()).toBe("root");
    expect(read?.plugin).toBe("mysql_native_password");
    expect(read?.attributes.map(([name, value]) => `${name}=${value}`)).toEqual(["_os=Linux"]);
    const random = createSeededRandom("mysql-login");
    let thrown = 0;
    for (let round = 0; round < 3000; round++) {
      const mutated = Buffer.from(login.subarray(0, 1 + random.below(login.length)));
      mutated[random.below(mutated.length)] = random.below(256);
      try {
        readLogin(mutated);
      } catch (error) {
        thrown++;
        expect(isDecnetError(error, "protocol")).toBe(true);
      }
    }
    expect(thrown).toBeGreaterThan(100);
  });

  test("length-encoded numbers come back", () => {
    for (const value of [0, 250, 251, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, 2 ** 40]) {
      expect(new PayloadReader(lenenc(value)).lenenc()).toBe(value);
    }
    for (const hex of ["fb", "ff", "feffffffffffffffff", "fc01"]) {
      expect(() => new PayloadReader(Buffer.from(hex, "hex")).lenenc()).toThrow();
    }
  });
});

describe("passwords", () => {
  test("are proven by both plugins", () => {
    const salt = Buffer.from("3a5c5f3b2d6a7b4c1f2e3d4c5b6a79685a4b3c2d", "hex");
    for (const plugin of ["caching_sha2_password", "mysql_native_password"] as const) {
      const answer = scramble(plugin, "secret", salt);
      expect(answer).toHaveLength(plugin === "caching_sha2_password" ? 32 : 20);
      expect(proves(plugin, "secret", salt, answer)).toBe(true);
      expect(proves(plugin, "Secret", salt, answer)).toBe(false);
      expect(proves(plugin, "secret", salt, answer.subarray(1))).toBe(false);
      expect(proves(plugin, "", salt, Buffer.alloc(0))).toBe(false);
    }
  });

  test("salts hold no NUL", () => {
    const random = createSeededRandom("salts");
    for (let i = 0; i < 500; i++) {
      const salt = createSalt(random);
      expect(salt).toHaveLength(20);
      expect(salt.every((byte) => byte !== 0 && byte < 128)).toBe(true);
    }
  });

  test("come out of the RSA block of a drawn key, the same key each time", () => {
    const key = createServerKey(createSeededRandom("rsa"));
    expect(createServerKey(createSeededRandom("rsa")).publicPem).toBe(key.publicPem);
    expect(key.publicPem).toHaveLength(451);
    const padding = { key: key.publicPem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" };
    expect(key.decrypt(publicEncrypt(padding, Buffer.from("hello")))?.toString()).toBe("hello");
    expect(key.decrypt(Buffer.alloc(256, 1))).toBeNull();
    expect(key.decrypt(Buffer.alloc(3))).toBeNull();
  });
});
