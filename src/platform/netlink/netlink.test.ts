import { describe, expect, test } from "bun:test";
import { isDecnetError } from "../../contract/errors.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { newAddress, newRoute, parseAddress, parseRoute } from "./address.ts";
import { decodeAttributes, decodeMessages, encodeMessage, type Message } from "./codec.ts";
import { deleteLink, newLink, parseLink, setLink } from "./link.ts";

/** What iproute2 sent on Linux 6.18 (strace -e write=all), the sequence number set to zero. */
const golden = {
  veth:
    "74000000100005060000000000000000000000000000000001000000010000000800040078050000" +
    "08000a000200000007000300763000003c0012000800010076657468300002002c000100" +
    "000000000900000000000000000000000a0001000211223344550000090003006574683000000000",
  setMtu: "280000001000050000000000000000000000000004000000000000000000000008000400" + "14050000",
  addr4: "300000001400050600000000000000000218000004000000080002000a000001080004000a0000ff080001000a000001",
  route: "2c00000018000506000000000000000002000000fe03000100000000080005000a0000020800040004000000",
  macvlan:
    "58000000100005060000000000000000000000000000000000000000000000000a0001000211223344660000" +
    "0800050002000000070003006d3000001c0012000b0001006d6163766c616e000c0002000800010004000000",
  bridge:
    "3800000010000506000000000000000000000000000000000000000000000000" +
    "0700030062310000100012000a0001006272696467650000",
  del: "2000000011000500000000000000000000000000040000000000000000000000",
} as const;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** Header, fixed part, and attributes by type and payload: the order of attributes means nothing to the kernel. */
function shape(bytes: Uint8Array, fixed: number): unknown {
  return decodeMessages(bytes).map(({ type, flags, seq, body }) => ({
    type,
    flags,
    seq,
    fixed: Buffer.from(body.subarray(0, fixed)).toString("hex"),
    attributes: [...decodeAttributes(body, fixed)]
      .sort(([a], [b]) => a - b)
      .map(([key, value]) => [key, Buffer.from(value).toString("hex")]),
  }));
}

const ours: Readonly<Record<keyof typeof golden, readonly [Message, number]>> = {
  veth: [
    newLink({
      kind: "veth",
      name: "v0",
      mtu: 1400,
      up: true,
      master: 2,
      peer: { name: "eth0", index: 9, mac: "02:11:22:33:44:55" },
    }),
    16,
  ],
  setMtu: [setLink(4, { mtu: 1300 }), 16],
  addr4: [newAddress({ index: 4, address: "10.0.0.1", prefix: 24 }), 8],
  route: [newRoute({ index: 4, gateway: "10.0.0.2" }), 12],
  macvlan: [newLink({ kind: "macvlan", name: "m0", mac: "02:11:22:33:44:66", parent: 2 }), 16],
  bridge: [newLink({ kind: "bridge", name: "b1" }), 16],
  del: [deleteLink(4), 16],
};

/** iproute2 puts the peer's attributes in another order within one nested attribute. */
const reordered = new Set(["veth"]);

describe("requests", () => {
  for (const [name, hex] of Object.entries(golden) as [keyof typeof golden, string][]) {
    test(`${name} is what iproute2 sends`, () => {
      const [message, fixed] = ours[name];
      const sent = encodeMessage(message, 0);
      expect(sent.length).toBe(bytesOf(hex).length);
      if (!reordered.has(name)) expect(shape(sent, fixed)).toEqual(shape(bytesOf(hex), fixed));
      else expect([...sent].sort()).toEqual([...bytesOf(hex)].sort());
    });
  }

  test("names, MACs and prefixes that can't be are refused", () => {
    const refused = [
      () => newLink({ kind: "bridge", name: "sixteen-letters-" }),
      () => newLink({ kind: "bridge", name: "a/b" }),
      () => setLink(1, { mac: "02:00" }),
      () => newAddress({ index: 1, address: "10.0.0.1", prefix: 33 }),
      () => newAddress({ index: 1, address: "10.0.0", prefix: 8 }),
    ];
    for (const make of refused) expect(make).toThrow();
  });
});

describe("answers", () => {
  test("a link, an address and a route come back as they were asked for", () => {
    const [veth] = decodeMessages(bytesOf(golden.veth));
    expect(parseLink(veth?.body ?? new Uint8Array())).toEqual({
      index: 0,
      name: "v0",
      up: true,
      mac: "",
      mtu: 1400,
      master: 2,
      group: 0,
      parent: 0,
      kind: "veth",
    });
    const address = { index: 3, address: "fd00::1", prefix: 64 };
    expect(parseAddress(newAddress(address).body)).toEqual({ ...address, linkLocal: false });
    expect(parseRoute(newRoute({ index: 4, gateway: "10.0.0.2" }).body)).toEqual({
      index: 4,
      prefix: 0,
      protocol: 3,
      gateway: "10.0.0.2",
    });
  });

  test("every cut of a message is refused, and only as breaking the protocol", () => {
    const whole = bytesOf(golden.veth);
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodeMessages(whole.subarray(0, length))).toThrow(/does not fit/);
    }
    expect(decodeMessages(whole)).toHaveLength(1);
  });

  test("changed bytes never throw anything but a protocol error", () => {
    const random = createSeededRandom("netlink");
    const parsers = [parseLink, parseAddress, parseRoute];
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const bytes = bytesOf(random.pick(Object.values(golden)));
      for (let i = 0; i <= random.below(4); i++) bytes[random.below(bytes.length)] = random.below(256);
      try {
        for (const { body } of decodeMessages(bytes)) random.pick(parsers)(body);
      } catch (error) {
        if (!isDecnetError(error, "protocol")) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
