// kill -9 of every part of the fleet's making, at several moments of a deploy, a change and a teardown (needs root).
// Within ten seconds what there is has to be what is wanted: no link, namespace, address, socket or row too many or too few.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { findLinks } from "../../src/platform/fleet-observe.ts";
import { newAddress } from "../../src/platform/netlink/address.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { listMachines } from "../../src/store/topologies.ts";
import { FleetLab, until } from "../support/fleet-lab.ts";
import { HAS_LAB } from "../support/netlab.ts";

setDefaultTimeout(120_000);

const DECKIES = 16;
const AGREE_MS = 10_000;
/** Moments after the kernel's process is born: it reads its task, makes things, hands sockets over, checks. */
const moments = [0, 90, 150, 220];

const decky = (i: number) => ({
  name: `d${i}`,
  archetype: "linux-server",
  services: ["ssh", "ftp"],
  forward: false,
  edges: [{ lan: "dmz", address: `10.97.0.${10 + i}` }],
});
const maze = {
  name: "crash",
  lans: [{ name: "dmz", subnet: "10.97.0.0/24", dmz: true }],
  deckies: Array.from({ length: DECKIES }, (_, i) => decky(i)),
};

type Victim = "kernel" | "mutator" | "decoys";
const cases = (["kernel", "mutator", "decoys"] as const).flatMap((victim) =>
  moments.map((moment) => [victim, moment] as const),
);

describe.skipIf(!HAS_LAB)("kill -9", () => {
  let lab: FleetLab;
  let id = "";
  let hits = 0;
  let mutator: ReturnType<FleetLab["mutator"]>;
  let decoys: ReturnType<FleetLab["mutator"]>;

  beforeAll(async () => {
    lab = new FleetLab();
    decoys = await lab.decoys();
    mutator = lab.mutator();
  });
  afterAll(async () => lab[Symbol.asyncDispose]());

  function children(): number[] {
    return readFileSync(`/proc/${mutator.pid}/task/${mutator.pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number);
  }

  /** Waits for the kernel's process, then kills the victim so many ms later, and starts it again where nobody else does. */
  async function strike(victim: Victim, moment: number): Promise<void> {
    await until("the kernel's process is there", () => children().length > 0);
    const [child = 0] = children();
    await Bun.sleep(moment);
    if (victim === "kernel") {
      if (!children().includes(child)) return;
      process.kill(child, "SIGKILL");
      hits++;
    } else if (victim === "mutator") {
      await lab.kill(mutator);
      mutator = lab.mutator();
    } else {
      await lab.kill(decoys);
      decoys = await lab.decoys();
    }
  }

  /** Puts this host onto the bridge, if it is there: as often as it is made. */
  function plugIn(): void {
    using socket = openNetlink();
    const [bridge] = findLinks(
      socket,
      lab.links().filter((name) => /^dn.{5}b/.test(name)),
    );
    if (bridge) socket.each([newAddress({ index: bridge.index, address: "10.97.0.1", prefix: 24 })]);
  }

  async function serves(names: readonly string[]): Promise<boolean> {
    plugIn();
    const greetings = await Promise.all(
      names.map((name) =>
        lab.greeting(`10.97.0.${10 + Number(name.slice(1))}`, 22).then(
          (text) => text.startsWith(`${name} ssh`),
          () => false,
        ),
      ),
    );
    return greetings.every(Boolean);
  }

  const namespaces = (): string[] =>
    lab.namespaces
      .list()
      .filter(({ mounted }) => mounted)
      .map(({ name }) => name.split("-").at(-1) ?? "")
      .toSorted();

  async function agrees(names: readonly string[]): Promise<boolean> {
    const rows = (await listMachines(lab.store.db)).map(({ decky }) => decky).toSorted();
    const same = (list: readonly string[]): boolean => Bun.deepEquals(list, names.toSorted());
    const links = names.length === 0 ? 1 : 2 + names.length;
    const files = lab.namespaces.list().length === names.length;
    return same(rows) && same(namespaces()) && files && lab.links().length === links && (await serves(names));
  }

  test.each(cases)("%s, %d ms into a deploy, a change and a teardown", async (victim, moment) => {
    const all = maze.deckies.map(({ name }) => name);
    if (id === "") id = await lab.deploy(maze);
    else await lab.order(id, "deploying");
    await strike(victim, moment);
    await until("the deploy is done", () => agrees(all), AGREE_MS);
    await lab.reaches(id, "active");

    const added = await lab.change(id, { op: "add_decky", decky: decky(DECKIES) });
    await strike(victim, moment);
    await until("the change is made", () => agrees([...all, `d${DECKIES}`]), AGREE_MS);
    expect((await lab.ends(added)).status).toBe("applied");
    await lab.ends(await lab.change(id, { op: "remove_decky", name: `d${DECKIES}` }));

    await lab.order(id, "tearing_down");
    await strike(victim, moment);
    await until("nothing is left", () => agrees([]), AGREE_MS);
    await lab.reaches(id, "torn_down");
  });

  test("the kernel's process was there to be killed most times", () => {
    expect(hits).toBeGreaterThan((3 * moments.length) / 2);
  });
});
