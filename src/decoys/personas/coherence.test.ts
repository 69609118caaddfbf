// Every archetype at many places: no machine contradicts itself, and what happens to one only moves it forward.

import { describe, expect, test } from "bun:test";
import { archetypes, findArchetype } from "./archetypes/index.ts";
import { createPersona } from "./create.ts";
import { networkProfileOf } from "./network.ts";
import { osProfiles } from "./os-profiles/index.ts";
import { stacks } from "./os-profiles/stacks.ts";
import type { Persona } from "./persona.ts";

const MADE_AT = Date.parse("2026-03-01");
const secret = { key: new Uint8Array(32).fill(9), madeAt: MADE_AT };
const places = Array.from({ length: 50 }, (_, index) => `place-${index}`);
const names = archetypes.map(({ name }) => name);

/** Where a claim stands in the list that it was drawn from; -1 when it is in none. */
function standing({ archetype, profile, products, model }: Persona, service: string): number {
  const { product = "", version = "" } = products[service] ?? {};
  const system = osProfiles.find(({ name }) => name === profile);
  const appliance = system?.appliances?.find(({ name }) => name === model?.name);
  const lines = [appliance?.products?.[service] ?? system?.products[service] ?? []].flat();
  const line = lines.find((one) => one.product === product);
  const allowed = findArchetype(archetype)?.only?.[service] ?? [product];
  if (!line || !allowed.includes(product)) return -1;
  return line.releases.findIndex((release) => release.version === version);
}

describe.each(names)("%s", (name) => {
  const archetype = findArchetype(name);
  const personas = places.map((place) => createPersona(secret, name, { place }));

  test("does not contradict itself anywhere", () => {
    for (const persona of personas) {
      const profile = osProfiles.find((one) => one.name === persona.profile);
      expect(archetype?.profiles).toContain(profile as NonNullable<typeof profile>);
      expect(persona.os.family).toBe(profile?.family as Persona["os"]["family"]);
      expect(Object.keys(persona.products)).toEqual([...(archetype?.services ?? [])]);
      for (const service of Object.keys(persona.products)) {
        expect(standing(persona, service), `${persona.profile} ${service}`).toBeGreaterThanOrEqual(0);
      }
      expect(persona.hostname.toLowerCase()).toBe(persona.decky.toLowerCase());
      const { hostname } = createPersona(secret, name, { index: places.indexOf(persona.decky) });
      expect(hostname).toMatch(archetype?.hostname.pattern ?? /^$/);
      expect(persona.hostname.length).toBeLessThanOrEqual(30);
      expect(persona.mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      expect(networkProfileOf(name).ouis).toContain(persona.mac.slice(0, 8));
      expect(persona.installedAt).toBeLessThan(persona.bootedAt);
      expect(persona.bootedAt).toBeLessThan(MADE_AT);
      const uids = persona.accounts.map((account) => account.uid);
      expect(new Set(uids).size).toBe(uids.length);
      expect(Boolean(persona.model)).toBe(Boolean(profile?.appliances));
    }
  });

  test("an appliance has its own vendor's card", () => {
    for (const { profile, model, mac } of personas) {
      if (!model) continue;
      const appliances = osProfiles.find((one) => one.name === profile)?.appliances ?? [];
      expect(appliances.find((one) => one.name === model.name)?.ouis).toContain(mac.slice(0, 8));
      expect(createPersona(secret, name, { place: "x", mac }).model?.vendor).toBe(model.vendor);
    }
  });

  test("is the same for the same words, and differs between places", () => {
    const texts = personas.map((persona) => JSON.stringify(persona));
    expect(places.map((place) => JSON.stringify(createPersona(secret, name, { place })))).toEqual(texts);
    expect(new Set(personas.map(({ mac }) => mac)).size).toBe(places.length);
    expect(personas.map(({ decky }) => decky)).toEqual(places);
  });

  test("a patch night moves versions forward along their lists, never back, and touches nothing else", () => {
    for (const place of places.slice(0, 10)) {
      const nights = Array.from({ length: 12 }, (_, patches) =>
        createPersona(secret, name, { place, patches }),
      );
      for (const service of archetype?.services ?? []) {
        const stands = nights.map((persona) => standing(persona, service));
        const steps = stands.slice(1).map((stand, index) => stand - (stands[index] ?? 0));
        expect(
          steps.every(
            (step, index) => step === 1 || (step === 0 && steps.slice(index).every((s) => s === 0)),
          ),
        ).toBe(true);
      }
      const kernels = nights.map(({ os }) => `${os.release} ${os.version}`);
      const known = archetype?.profiles.flatMap(({ kernels: own, appliances = [] }) => [
        ...own,
        ...appliances.flatMap((one) => one.kernels ?? []),
      ]);
      const order = kernels.map((kernel) =>
        (known ?? []).findIndex(({ release, version }) => `${release} ${version}` === kernel),
      );
      expect(order.every((at, index) => at >= 0 && at >= (order[index - 1] ?? 0))).toBe(true);
      const rest = nights.map(({ products: _p, os: _o, model: _m, ...one }) => JSON.stringify(one));
      expect(new Set(rest).size).toBe(1);
    }
  });

  test("a later boot changes that date alone, and an earlier one is none", () => {
    const persona = createPersona(secret, name, { place: "a" });
    const bootedAt = MADE_AT + 1;
    expect(JSON.stringify(createPersona(secret, name, { place: "a", bootedAt }))).toBe(
      JSON.stringify({ ...persona, bootedAt }),
    );
    expect(createPersona(secret, name, { place: "a", bootedAt: 5 }).bootedAt).toBe(persona.bootedAt);
  });

  test("all its systems have one TCP/IP stack, so that the kernel can be told without drawing", () => {
    expect(new Set(archetype?.profiles.map(({ stack }) => stack)).size).toBe(1);
  });
});

describe("OS profiles", () => {
  test("are all used, with a kernel and dated lists that go forward", () => {
    const used = new Set(archetypes.flatMap(({ profiles }) => profiles));
    for (const profile of osProfiles) {
      expect(used, profile.name).toContain(profile);
      const appliances = profile.appliances ?? [];
      const lists = [
        ...Object.values(profile.products).flatMap((lines) => lines.map((line) => line.releases)),
        ...appliances.flatMap(({ products = {} }) => Object.values(products).map((line) => line.releases)),
        ...appliances.map(({ firmwares }) => firmwares),
        ...(profile.kernels.length > 0 ? [profile.kernels] : appliances.map(({ kernels = [] }) => kernels)),
      ];
      for (const list of lists) {
        const days = list.map(({ day }) => day);
        expect(days.length).toBeGreaterThan(0);
        expect(days).toEqual(days.toSorted());
        for (const day of days) expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
      }
    }
  });

  test("are called as the point release of their newest kernel, and a point release never goes back", () => {
    for (const { name, pretty, kernels } of osProfiles) {
      const points = kernels.flatMap((kernel) => kernel.pretty ?? []);
      if (points.length === 0) continue;
      expect([name, points.length, points.at(-1)]).toEqual([name, kernels.length, pretty]);
      expect(points).toEqual(points.toSorted());
    }
  });

  test("every stack names the same settings, so that none keeps what the host was given", () => {
    const keys = Object.keys(stacks.linux);
    for (const stack of Object.values(stacks)) expect(Object.keys(stack)).toEqual(keys);
  });
});

test("an unknown archetype is refused by name", () => {
  expect(() => createPersona(secret, "toaster")).toThrow(/no archetype "toaster"/);
  expect(() => networkProfileOf("constructor")).toThrow(/no archetype/);
});
