import { describe, expect, test } from "bun:test";
import { findDecoy } from "../../decoys/index.ts";
import type { Moved } from "../../decoys/personas/moved.ts";
import { topologySchema } from "../../topology/model.ts";
import { applyMutation, mutationSchema } from "../../topology/mutation.ts";
import { explain } from "./explain.ts";

const before = topologySchema.parse({
  name: "t",
  lans: [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true, gateway: "10.0.0.254" }],
  deckies: [{ name: "web01", archetype: "server", edges: [{ lan: "dmz" }] }],
});
const catalogue = {
  archetypes: new Map([["server", ["ssh", "http", "ftp"]]]),
  services: ["ssh", "http", "ftp"].flatMap((name) => findDecoy(name) ?? []),
};
const same = { before: ["ssh"], after: ["ssh"] };
const ssh: Moved = { what: "OpenSSH", from: "9.2p1", to: "9.2p2" };

function said(change: object, services = same, moved: readonly Moved[] = []): string {
  const mutation = mutationSchema.parse(change);
  const after = applyMutation(before, mutation, catalogue);
  return explain(mutation, { before, after, services, moved });
}
const update = (rest: object, services = same, moved: readonly Moved[] = []): string =>
  said({ op: "update_decky", name: "web01", ...rest }, services, moved);

describe("an explanation", () => {
  test("of a patch night names what moved from where to where, and says when nothing did", () => {
    expect(update({ plan: "patch" }, same, [ssh, { what: "kernel", from: "6.1", to: "6.2" }])).toBe(
      "patch night: web01 moved from OpenSSH 9.2p1 to 9.2p2, kernel 6.1 to 6.2, and was rebooted",
    );
    const nothing = update({ plan: "patch" });
    expect(nothing).toContain("nothing newer is out for web01");
    expect(nothing).toContain("not rebooted");
    const many = update(
      { plan: "patch" },
      same,
      Array.from({ length: 40 }, (_, i) => ({ ...ssh, from: `${i}`.repeat(60) })),
    );
    expect(many).toContain("and 36 more");
    expect(many.length).toBeLessThanOrEqual(500);
  });

  test("of the other plans says what came of them", () => {
    expect(update({ plan: "reboot" })).toBe("web01 was rebooted: its uptime begins anew");
    const other = { before: ["ssh", "ftp"], after: ["ssh", "http"] };
    const swapped = "web01 offers http from now on and offers ftp no longer";
    expect(update({ plan: "service" }, other)).toBe(swapped);
    expect(update({ plan: "service" })).toContain("no other service to offer");
    expect(update({ plan: "reboot", changes: { services: ["ssh", "http"] } }, other)).toBe(
      `web01 was rebooted: its uptime begins anew; ${swapped}`,
    );
  });

  test("of a setting is that setting, and of what was in force already nothing", () => {
    const schedule = { every: "7d", jitter: 0.2, plans: ["patch", "reboot"] };
    expect(update({ changes: { schedule } })).toBe(
      "web01 changes by itself every 7d, 20 % more or less: patch, reboot",
    );
    expect(update({ changes: { forward: true } })).toBe(
      "web01 forwards packets between its LANs from now on",
    );
    expect(update({ changes: { forward: false, schedule: null } })).toContain("is as it was");
    const lan = (changes: object): string => said({ op: "update_lan", name: "dmz", changes });
    expect(lan({ gateway: "10.0.0.1" })).toBe("LAN dmz has the gateway 10.0.0.1");
    expect(lan({ gateway: null })).toBe("LAN dmz names no gateway any more");
    expect(lan({ subnet: "10.0.0.0/16" })).toBe("LAN dmz has the subnet 10.0.0.0/16 in place of 10.0.0.0/24");
    expect(lan({ dmz: true })).toContain("is as it was");
  });

  test("of what comes and goes", () => {
    expect(said({ op: "add_lan", lan: { name: "lab", subnet: "10.1.0.0/24" } })).toBe("LAN lab is there");
    expect(
      said({ op: "add_decky", decky: { name: "db", archetype: "server", edges: [{ lan: "dmz" }] } }),
    ).toBe("db is there");
    expect(said({ op: "remove_decky", name: "web01" })).toBe("web01 is gone");
  });
});
