// Fleets: the same seed gives the same one, names are unique, addresses follow, and what can't be had is refused.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isDecnetError } from "../contract/errors.ts";
import { findDecoy } from "../decoys/index.ts";
import type { FleetOptions } from "./fleet.ts";
import { drawFleet } from "./fleet.ts";
import type { Catalogue } from "./model.ts";
import { topologySchema } from "./model.ts";
import type { NameDraw } from "./names.ts";
import { validateTopology } from "./validate.ts";

const catalogue: Catalogue = {
  archetypes: new Map([
    ["linux-server", ["ssh", "http", "redis"]],
    ["web-server", ["ssh", "http"]],
    ["router", ["telnet"]],
  ]),
  services: ["ssh", "http", "redis", "telnet"].flatMap((name) => findDecoy(name) ?? []),
};
const names: NameDraw = (archetype, random) => `${archetype.toUpperCase()}_0${1 + random.below(9)}`;
const plain: FleetOptions = {
  name: "fleet",
  deckies: 6,
  archetypes: [],
  services: [],
  driver: "bridge",
  subnet: "192.0.2.0/24",
  seed: "7",
};
const draw = (more: Partial<FleetOptions> = {}) => drawFleet({ ...plain, ...more }, catalogue, names);
const kinds = (more: Partial<FleetOptions>) =>
  draw(more).deckies.map(({ archetype, services }) => [archetype, services?.join(" ")]);

describe("a fleet", () => {
  test("the same seed gives the same, another one another", () => {
    expect(draw()).toEqual(draw());
    expect(draw({ seed: "8" })).not.toEqual(draw());
    expect(draw().lans).toEqual([{ name: "dmz", subnet: "192.0.2.0/24", dmz: true, driver: "bridge" }]);
    expect(draw().deckies.every(({ edges }) => edges[0]?.address === undefined)).toBe(true);
  });

  test("archetypes come in turn, services choose those that offer them", () => {
    expect(kinds({ archetypes: ["router", "web-server"], deckies: 3 })).toEqual([
      ["router", undefined],
      ["web-server", undefined],
      ["router", undefined],
    ]);
    const both = kinds({ services: ["http", "ssh"], deckies: 40 });
    expect(new Set(both.map(([archetype]) => archetype))).toEqual(new Set(["linux-server", "web-server"]));
    expect(new Set(both.map(([, services]) => services))).toEqual(new Set(["ssh http"]));
    expect(kinds({ services: ["telnet", "redis", "ssh"], deckies: 3 })).toEqual([
      ["linux-server", "ssh redis"],
      ["router", "telnet"],
      ["linux-server", "ssh redis"],
    ]);
  });

  test("a machine offers a service on several ports where they are asked for", () => {
    const services = ["redis:7000", "http:8080", "ssh", "http", "http:80", "ssh:2222"];
    expect(kinds({ services, deckies: 1 })).toEqual([
      ["linux-server", "ssh ssh:2222 http:8080 http redis:7000"],
    ]);
    expect(kinds({ services: ["telnet:2222", "ssh:2222"], deckies: 2 }).map(([, offers]) => offers)).toEqual([
      "ssh:2222",
      "telnet:2222",
    ]);
  });

  test("names that others have are left out, and only those", () => {
    const before = draw().deckies.map(({ name }) => name);
    const after = draw({ taken: [before[2] ?? "", "stranger"] }).deckies.map(({ name }) => name);
    expect(after).not.toContain(before[2]);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(new Set(after).size).toBe(6);
  });

  test("addresses follow the first, past the gateways", () => {
    const of = (more: Partial<FleetOptions>) => draw(more).deckies.map(({ edges }) => edges[0]?.address);
    expect(of({ ipStart: "192.0.2.40", deckies: 3, gateway: "192.0.2.41" })).toEqual([
      "192.0.2.40",
      "192.0.2.42",
      "192.0.2.43",
    ]);
    expect(of({ ipStart: "192.0.2.1", deckies: 2 })).toEqual(["192.0.2.2", "192.0.2.3"]);
  });

  test("whatever is asked for, it is valid, its names are unique, and it comes back from JSON", () => {
    const options = fc.record({
      deckies: fc.integer({ min: 1, max: 240 }),
      seed: fc.string(),
      services: fc.subarray(["ssh", "http"]),
      driver: fc.constantFrom("bridge" as const, "macvlan" as const),
    });
    fc.assert(
      fc.property(options, (more) => {
        const fleet = draw({ ...more, interface: "eth0" });
        expect(validateTopology(fleet, catalogue)).toEqual([]);
        expect(fleet.deckies.length).toBe(more.deckies);
        expect(topologySchema.parse(JSON.parse(JSON.stringify(fleet)))).toEqual(fleet);
      }),
      { numRuns: 50 },
    );
  });
});

test.each<[Partial<FleetOptions>, string]>([
  [{ deckies: 0 }, "--deckies"],
  [{ deckies: 2001 }, "--deckies"],
  [{ subnet: "192.0.2.1/24" }, "--subnet"],
  [{ subnet: "192.0.2.0/29" }, "room for 5"],
  [{ driver: "macvlan" }, "--interface"],
  [{ archetypes: ["ruter"] }, 'Did you mean "router"'],
  [{ services: ["shs"] }, 'Did you mean "ssh"'],
  [{ services: ["http:0"] }, "http:port with a port from 1 to 65535"],
  [{ services: ["ssh", "http:22"] }, "as in http:8022"],
  [{ services: ["redis", "redis:7000"] }, "redis listens on one port"],
  [{ services: ["telnet", "redis"], deckies: 1 }, "ask for 2 deckies"],
  [{ services: ["ssh"], archetypes: ["router"] }, "exclude"],
  [{ ipStart: "192.0.3.1" }, "--ip-start"],
  [{ ipStart: "192.0.2.250" }, "5 addresses"],
  [{ gateway: "10.0.0.1" }, "gateway"],
  [{ interface: "eth0; reboot" }, "interface"],
])("%j is refused with the remedy", (more, words) => {
  try {
    draw(more);
    expect.unreachable();
  } catch (error) {
    expect(isDecnetError(error, "usage")).toBe(true);
    expect(String(error)).toContain(words);
  }
});
