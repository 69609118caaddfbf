import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Offerable } from "./offer.ts";
import { formatOffer, nameIn, normalOffers, offerFaults, offersOf, parseOffer } from "./offer.ts";

const DECOYS: readonly Offerable[] = [
  { name: "ssh", port: 22, severalPorts: true },
  { name: "http", port: 80, severalPorts: true },
  { name: "redis", port: 6379 },
];
const usual = (name: string) => DECOYS.find((decoy) => decoy.name === name)?.port;
const codes = (...texts: string[]) => offerFaults(texts, DECOYS).map(({ code }) => code);
const words = (...texts: string[]) => offerFaults(texts, DECOYS).map(({ message }) => message);

describe("an offer", () => {
  test("is a name, or a name and a port", () => {
    expect(parseOffer("http")).toEqual({ name: "http", port: undefined });
    expect(parseOffer("http:8080")).toEqual({ name: "http", port: 8080 });
    expect(parseOffer("http:1")?.port).toBe(1);
    expect(parseOffer("http:65535")?.port).toBe(65_535);
  });

  test.each([
    "",
    ":80",
    "http:",
    "http:0",
    "http:65536",
    "http:080",
    "http: 80",
    " http",
    "http:80 ",
    "http:8080:1",
    "http:+80",
    "http:1e3",
    "http:٨٠",
    "HTTP",
    "http:80\n",
  ])("%p is none", (text) => expect(parseOffer(text)).toBeUndefined());

  test("is written in the shortest way, and read again as the same", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DECOYS),
        fc.integer({ min: 1, max: 65_535 }),
        ({ name, port: own }, port) => {
          const text = formatOffer({ name, port }, own);
          expect(text.includes(":")).toBe(port !== own);
          expect(offersOf([text], usual)).toEqual([{ name, port }]);
          expect(nameIn(text)).toBe(name);
        },
      ),
    );
  });

  test("naming the usual port is the name alone; what is no decoy is left out", () => {
    expect(normalOffers(["http:80", "ssh:2222", "http", "smtp:25", "redis:x"], usual)).toEqual([
      "http",
      "ssh:2222",
    ]);
  });
});

describe("a machine's offers", () => {
  test("may be one service at several ports, and one that was moved", () => {
    expect(codes("ssh", "ssh:2222", "http", "http:8080", "http:8000", "redis:7000")).toEqual([]);
  });

  test("name each fault with its remedy", () => {
    expect(words("htp:8080")).toEqual(['there is no decoy "htp". Did you mean "http"?']);
    expect(words("http:0")).toEqual([
      '"http:0" is no offer: write http, or http:port with a port from 1 to 65535',
    ]);
    expect(words("http", "http:80")).toEqual(["http and http:80 are the same: http on port 80; keep one"]);
    expect(words("ssh", "http:22")).toEqual([
      "ssh and http:22 can't both have port 22; give one of them another, as in http:8022",
    ]);
    expect(words("http:22", "ssh")[0]).toContain("as in http:8022");
    expect(words("redis", "redis:7000")).toEqual([
      "redis listens on one port: keep redis or redis:7000 (ssh and http may have several)",
    ]);
    expect(words("ssh:65535", "http:65535")[0]).toContain("as in http:57535");
  });

  test("have all their faults named", () => {
    expect(codes("ssh", "http:22", "redis", "redis:1", "redis:01", "smtp")).toEqual([
      "duplicate_port",
      "one_port",
      "bad_port",
      "unknown_service",
    ]);
  });

  test("never throw, whatever they are", () => {
    fc.assert(fc.property(fc.array(fc.string()), (texts) => void offerFaults(texts, DECOYS)));
  });
});
