import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DesiredFleet, ObservedFleet, ObservedLink, Operation } from "./model.ts";
import { bridgeName, hostLinkName, linkPrefix, namespaceName } from "./names.ts";
import { planFleet } from "./plan.ts";

const INSTALL = "install-a";
const FORWARD = "net.ipv4.ip_forward";
const REDIRECTS = "net.ipv4.conf.all.accept_redirects";

/** What a kernel does with each step, as far as planning needs it. It refuses what a kernel refuses. */
class Kernel {
  readonly bridges = new Set<string>();
  /** With the operator's names, and whether made by us. */
  readonly others = new Map([["br-lan", false]]);
  /** Host's end to bridge, namespace and inner name; `down` is one that a crash left half made. */
  readonly pairs = new Map<
    string,
    { bridge: string | undefined; namespace: string; inner: string; down?: true }
  >();
  readonly spaces = new Map<
    string,
    {
      mounted: boolean;
      sysctls: Record<string, string>;
      firewall?: string;
      links: Map<string, { mac: string; up: boolean; addresses: string[] }>;
      gateway?: string | undefined;
    }
  >();

  observe(): ObservedFleet {
    const namespaces = [...this.spaces].map(([name, { links, gateway, ...rest }]) => [
      name,
      {
        ...rest,
        links: Object.fromEntries(links) as Record<string, ObservedLink>,
        ...(gateway ? { gateway } : {}),
      },
    ]);
    const hosts = [...this.pairs].map(([name, { bridge, down }]) => [
      name,
      { ...(bridge === undefined ? {} : { bridge }), ...(down ? { down } : {}) },
    ]);
    return structuredClone({
      bridges: [...this.bridges],
      others: [...this.others.keys()],
      made: [...this.others].filter(([, made]) => made).map(([name]) => name),
      hostLinks: Object.fromEntries(hosts),
      namespaces: Object.fromEntries(namespaces),
    });
  }

  #space(name: string) {
    const space = this.spaces.get(name);
    if (!space?.mounted) throw new Error(`no namespace ${name}`);
    return space;
  }

  #dropHost(name: string): void {
    const pair = this.pairs.get(name);
    this.pairs.delete(name);
    this.bridges.delete(name);
    for (const other of this.pairs.values()) if (other.bridge === name) other.bridge = undefined;
    const space = pair && this.spaces.get(pair.namespace);
    if (!space) return;
    space.links.delete(pair.inner);
    space.gateway = undefined;
  }

  #dropInner(namespace: string, inner: string): void {
    const host = [...this.pairs].find(
      ([, pair]) => pair.namespace === namespace && pair.inner === inner,
    )?.[0];
    if (host !== undefined) this.#dropHost(host);
    else this.spaces.get(namespace)?.links.delete(inner);
  }

  apply(step: Operation): void {
    switch (step.op) {
      case "delete-links":
        for (const name of step.names) this.#dropHost(name);
        return;
      case "remove-namespace":
        for (const inner of [...(this.spaces.get(step.namespace)?.links.keys() ?? [])])
          this.#dropInner(step.namespace, inner);
        this.spaces.delete(step.namespace);
        return;
      case "add-bridge":
        if (this.bridges.has(step.name) || this.others.has(step.name)) throw new Error("bridge exists");
        if (step.made) this.others.set(step.name, true);
        else this.bridges.add(step.name);
        return;
      case "remove-bridge":
        if (!this.others.get(step.name)) throw new Error("not ours");
        this.#dropHost(step.name);
        this.others.delete(step.name);
        return;
      case "add-namespace":
        if (this.spaces.has(step.namespace)) throw new Error("namespace exists");
        this.spaces.set(step.namespace, {
          mounted: true,
          sysctls: { ttl: "64", ecn: "2", [FORWARD]: "0", [REDIRECTS]: "1" },
          links: new Map(),
        });
        return;
      case "set-sysctl":
        this.#setSysctl(this.#space(step.namespace).sysctls, step.key, step.value);
        return;
      case "put-up-firewall":
        this.#space(step.namespace).firewall = step.label;
        return;
      case "delete-inner-link":
        this.#dropInner(step.namespace, step.name);
        return;
      case "add-link": {
        const { host, bridge, name, mac } = step.link;
        const space = this.#space(step.namespace);
        if (this.pairs.has(host) || space.links.has(name)) throw new Error("link exists");
        if (space.firewall === undefined) throw new Error("a link before the firewall");
        if (!this.bridges.has(bridge) && !this.others.has(bridge)) throw new Error("no bridge");
        this.pairs.set(host, { bridge, namespace: step.namespace, inner: name });
        space.links.set(name, { mac, up: false, addresses: [] });
        return;
      }
      case "attach": {
        const pair = this.pairs.get(step.host);
        if (!pair) throw new Error("nothing to attach");
        pair.bridge = step.bridge;
        return;
      }
      default:
        this.#applyInside(step);
    }
  }

  #setSysctl(sysctls: Record<string, string>, key: string, value: string): void {
    if (key === FORWARD && sysctls[key] !== value) sysctls[REDIRECTS] = value === "1" ? "0" : "1";
    sysctls[key] = value;
  }

  #applyInside(step: Operation & { namespace: string }): void {
    const space = this.#space(step.namespace);
    if (step.op === "add-gateway") space.gateway = step.gateway;
    if (step.op === "delete-gateway") space.gateway = undefined;
    if (!("link" in step) || typeof step.link !== "string") return;
    const link = space.links.get(step.link);
    if (!link) throw new Error("no link");
    if (step.op === "set-up") link.up = true;
    if (step.op === "add-address") link.addresses.push(step.address);
    if (step.op === "delete-address") link.addresses = link.addresses.filter((a) => a !== step.address);
  }
}

