import { describe, expect, test } from "bun:test";
import type { DeckySpec, Held, Order } from "../../fleet/handover.ts";
import { MAX_MESSAGE } from "../../fleet/handover.ts";
import { newLife } from "../../fleet/machine.ts";
import { decodeAnswer, encodeAnswer, heldMessages, readOrder } from "./fleet-orders.ts";
import { personaOf, whyUnknown } from "./persona-of.ts";

const spec: DeckySpec = {
  decky: "web-1",
  archetype: "linux-server",
  address: "10.0.0.5",
  addresses: ["10.0.0.5/24"],
  mac: "18:66:da:00:00:01",
  life: newLife,
  services: ["ssh", "http"],
};
const socket = { use: "service", service: "ssh", transport: "tcp", port: 22 } as const;
const serve: Order = { order: "serve", decky: spec, sockets: [socket], reboot: false };

const read = (value: unknown, fds = 0) =>
  readOrder(new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)), fds);

describe("orders", () => {
  test("are read as they were meant", () => {
    expect(read({ order: "look" })).toEqual({ order: "look" });
    expect(read(serve, 1)).toEqual(serve);
    expect(read({ order: "remove", decky: "web-1" })).toEqual({ order: "remove", decky: "web-1" });
    const several = { ...serve, decky: { ...spec, services: ["ssh", "ssh:2222"] } };
    const sockets = [socket, { ...socket, port: 2222 }];
    expect(read({ ...several, sockets }, 2)).toEqual({ ...several, sockets });
  });

  test.each([
    ["", 0, /not an order/],
    ["{", 0, /not an order/],
    ["null", 3, /not an order/],
    [{ order: "dance" }, 0, /not an order/],
    [{ order: "look", more: 1 }, 0, /not an order/],
    [{ order: "look" }, 1, /takes none/],
    [{ order: "remove", decky: "../x y" }, 0, /not an order: decky/],
    [serve, 0, /1 sockets are described, 0 came/],
    [serve, 2, /1 sockets are described, 2 came/],
    [{ ...serve, sockets: [socket, socket] }, 2, /same port/],
    [{ ...serve, sockets: [{ ...socket, service: "smb" }] }, 1, /smb on port 22, which is not among/],
    [{ ...serve, sockets: [{ ...socket, port: 2222 }] }, 1, /ssh on port 2222, which is not among/],
    [{ ...serve, decky: { ...spec, services: ["ssh:022"] } }, 1, /not an order: decky.services/],
    [{ ...serve, decky: { ...spec, services: ["ssh", "ssh"] } }, 1, /named twice/],
    [{ ...serve, sockets: [{ ...socket, port: 0 }] }, 1, /not an order: sockets.0.port/],
  ])("%j with %d descriptors is refused", (value, fds, reason) => {
    const answer = read(value, fds);
    expect(answer).toEqual({ answer: "failed", reason: expect.stringMatching(reason) });
    expect(decodeAnswer(encodeAnswer(answer as never))).toEqual(answer as never);
  });

  test("a thousand damaged messages never throw and never get through as something else", () => {
    const good = new TextEncoder().encode(JSON.stringify(serve));
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    for (let i = 0; i < 1000; i++) {
      const bad = good.slice(0, next(3) === 0 ? next(good.length) : good.length);
      for (let hits = 1 + next(4); hits > 0 && bad.length > 0; hits--) bad[next(bad.length)] = next(256);
      const found = readOrder(bad, 1);
      if ("answer" in found) expect((found as { reason: string }).reason.length).toBeLessThanOrEqual(300);
      else expect(found.order).toBe("serve");
    }
  });
});

test("a long list of what is held comes in parts that each fit into a message", () => {
  const held: Held[] = Array.from({ length: 500 }, (_, i) => ({
    decky: { ...spec, decky: `web-${i}` },
    sockets: Array.from({ length: 8 }, (_, port) => ({ ...socket, port: port + 1 })),
  }));
  const parts = heldMessages(held);
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(MAX_MESSAGE);
  const answers = parts.map((part) => decodeAnswer(part) as { deckies: Held[]; more: boolean });
  expect(answers.map(({ more }) => more)).toEqual(parts.map((_, i) => i < parts.length - 1));
  expect(answers.flatMap(({ deckies }) => deckies)).toEqual(held);
  expect(heldMessages([]).map(decodeAnswer)).toEqual([{ answer: "held", deckies: [], more: false }]);
});

describe("the machine behind a description", () => {
  const secret = { key: new Uint8Array(32).fill(1), madeAt: Date.parse("2026-03-01") };

  test("is the same for the same words, and hangs on the name", () => {
    const facts = (decky: string) =>
      JSON.stringify(personaOf(secret, { ...spec, decky }, new Map()).hardware);
    expect(facts("web-1")).toBe(facts("web-1"));
    const all = new Set(Array.from({ length: 40 }, (_, i) => facts(`web-${i}`)));
    expect(all.size).toBeGreaterThan(8);
  });

  test("has what the fleet gave it", () => {
    const life = { ...newLife, bootedAt: 1_780_000_000_000 };
    const persona = personaOf(secret, { ...spec, life }, new Map());
    expect(persona).toMatchObject({
      decky: "web-1",
      hostname: "web-1",
      mac: spec.mac,
      bootedAt: life.bootedAt,
    });
  });

  test("keeps what its services share over a change, not over a reboot", () => {
    const shared = new Map();
    const make = () => ({});
    const before = personaOf(secret, spec, shared).shared(make);
    expect(personaOf(secret, { ...spec, mac: "18:66:da:00:00:02" }, shared).shared(make)).toBe(before);
    expect(personaOf(secret, spec, new Map()).shared(make)).not.toBe(before);
  });

  test("knows where it listens, by what it offers at the moment", () => {
    let services: readonly string[] = ["http", "http:8080", "redis:7000"];
    const persona = personaOf(secret, spec, new Map(), () => services);
    expect(["http", "redis", "ssh"].map(persona.portsOf)).toEqual([[80, 8080], [7000], []]);
    services = ["http", "ssh"];
    expect(["http", "redis", "ssh"].map(persona.portsOf)).toEqual([[80], [], [22]]);
    expect(personaOf(secret, spec, new Map()).portsOf("ssh")).toEqual([22]);
  });

  test("must be one that this build knows", () => {
    expect(whyUnknown(spec)).toBeUndefined();
    expect(whyUnknown({ ...spec, archetype: "toaster" })).toBe('unknown archetype "toaster"');
    expect(whyUnknown({ ...spec, services: ["smb"] })).toBe('a linux-server has no service "smb"');
    expect(whyUnknown({ ...spec, services: ["ssh", "ssh:2222", "redis:7000"] })).toBeUndefined();
    expect(whyUnknown({ ...spec, services: ["redis", "redis:7000"] })).toContain("redis listens on one port");
    expect(whyUnknown({ ...spec, services: ["ssh", "http:22"] })).toContain("can't both have port 22");
  });
});
