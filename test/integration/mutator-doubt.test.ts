// What the mutator does when it can't take back what it half did: it looks at all of it, settings too (needs root and strace).

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readSysctl } from "../../src/platform/netns/sysctl.ts";
import { listMachines } from "../../src/store/topologies.ts";
import { maze } from "../support/crash-acts.ts";
import { CrashLab, EDGE } from "../support/crash-lab.ts";
import { until } from "../support/fleet-lab.ts";
import { HAS_LAB } from "../support/netlab.ts";
import { HAS_TRACER, killingAt } from "../support/strike.ts";

setDefaultTimeout(60_000);

const AGREE_MS = 5_000;
/** In place of the kernel's process: fails at once. */
const FAILS = ["false"];

describe.skipIf(!HAS_LAB)("a mutator in doubt", () => {
  let lab: CrashLab;

  beforeAll(async () => {
    lab = await CrashLab.make();
    await lab.fleet.decoys();
    lab.fleet.mutator();
  });
  afterAll(async () => lab[Symbol.asyncDispose]());

  const forwards = (): string | undefined =>
    lab.fleet.namespaces.run(lab.fleet.namespaceOf(EDGE.decky), () => readSysctl("net.ipv4.ip_forward"));
  const status = async (): Promise<string> => (await lab.rows()).topology[0] ?? "";

  test("a change that fails and can't be undone leaves no setting of it behind", async () => {
    await lab.order("deploying", maze);
    await until("it stands", async () => (await status()) === "active");
    const nowhere = { name: "nowhere", subnet: "10.95.0.0/24", dmz: false };
    await lab.order({ op: "add_lan", lan: { ...nowhere, driver: "macvlan", interface: "none0" } });
    await lab.order({ op: "update_decky", name: EDGE.decky, changes: { forward: true } });
    await until("it may forward", async () => (await lab.rows()).change.startsWith("applied web"));
    const before = JSON.stringify(lab.kernel());
    lab.arm({ kind: "part", tracer: FAILS, skip: 1 });
    const edge = { lan: "nowhere", address: "10.95.0.9" };
    await lab.order({ op: "attach_decky", name: EDGE.decky, edge });
    await until("the change fails", async () => (await lab.rows()).change.startsWith("failed"));
    await until("nothing of it is left", () => JSON.stringify(lab.kernel()) === before, AGREE_MS);
    expect(forwards()).toBe("0");
    expect(await status()).toBe("degraded");
  });

  test.skipIf(!HAS_TRACER)("a deploy that is given up leaves nothing behind", async () => {
    await lab.order({ op: "remove_lan", name: "nowhere" });
    await lab.order("tearing_down");
    await until("nothing stands", async () => (await status()) === "torn_down");
    await until("the change has ended", async () => (await lab.rows()).change.startsWith("applied"));
    const empty = JSON.stringify(lab.kernel());
    // Killed each time before it hands the first sockets over: by then all else stands.
    const tracer = killingAt({ call: "sendmsg", nth: 2 }, lab.trace("deploy"));
    lab.arm({ kind: "part", tracer, times: 5 });
    await lab.order("deploying");
    await until("it is given up", async () => {
      lab.poke();
      return (await status()) === "failed";
    });
    await until("nothing is left", () => JSON.stringify(lab.kernel()) === empty, AGREE_MS);
    expect(await listMachines(lab.fleet.store.db)).toEqual([]);
  });
});