const lan = fc.constantFrom("dmz", "office", "br-lan", "br-new");
const bridgeOf = (name: string): string => (name.startsWith("br-") ? name : bridgeName(INSTALL, name));

const decky = fc.record({
  id: fc.constantFrom("a", "b", "c", "d"),
  links: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("eth0", "eth1"),
      lan,
      mac: fc.constantFrom("02:00:00:00:00:01", "02:00:00:00:00:02"),
      addresses: fc.uniqueArray(fc.constantFrom("10.0.0.5/24", "10.0.0.6/24", "fd00::5/64")),
    }),
    { selector: ({ name }) => name },
  ),
  gateway: fc.option(fc.constantFrom("10.0.0.1", "10.0.0.2"), { nil: undefined }),
  ttl: fc.constantFrom("64", "128"),
  forward: fc.constantFrom("0", "1"),
  firewall: fc.constantFrom("v1 forward=no", "v1 forward=yes"),
});

const fleet: fc.Arbitrary<DesiredFleet> = fc
  .uniqueArray(decky, { selector: ({ id }) => id })
  .map((deckies) => ({
    bridges: [bridgeOf("dmz"), bridgeOf("office")],
    joined: ["br-lan", "br-new"],
    deckies: deckies.map(({ id, links, gateway, ttl, forward, firewall }) => ({
      namespace: namespaceName(INSTALL, id),
      links: links.map(({ lan, ...link }) => ({
        ...link,
        host: hostLinkName(INSTALL, id, link.name),
        bridge: bridgeOf(lan),
      })),
      ...(gateway === undefined || links.length === 0 ? {} : { gateway }),
      sysctls: { ttl, [REDIRECTS]: "0", [FORWARD]: forward, "not-in-this-kernel": "1" },
      firewall,
    })),
  }));

const NOTHING: DesiredFleet = { bridges: [], joined: [], deckies: [] };

/** A kernel after a run that a crash ended, and after a name that was torn between its file and its mount. */
function crashed(before: DesiredFleet, then: DesiredFleet, share: number): Kernel {
  const kernel = new Kernel();
  for (const step of planFleet(before, kernel.observe())) kernel.apply(step);
  const steps = planFleet(then, kernel.observe());
  for (const step of steps.slice(0, Math.floor(share * steps.length))) kernel.apply(step);
  if (share > 0.5)
    kernel.spaces.set(namespaceName(INSTALL, "e"), { mounted: false, sysctls: {}, links: new Map() });
  const [pair] = kernel.pairs.values();
  if (share > 0.3 && pair) pair.down = true;
  // This kernel has no such setting: it takes the write and shows nothing.
  for (const space of kernel.spaces.values()) delete space.sysctls["not-in-this-kernel"];
  return kernel;
}

