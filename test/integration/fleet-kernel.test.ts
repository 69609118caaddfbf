// Plans carried out by the kernel itself: fifty deckies up, changed, damaged, repaired and removed.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DesiredDecky, DesiredFleet } from "../../src/fleet/model.ts";
import { bridgeName, hostLinkName, namespaceName } from "../../src/fleet/names.ts";
import { planFleet } from "../../src/fleet/plan.ts";
import type { FleetKernel } from "../../src/platform/fleet-kernel.ts";
import { fleetKernel } from "../../src/platform/fleet-kernel.ts";
import { observeFleet } from "../../src/platform/fleet-observe.ts";
import { deleteLink, dumpLinks, parseLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { type NamedNamespaces, namedNamespaces } from "../../src/platform/netns/named.ts";
import type { NetLab } from "../support/netlab.ts";
import { enterLab, HAS_LAB } from "../support/netlab.ts";

const INSTALL = "test-install";
const TTL = "net.ipv4.ip_default_ttl";
const ABSENT = "net.ipv4.not_in_this_kernel";
const NOTHING: DesiredFleet = { bridges: [], joined: [], deckies: [] };

function decky(i: number): DesiredDecky {
  const bridge = bridgeName(INSTALL, i % 2 ? "office" : "dmz");
  const mac = `02:00:5e:00:00:${i.toString(16).padStart(2, "0")}`;
  const host = hostLinkName(INSTALL, `d${i}`, "eth0");
  const addresses = [`10.${80 + (i % 2)}.0.${10 + i}/24`, `fd00:80::${10 + i}/64`];
  return {
    namespace: namespaceName(INSTALL, `d${i}`),
    links: [{ name: "eth0", host, bridge, mac, addresses }],
    gateway: `10.${80 + (i % 2)}.0.1`,
    sysctls: { [TTL]: i % 3 ? "128" : "255", [ABSENT]: "1" },
    firewall: "v1 forward=no",
  };
}

const FIFTY: DesiredFleet = {
  bridges: [bridgeName(INSTALL, "dmz"), bridgeName(INSTALL, "office")],
  joined: [],
  deckies: Array.from({ length: 50 }, (_, i) => decky(i)),
};

describe.skipIf(!HAS_LAB)("a fleet in the kernel", () => {
  let lab: NetLab;
  let kernel: FleetKernel;
  const plan = (desired: DesiredFleet) => planFleet(desired, kernel.observe([TTL, ABSENT]));
  const links = () => {
    using socket = openNetlink();
    return socket.dump(dumpLinks).map(({ body }) => parseLink(body).name);
  };

  beforeAll(() => {
    lab = enterLab();
    kernel = fleetKernel(INSTALL, lab.folder);
  });
  afterAll(() => lab[Symbol.dispose]());

  test("fifty deckies come up in one run, and a second run has nothing to do", () => {
    kernel.apply(plan(FIFTY));
    expect(plan(FIFTY)).toEqual([]);
    expect(links()).toHaveLength(1 + 2 + 50);
    expect(fleetKernel("another-install", lab.folder).observe([])).toEqual({
      bridges: [],
      others: expect.arrayContaining([...FIFTY.bridges]),
      made: [],
      hostLinks: {},
      namespaces: {},
    });
  });

  test("what was damaged is repaired, and only that", () => {
    using socket = openNetlink();
    socket.all([deleteLink(decky(3).links[0]?.host ?? "")]);
    writeFileSync(join(lab.folder, namespaceName(INSTALL, "torn")), "");
    const repair = plan(FIFTY);
    expect(new Set(repair.flatMap((step) => ("namespace" in step ? [step.namespace] : [])))).toEqual(
      new Set([namespaceName(INSTALL, "d3"), namespaceName(INSTALL, "torn")]),
    );
    kernel.apply(repair);
    expect(plan(FIFTY)).toEqual([]);
  });

  test("a plan that ended anywhere is taken up again", () => {
    const fewer = { ...FIFTY, deckies: FIFTY.deckies.slice(0, 40) };
    kernel.apply(plan(fewer));
    const steps = plan(FIFTY);
    for (let share = 1; share < 6; share++) {
      kernel.apply(plan(fewer));
      kernel.apply(steps.slice(0, Math.floor((steps.length * share) / 6)));
      kernel.apply(plan(FIFTY));
      expect(plan(FIFTY)).toEqual([]);
    }
  });

  test("a decky that changes address, MAC, LAN, gateway, firewall and settings does so in place", () => {
    const [first, ...others] = FIFTY.deckies as [DesiredDecky, ...DesiredDecky[]];
    const link = { ...first.links[0], bridge: bridgeName(INSTALL, "office"), mac: "02:00:5e:00:01:00" };
    const changed = {
      ...first,
      links: [{ ...link, addresses: ["10.81.0.200/24"] }] as unknown as DesiredDecky["links"],
      gateway: "10.81.0.1",
      firewall: "v1 forward=yes",
      sysctls: { [TTL]: "64" },
    };
    const desired = { ...FIFTY, deckies: [changed, ...others] };
    kernel.apply(plan(desired));
    expect(plan(desired)).toEqual([]);
  });

  test("one decky is looked at and added by itself, and the others are left alone", () => {
    const before = links().length;
    const one = { ...FIFTY, deckies: [decky(50)] };
    const alone = () => planFleet(one, kernel.observe([TTL, ABSENT], one));
    kernel.apply(alone());
    expect(alone()).toEqual([]);
    expect(links()).toHaveLength(before + 1);
  });

  test("a teardown leaves nothing", () => {
    kernel.apply(plan(NOTHING));
    expect(plan(NOTHING)).toEqual([]);
    expect(links()).toEqual(["lo"]);
  });

  test("a namespace that goes between being listed and being looked into is not there", () => {
    const real = namedNamespaces("going-", lab.folder);
    for (const name of ["going-one", "going-two"]) real.create(name);
    const namespaces: NamedNamespaces = {
      create: (name) => real.create(name),
      open: (name) => real.open(name),
      run: (name, call) => real.run(name, call),
      remove: (name) => real.remove(name),
      find: (name) => real.find(name),
      list: () => {
        const all = real.list();
        real.remove("going-one");
        return all;
      },
    };
    const scope = { install: "going", namespaces, sysctls: [], only: undefined };
    expect(Object.keys(observeFleet(scope).namespaces)).toEqual(["going-two"]);
    real.remove("going-two");
    expect(observeFleet(scope).namespaces).toEqual({});
  });
});
