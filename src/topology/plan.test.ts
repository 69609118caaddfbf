import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isDecnetError } from "../contract/errors.ts";
import { createSeededRandom } from "../contract/random.ts";
import { findDecoy } from "../decoys/index.ts";
import type { Catalogue, Topology } from "./model.ts";
import { topologySchema } from "./model.ts";
import { changeTopology, mutationSchema } from "./mutation.ts";
import { planOf, refuseIdle, withDraw } from "./plan.ts";

const offered = ["ssh", "http", "ftp"];
const catalogue: Catalogue = {
  archetypes: new Map([
    ["server", offered],
    ["phone", ["http"]],
  ]),
  services: offered.flatMap((name) => findDecoy(name) ?? []),
};
const topologyOf = (services?: string[], archetype = "server"): Topology =>
  topologySchema.parse({ name: "t", deckies: [{ name: "web01", archetype, ...(services && { services }) }] });
const update = (rest: object) => mutationSchema.parse({ op: "update_decky", name: "web01", ...rest });
const draw = (topology: Topology, seed = "x") =>
  withDraw(update({ plan: "service" }), topology, { catalogue, random: createSeededRandom(seed) });

describe("a plan", () => {
  test("of services draws one more or one fewer of what the archetype offers, and leaves one at least", () => {
    const some = fc.uniqueArray(fc.constantFrom(...offered), { minLength: 1 });
    fc.assert(
      fc.property(some, fc.string(), (services, seed) => {
        const drawn = draw(topologyOf(services), seed);
        expect(draw(topologyOf(services), seed)).toEqual(drawn);
        const [decky] = changeTopology(topologyOf(services), drawn).deckies;
        const after = decky?.services ?? [];
        expect([planOf(drawn), Math.abs(after.length - services.length)]).toEqual(["service", 1]);
        expect(after.length).toBeGreaterThan(0);
        expect(after.every((service) => offered.includes(service))).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("of services drops one port alone, adds a usual one, and never one that is taken", () => {
    const after = (services: string[]) =>
      new Set(
        Array.from({ length: 60 }, (_, i) => {
          const drawn = draw(topologyOf(services), `${i}`);
          return (
            ("changes" in drawn && "services" in drawn.changes && drawn.changes.services?.join(" ")) || ""
          );
        }),
      );
    expect(after(["ssh", "ftp:2121", "http", "http:8080"])).toEqual(
      new Set([
        "ftp:2121 http http:8080",
        "ssh http http:8080",
        "ssh ftp:2121 http:8080",
        "ssh ftp:2121 http",
      ]),
    );
    expect(after(["http:8080", "ssh:21"])).toEqual(
      new Set(["http:8080", "ssh:21", "http:8080 ssh:21 ssh", "http:8080 ssh:21 http"]),
    );
    expect(after(["http:80", "http:22"])).toEqual(new Set(["http", "http:22", "http http:22 ftp"]));
  });

  test("that has nothing to draw leaves the change as it is, and is no part of the definition", () => {
    expect(draw(topologyOf(undefined, "phone"))).toEqual(update({ plan: "service" }));
    for (const plan of ["patch", "reboot"]) {
      const asked = update({ plan });
      expect(withDraw(asked, topologyOf(), { catalogue, random: createSeededRandom("x") })).toBe(asked);
      expect(changeTopology(topologyOf(), asked)).toEqual(topologyOf());
    }
  });

  test("is refused where it can't come over its machine, as a change is that names nothing", () => {
    const why = (rest: object, archetype = "server"): string => {
      try {
        refuseIdle(update(rest), topologyOf(undefined, archetype), catalogue);
        return "";
      } catch (error) {
        return isDecnetError(error, "invalid") ? error.message : "something else";
      }
    };
    for (const plan of ["patch", "reboot", "service"]) expect(why({ plan })).toBe("");
    expect(why({ changes: { forward: true }, plan: "patch" })).toBe("");
    expect(why({})).toBe("the request names no change");
    expect(why({ plan: "service" }, "phone")).toContain("no other service");
    expect(why({ plan: "service", changes: { services: ["ssh"] } })).toContain("one or the other");
    expect(mutationSchema.safeParse({ op: "update_decky", name: "web01", plan: "format" }).success).toBe(
      false,
    );
  });
});