function settle(kernel: Kernel, desired: DesiredFleet): Operation[] {
  for (const step of planFleet(desired, kernel.observe())) kernel.apply(step);
  for (const space of kernel.spaces.values()) delete space.sysctls["not-in-this-kernel"];
  return planFleet(desired, kernel.observe());
}

describe("planning a fleet", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  test("from whatever a crash left, one run reaches what is wanted and a second changes nothing", () => {
    fc.assert(
      fc.property(fleet, fleet, fleet, share, (before, then, wanted, part) => {
        const kernel = crashed(before, then, part);
        expect(settle(kernel, wanted)).toEqual([]);
        for (const { namespace, links, gateway, firewall } of wanted.deckies) {
          const space = kernel.spaces.get(namespace);
          expect(space?.firewall).toBe(firewall);
          expect(space?.gateway).toBe(gateway);
          expect([...(space?.links.keys() ?? [])].sort()).toEqual(links.map(({ name }) => name).sort());
          for (const { name, mac, addresses, host, bridge } of links) {
            const link = space?.links.get(name);
            expect([link?.mac, link?.up]).toEqual([mac, true]);
            expect(link?.addresses.toSorted()).toEqual(addresses.toSorted());
            expect(kernel.pairs.get(host)?.bridge).toBe(bridge);
            expect(kernel.pairs.get(host)?.down).toBeUndefined();
          }
        }
        expect(kernel.spaces.size).toBe(wanted.deckies.length);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test("a teardown leaves nothing", () => {
    fc.assert(
      fc.property(fleet, fleet, share, (before, then, part) => {
        const kernel = crashed(before, then, part);
        expect(settle(kernel, NOTHING)).toEqual([]);
        expect([kernel.bridges.size, kernel.pairs.size, kernel.spaces.size]).toEqual([0, 0, 0]);
        expect([...kernel.others]).toEqual([["br-lan", false]]);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test("one more decky is planned without touching the others", () => {
    const links = (id: string) => [
      {
        name: "eth0",
        host: hostLinkName(INSTALL, id, "eth0"),
        bridge: "br-lan",
        mac: "02:00:00:00:00:01",
        addresses: [],
      },
    ];
    const make = (id: string) => ({
      namespace: namespaceName(INSTALL, id),
      links: links(id),
      sysctls: {},
      firewall: "v1",
    });
    const many = Array.from({ length: 100 }, (_, i) => make(`d${i}`));
    const kernel = new Kernel();
    settle(kernel, { bridges: [], joined: ["br-lan"], deckies: many });
    const steps = planFleet(
      { bridges: [], joined: ["br-lan"], deckies: [...many, make("new")] },
      kernel.observe(),
    );
    expect(steps.map(({ op }) => op)).toEqual(["add-namespace", "put-up-firewall", "add-link", "set-up"]);
  });

  test("names fit, differ between installs and between deckies; what contradicts itself is refused", () => {
    const all = Array.from({ length: 2000 }, (_, i) => hostLinkName(INSTALL, `decky-${i}`, "eth0"));
    expect(new Set(all).size).toBe(2000);
    expect(all.every((name) => name.length === 15 && name.startsWith(linkPrefix(INSTALL)))).toBe(true);
    expect(linkPrefix("install-b")).not.toBe(linkPrefix(INSTALL));
    const observed = new Kernel().observe();
    const twice = { namespace: "n", links: [], sysctls: {}, firewall: "v1" };
    expect(() => planFleet({ ...NOTHING, deckies: [twice, twice] }, observed)).toThrow(/wanted twice/);
    const link = { name: "eth0", host: "h", bridge: "none", mac: "", addresses: [] };
    expect(() => planFleet({ ...NOTHING, deckies: [{ ...twice, links: [link] }] }, observed)).toThrow(
      /no bridge/,
    );
  });
});
