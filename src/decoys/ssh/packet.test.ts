// Packets through every cipher and MAC: whole, one byte at a time, damaged.

import { describe, expect, test } from "bun:test";
import type { Random } from "../../contract/random.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { algorithmsOf } from "./algorithms.ts";
import { cipherShape } from "./cipher/cipher.ts";
import { createOpener, createSealer } from "./cipher/suite.ts";
import type { DirectionChoice } from "./kexinit.ts";
import { isAead } from "./kexinit.ts";
import { macKeyLength } from "./mac/mac.ts";
import { MAX_PACKET, PacketReader, PacketWriter } from "./packet.ts";

const { ciphers, macs } = algorithmsOf("9.2p1 Debian-2+deb12u7");

const choices: readonly DirectionChoice[] = ciphers.flatMap((cipher) => {
  const withMac = (mac: string | null): DirectionChoice => ({ cipher, mac, compression: "none" });
  return isAead(cipher) ? [withMac(null)] : macs.map(withMac);
});

function pair(choice: DirectionChoice, random: Random): { reader: PacketReader; writer: PacketWriter } {
  const shape = cipherShape(choice.cipher);
  const keys = {
    iv: random.bytes(shape.ivLength),
    key: random.bytes(shape.keyLength),
    macKey: random.bytes(choice.mac === null ? 0 : macKeyLength(choice.mac)),
  };
  const reader = new PacketReader();
  const writer = new PacketWriter(random);
  reader.setOpener(createOpener(choice, keys), { resetSequence: false });
  writer.setSealer(createSealer(choice, keys), { resetSequence: false });
  return { reader, writer };
}

function payloads(random: Random): Uint8Array[] {
  return [1, 2, 15, 16, 17, 255, 1024, 1025, 3000].map((length) => {
    const bytes = random.bytes(length);
    bytes[0] = 2;
    return bytes;
  });
}

describe("every cipher and MAC", () => {
  for (const choice of choices) {
    test(`${choice.cipher} ${choice.mac ?? ""}`, () => {
      const random = createSeededRandom(`packet ${choice.cipher} ${choice.mac}`);
      const { reader, writer } = pair(choice, random);
      const sent = payloads(random);
      const wire = Buffer.concat(sent.map((payload) => writer.seal(payload)));
      const got: Uint8Array[] = [];
      for (let at = 0; at < wire.length; ) {
        const step = at < 400 ? 1 : 1 + random.below(900);
        reader.push(new Uint8Array(wire.subarray(at, at + step)));
        at += step;
        for (let next = reader.next(); next; next = reader.next()) {
          if (next.kind !== "packet") throw new Error("bad packet");
          got.push(next.payload);
        }
      }
      expect(got).toEqual(sent);
    });

    test(`${choice.cipher} ${choice.mac ?? ""} refuses a changed bit`, () => {
      const random = createSeededRandom(`damage ${choice.cipher} ${choice.mac}`);
      for (let round = 0; round < 20; round++) {
        const { reader, writer } = pair(choice, random);
        const wire = new Uint8Array(writer.seal(random.bytes(1 + random.below(300))));
        // Behind the length, whose damage may only show as a wait for more.
        const at = 4 + random.below(wire.length - 4);
        wire[at] = (wire[at] as number) ^ (1 << random.below(8));
        reader.push(wire);
        expect(reader.next()?.kind ?? "bad").toBe("bad");
        expect(reader.next()).toBeNull();
      }
    });
  }
});

describe("in clear", () => {
  const plain = (bytes: readonly number[]): ReturnType<PacketReader["next"]> => {
    const reader = new PacketReader();
    reader.push(Uint8Array.from(bytes));
    return reader.next();
  };

  test("is laid out as OpenSSH does: multiples of eight, zeros for padding", () => {
    const wire = new PacketWriter(createSeededRandom("clear")).seal(Uint8Array.of(21));
    expect(Buffer.from(wire).toString("hex")).toBe("0000000c0a1500000000000000000000");
  });

  test("ends at a length that no packet has", () => {
    for (const head of [
      [0, 4, 0, 1],
      [0, 0, 0, 4],
      [0, 0, 0, 13],
      [255, 255, 255, 255],
    ])
      expect(plain([...head, 0, 0, 0, 0])).toEqual({ kind: "bad", text: null });
  });

  test("says what OpenSSH says of short padding", () => {
    expect(plain([0, 0, 0, 12, 3, 20, ...new Array(10).fill(0)])).toEqual({
      kind: "bad",
      text: "Corrupted padlen 3 on input.",
    });
  });

  test("random bytes never make it hold more than a packet and a chunk", () => {
    const random = createSeededRandom("clear junk");
    for (let round = 0; round < 300; round++) {
      const reader = new PacketReader();
      for (let i = 0; i < 20; i++) {
        const chunk = random.bytes(random.below(64));
        if (round % 2 === 0 && chunk.length > 4) chunk.set([0, 0, 0, 8 * random.below(8) + 4]);
        reader.push(chunk);
        let next = reader.next();
        while (next?.kind === "packet") next = reader.next();
        expect(reader.held).toBeLessThanOrEqual(MAX_PACKET + 64);
        if (next) break;
      }
    }
  });
});
