import { expect, test } from "bun:test";
import { pino } from "pino";
import { systemClock } from "../../../contract/clock.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import type { CompiledDecky } from "../../../fleet/compile.ts";
import { newLife } from "../../../fleet/machine.ts";
import { planProbe } from "./plan.ts";
import type { Found } from "./prober.ts";
import { createProber } from "./prober.ts";
import type { ProbeReport, ProbeTask } from "./task.ts";

const secret = { key: new Uint8Array(32).fill(3), madeAt: Date.parse("2026-06-01T00:00:00Z") };
const plan = {
  install: "0123",
  secret,
  socket: "/run/decky.sock",
  draw: (...labels: readonly string[]) => createSeededRandom(labels.join("/")),
  random: createSeededRandom("run"),
  ouis: ["18:66:da"],
};

function decky(name: string, addresses: readonly string[]): CompiledDecky {
  const links = addresses.map((address, i) => ({
    name: `e-${i}`,
    host: `dnxv${name}${i}`,
    bridge: `br${i}`,
    mac: `18:66:da:00:00:0${i}`,
    addresses: [address],
  }));
  const spec = { decky: name, archetype: "linux-server", services: ["ssh"], life: newLife };
  return {
    name,
    topology: "t",
    desired: {
      namespace: `decnet-x-${name}`,
      links,
      sysctls: { "net.ipv4.ip_default_ttl": "128" },
      firewall: "f",
    },
    spec: {
      ...spec,
      address: addresses[0]?.split("/")[0] ?? "",
      addresses: [...addresses],
      mac: links[0]?.mac ?? "",
    },
    sockets: [{ use: "service", service: "ssh", transport: "tcp", port: 22 }],
  };
}

test("each network is a task, and services are visited where a machine has its first link", () => {
  const { tasks, full } = planProbe(
    [decky("a", ["10.0.0.5/24", "10.0.1.5/24"]), decky("b", ["10.0.0.6/24"])],
    plan,
  );
  expect(full).toEqual([]);
  const seen = tasks.map(({ interface: at, targets }) => [
    at,
    targets.map(({ decky, visits }) => [decky, visits.length]),
  ]);
  expect(seen).toEqual([
    [
      "br0",
      [
        ["a", 1],
        ["b", 1],
      ],
    ],
    ["br1", [["a", 0]]],
  ]);
  expect(tasks[0]?.targets[0]).toMatchObject({ address: "10.0.0.5", ttl: 128 });
  expect(tasks[0]?.targets[0]?.closed).not.toBe(22);
});

test("a service is visited at each of its ports, as what it is", () => {
  const sockets = [80, 8080].map((port) => ({
    use: "service" as const,
    service: "http",
    transport: "tcp" as const,
    port,
  }));
  const { tasks } = planProbe([{ ...decky("a", ["10.0.0.5/24"]), sockets }], plan);
  const visits = tasks[0]?.targets[0]?.visits ?? [];
  expect(visits.map(({ service, port }) => [service, port])).toEqual([
    ["http", 80],
    ["http:8080", 8080],
  ]);
  expect(visits[1]).toEqual({ ...visits[0], service: "http:8080", port: 8080 } as never);
});

test("a neighbour is the same one each time, at an address that nobody of ours has", () => {
  const members = [decky("a", ["10.0.0.5/29"]), decky("b", ["10.0.0.6/29"])];
  const [one, two] = [planProbe(members, plan).tasks[0], planProbe(members, plan).tasks[0]];
  expect([one?.mac, one?.addresses]).toEqual([two?.mac, two?.addresses]);
  expect(one?.addresses.toSorted()).toEqual(["10.0.0.2/29", "10.0.0.3/29", "10.0.0.4/29"]);
  expect(planProbe([decky("a", ["10.0.0.2/30"])], plan)).toEqual({ tasks: [], full: ["br0"] });
});

/** A prober whose clock and neighbours are in the test's hand. */
function handHeld(everyMs: number) {
  let now = 0;
  const sent: { task: ProbeTask; answer: (report: ProbeReport) => void }[] = [];
  const told: Found[] = [];
  const fleet = { deckies: [decky("a", ["10.0.0.5/24"])], mark: "1" };
  const prober = createProber({
    ...plan,
    clock: { ...systemClock, monotonic: () => now },
    log: pino({ enabled: false }),
    everyMs,
    fleet: () => fleet,
    tell: async (found) => void told.push(found),
    send: (task, signal) =>
      new Promise((answer, reject) => {
        signal.addEventListener("abort", () => reject(new Error("called back")));
        sent.push({ task, answer });
      }),
  });
  const turnAt = (at: number): number => {
    now = at;
    prober.turn();
    return sent.length;
  };
  return { prober, sent, told, fleet, turnAt };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("neighbours go after a change, then every so often, and not while one is there", async () => {
  const { turnAt, sent, told, fleet, prober } = handHeld(100_000);
  expect([turnAt(0), turnAt(999), turnAt(1000), turnAt(500_000)]).toEqual([0, 0, 1, 1]);
  sent[0]?.answer({ looked: ["a"], faults: [{ decky: "a", address: "10.0.0.5", check: "arp" }], ms: 1 });
  await settled();
  expect(told.map(({ looked, faults }) => [looked.length, faults.size])).toEqual([[1, 1]]);
  expect(prober.health).toMatchObject({ probed: 1, probe_faults: 1 });
  expect(turnAt(500_001)).toBe(2);
  sent[1]?.answer({ looked: ["a"], faults: [], ms: 1 });
  await settled();
  // The next wait is 80 % to 120 % of what was asked for.
  expect([turnAt(579_000), turnAt(620_002)]).toEqual([2, 3]);
  sent[2]?.answer({ looked: ["a"], faults: [], ms: 1 });
  await settled();
  fleet.mark = "2";
  expect([turnAt(621_000), turnAt(622_000)]).toEqual([3, 4]);
});

test("one that is called back tells nothing, and another one goes", async () => {
  const { turnAt, told, prober } = handHeld(100_000);
  turnAt(0);
  expect(turnAt(1000)).toBe(1);
  await prober.recall();
  expect(told).toEqual([]);
  expect([turnAt(1001), turnAt(2000)]).toEqual([1, 2]);
});

test("0 sends none", async () => {
  const { turnAt, fleet } = handHeld(0);
  expect([turnAt(0), turnAt(10_000_000)]).toEqual([0, 0]);
  fleet.mark = "2";
  expect([turnAt(10_000_001), turnAt(20_000_000)]).toEqual([0, 0]);
});

test("a network without a place says nothing of its machines", async () => {
  const { turnAt, sent, told } = handHeld(1000);
  turnAt(0);
  turnAt(1000);
  sent[0]?.answer({ faults: [], trouble: "br0 has a spanning tree: a new port waits", ms: 1 });
  await settled();
  expect(told.map(({ looked }) => looked)).toEqual([[]]);
});
