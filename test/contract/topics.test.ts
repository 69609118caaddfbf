// The catalogue of topics, the workers that name them and the page that is made from it agree.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { z } from "zod";
import type { Bus } from "../../src/bus/bus.ts";
import { renderServiceBus } from "../../src/bus/docs.ts";
import { isPattern, isToken, isTopic } from "../../src/bus/subject.ts";
import { topicNameOf } from "../../src/bus/topic-of.ts";
import {
  patternOf,
  reservedRoots,
  type TopicDefinition,
  topicCatalogue,
  topicNames,
  topicOf,
  topics,
} from "../../src/bus/topics.ts";
import { isDecnetError } from "../../src/contract/errors.ts";
import { workers } from "../../src/workers/index.ts";

const root = join(import.meta.dir, "..", "..");
const definitions: readonly (readonly [string, TopicDefinition])[] = topicNames.map((name) => [
  name,
  topicCatalogue[name],
]);

/** Every topic of version 1. Renaming or losing one is breaking; a new one is added here as well. */
const published = `
topology.{id}.mutation.enqueued topology.{id}.mutation.applying topology.{id}.mutation.applied topology.{id}.mutation.failed
topology.{id}.status decky.{id}.state decky.{id}.traffic decky.{id}.mutation
attacker.observed attacker.session.started attacker.session.ended attacker.scored attacker.fingerprinted attacker.fingerprint_rotated
identity.formed identity.observation.linked identity.merged identity.unmerged identity.campaign.assigned
campaign.formed campaign.identity.assigned campaign.merged campaign.unmerged
credential.captured credential.reuse.detected system.log system.{worker}.health system.{worker}.control system.rollcall`
  .trim()
  .split(/\s+/);

/** The schemas that one is made of. */
function childrenOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const def = schema._zod.def as unknown as Record<string, unknown>;
  const shape = Object.values((def["shape"] ?? {}) as Record<string, z.core.$ZodType>);
  const parts = ["element", "innerType", "keyType", "valueType", "catchall"].map((key) => def[key]);
  return [...shape, ...parts.filter((part): part is z.core.$ZodType => part !== undefined)];
}

describe("the catalogue", () => {
  test("holds exactly the published topics", () => {
    expect(definitions.map(([, topic]) => topic.template).toSorted()).toEqual(published.toSorted());
  });

  test.each(definitions)("%s is well made", (name, topic) => {
    expect(topic.template.replace(/\{[a-z]+\}/g, "x")).toSatisfy(isTopic);
    expect(topic.summary).toMatch(/^[A-Z].*\.$/);
    expect(topic.publishers.length).toBeGreaterThan(0);
    expect(reservedRoots as readonly string[]).not.toContain(topic.template.split(".")[0] ?? "");
    expect(topic.schema.safeParse("text").success).toBe(false);
    expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  });

  test.each(definitions)("%s: its schema only checks, since readers get what was published", (_, topic) => {
    const containers = ["object", "array", "record", "optional", "nullable"];
    const checked = new Set(["string", "number", "boolean", "enum", "unknown", ...containers]);
    const seen: string[] = [];
    const walk = (schema: z.core.$ZodType): void => {
      const def = schema._zod.def as z.core.$ZodTypeDef & { coerce?: boolean; checks?: readonly unknown[] };
      seen.push(def.type, ...(def.coerce ? ["coerce"] : []));
      for (const check of def.checks ?? [])
        if ((check as z.core.$ZodCheck)._zod.def.check === "overwrite") seen.push("overwrite");
      for (const child of childrenOf(schema)) walk(child);
    };
    walk(topic.schema);
    expect(seen.filter((type) => !checked.has(type))).toEqual([]);
  });

  test("no topic can be taken for another", () => {
    const params = { id: "x", worker: "x" };
    for (const name of topicNames) {
      const topic = (topicOf as (name: string, params: object) => string)(name, params);
      expect([topic, topicNameOf(topic)]).toEqual([topic, name]);
      expect(patternOf(name)).toSatisfy(isPattern);
    }
    expect(topicNameOf("decky.x.state.more")).toBeUndefined();
    expect(topicNameOf("decky.state")).toBeUndefined();
  });

  test("the names are values of themselves", () => {
    expect(Object.entries(topics).every(([key, value]) => key === value)).toBe(true);
    expect(Object.keys(topics)).toEqual([...topicNames]);
  });
});

describe("builders", () => {
  test("fill parameters, or leave them open in a pattern", () => {
    expect(topicOf("deckyState", { id: "web-1" })).toBe("decky.web-1.state");
    expect(topicOf("attackerScored", {})).toBe("attacker.scored");
    expect(patternOf("deckyState")).toBe("decky.*.state");
    expect(patternOf("deckyState", { id: "web-1" })).toBe("decky.web-1.state");
  });

  test.each([
    "",
    " ",
    "a.b",
    ".",
    "*",
    ">",
    "a*",
    "a b",
    "a\tb",
    "a\n",
    "\u0000",
    "\u007f",
    "\u00e9",
    "\u2028",
  ])("refuse %j for a parameter", (id) => {
    expect(isToken(id)).toBe(false);
    for (const build of [topicOf, patternOf]) {
      let thrown: unknown;
      try {
        build("deckyState", { id });
      } catch (error) {
        thrown = error;
      }
      expect(isDecnetError(thrown, "invalid")).toBe(true);
    }
  });

  test("refuse a parameter that is missing or inherited", () => {
    const build = topicOf as (name: string, params: object) => string;
    expect(() => build("deckyState", {})).toThrow("not a topic token");
    expect(() => build("deckyState", Object.create({ id: "x" }))).toThrow("not a topic token");
    expect(() => build("deckyState", { id: 7 })).toThrow("not a topic token");
  });
});

const score = { attacker_ip: "::1", score: 1, previous: null, reasons: [] };
const contact = { attacker_ip: "::1", decky: "a", service: "b" };

/** Never called: each marked line must not compile, which the type check holds. */
export function wrongUses(bus: Bus): void {
  // @ts-expect-error a parameter is missing
  bus.publish("deckyMutation", {}, { old_services: [], new_services: [], trigger: "t" });
  // @ts-expect-error this topic has no parameter
  bus.publish("attackerScored", { id: "x" }, score);
  // @ts-expect-error a field of another type
  bus.publish("attackerScored", {}, { ...score, score: "1" });
  // @ts-expect-error a field is missing
  bus.publish("attackerObserved", {}, contact);
  // @ts-expect-error a field that the topic does not have
  bus.publish("attackerObserved", {}, { ...contact, first_seen: 0, secret: "" });
  // @ts-expect-error no such topic
  bus.publish("deckyStates", { id: "x" }, {});
}

describe("who publishes", () => {
  test("a worker that names a topic is listed as its publisher, and listens to patterns", () => {
    for (const worker of workers) {
      for (const pattern of worker.subscribes)
        expect([worker.name, isPattern(pattern)]).toEqual([worker.name, true]);
      for (const name of worker.publishes) {
        const topic = definitions.find(([key]) => key === name)?.[1];
        const by = topic?.publishers ?? [];
        expect([worker.name, name, by.includes("*") || by.includes(worker.name)]).toEqual([
          worker.name,
          name,
          true,
        ]);
      }
    }
  });
});

test("docs/service-bus.md is what the catalogue says (run `bun scripts/docs-bus.ts`)", async () => {
  expect(await Bun.file(join(root, "docs", "service-bus.md")).text()).toBe(renderServiceBus());
});
