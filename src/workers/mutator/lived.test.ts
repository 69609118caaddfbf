import { describe, expect, test } from "bun:test";
import { archetypes } from "../../decoys/personas/archetypes/index.ts";
import type { MachineLife } from "../../fleet/machine.ts";
import { newLife } from "../../fleet/machine.ts";
import type { Machine } from "../../fleet/placed.ts";
import type { Plan } from "../../topology/model.ts";
import { topologySchema } from "../../topology/model.ts";
import { createFleet } from "./fleet.ts";
import type { Lived } from "./lived.ts";
import { isReboot, liveThrough } from "./lived.ts";

const NOW = Date.parse("2026-11-29");
const DAY = 86_400_000;
const secret = { key: new Uint8Array(32).fill(5), madeAt: Date.parse("2024-06-01") };
const fleet = createFleet({
  secret,
  runKernel: () => Promise.reject(new Error("no kernel here")),
  places: { netns: "", lock: "", socket: "" },
});

/** A machine of an archetype, and what a plan makes of it. */
function machineOf(archetype: string) {
  const topology = topologySchema.parse({ name: "t", deckies: [{ name: "web01", archetype }] });
  const after = (life: MachineLife, plan: Plan | undefined, at: number): Lived => {
    const machine: Machine = { links: [], life };
    const mutation = { op: "update_decky", name: "web01", changes: {}, ...(plan && { plan }) } as const;
    return liveThrough(machine, { mutation, topology, at, moved: fleet.moved });
  };
  return { after, decky: topology.deckies[0] };
}

describe("a machine", () => {
  test("moves its versions on patch nights until nothing newer is out, and is not rebooted for nothing", () => {
    for (const { name } of archetypes) {
      const { after } = machineOf(name);
      let life: MachineLife = newLife;
      let nights = 0;
      for (let lived = after(life, "patch", NOW); lived.moved.length > 0; nights++) {
        expect(lived.machine.life).toMatchObject({ patches: nights + 1, patchedAt: NOW + nights * DAY });
        expect(lived.machine.life.bootedAt).toBe(NOW + nights * DAY);
        for (const { from, to } of lived.moved) expect([name, from]).not.toEqual([name, to]);
        life = lived.machine.life;
        lived = after(life, "patch", NOW + (nights + 1) * DAY);
      }
      expect(nights).toBeLessThan(60);
      const idle = after(life, "patch", NOW + 400 * DAY);
      expect([idle.machine.life, isReboot("patch", idle.moved)]).toEqual([life, false]);
    }
  });

  test("has its versions from patch nights alone: a later reboot brings none that came out meanwhile", () => {
    const { after, decky } = machineOf("database-server");
    if (!decky) throw new Error("no decky");
    // Many nights, of which the last was early: all lists wait for what comes out later.
    const early: MachineLife = {
      bootedAt: secret.madeAt,
      patches: 30,
      patchedAt: secret.madeAt,
      nextAt: null,
    };
    const booted = after(early, "reboot", NOW);
    expect(booted.machine.life).toEqual({ ...early, bootedAt: NOW });
    expect(fleet.moved(decky, { links: [], life: early }, booted.machine.life)).toEqual([]);
    expect(fleet.moved(decky, { links: [], life: early }, { ...early, patchedAt: NOW })).not.toEqual([]);
  });

  test("lives on as it is through anything else", () => {
    const life = { ...newLife, bootedAt: 5, patches: 2 };
    const { after } = machineOf("linux-server");
    for (const plan of ["service", undefined] as const) {
      expect(after(life, plan, NOW).machine.life).toEqual(life);
      expect(isReboot(plan, [])).toBe(false);
    }
    expect(isReboot("reboot", [])).toBe(true);
  });
});
