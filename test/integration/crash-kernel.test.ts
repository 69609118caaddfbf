// kill -9 of the kernel's process before each step of a deploy, of every change and of a teardown (needs root and strace).
// Within ten seconds rows, kernel and greetings are what they are when nothing is killed.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import type { Round } from "../support/crash-acts.ts";
import { layWire, maze, rounds, whole } from "../support/crash-acts.ts";
import type { Act } from "../support/crash-lab.ts";
import { CrashLab } from "../support/crash-lab.ts";
import { until } from "../support/fleet-lab.ts";
import { HAS_LAB } from "../support/netlab.ts";
import type { Step } from "../support/strike.ts";
import { endOf, HAS_TRACER, killingAt, stepsOf, watching } from "../support/strike.ts";
import type { Victim } from "../support/sweep.ts";
import { Sweep } from "../support/sweep.ts";

setDefaultTimeout(300_000);

/** Calls by which the kernel's process changes anything: links and firewalls, orders, namespaces, settings, its lock. */
const CALLS = ["sendto", "sendmsg", "mount", "umount2", "unlink", "write", "pwrite64", "setns"];
/** One setting after the other is written alike: every so many are stopped at. */
const SETTINGS = 30;

/** Requests that only ask: lists of links, addresses, routes, sockets, tables (rtnetlink(7), <linux/nfnetlink.h>). */
const ASKS = /nlmsg_type=(RTM_GET|0x12 |0x16 |0x1a |0xa01 |0xa13 )|nlmsg_flags=NLM_F_REQUEST\|0x300/;

/** Steps after which something is not what it was. */
function changing(steps: readonly Step[]): Step[] {
  let settings = 0;
  return steps.filter(({ call, text }, i) => {
    if (call === "sendto") return !ASKS.test(text);
    if (call === "setns") return steps[i - 1]?.call === "mount";
    return call !== "write" || (/^write\("[\d ]+", \d+\)/.test(text) && settings++ % SETTINGS === 0);
  });
}

/** What the mutator gives to the kernel's process for an order. */
const kindOf = (act: Act) => (act === "tearing_down" ? "clear" : "part");

/** The kernel's process, which is started by the mutator and again by it. */
function kernelOf(lab: CrashLab): Victim {
  const out = lab.trace("kernel");
  const traced = async (act: Act, tracer: readonly string[], order: () => Promise<void>): Promise<void> => {
    rmSync(out, { force: true });
    lab.arm({ kind: kindOf(act), tracer });
    await order();
  };
  return {
    async watch(act, order) {
      await traced(act, watching(CALLS, out), order);
      return changing(stepsOf(out));
    },
    async strike(act, step, order) {
      await traced(act, killingAt(step, out), order.give);
      await until(`a traced process ends at ${step.call} ${step.nth}`, () => endOf(out) !== undefined);
      lab.poke();
      return endOf(out) ?? "unharmed";
    },
  };
}

describe.skipIf(!HAS_LAB || !HAS_TRACER)("kill -9 of the kernel's process before each of its steps", () => {
  let lab: CrashLab;
  let sweep: Sweep;

  beforeAll(async () => {
    lab = await CrashLab.make();
    layWire();
    await lab.fleet.decoys();
    lab.fleet.mutator();
    const greeting = (decky: string, service: string): string => `${decky} ${service} `;
    sweep = new Sweep({ lab, victim: kernelOf(lab), topology: maze, greeting });
  });
  afterAll(async () => lab[Symbol.asyncDispose]());

  const goes = async (round: Round): Promise<void> => sweep.tell(await sweep.run(round));

  test(whole.name, () => goes(whole));
  test("changes: it stands", () => sweep.plain("deploying"));
  test.each(rounds.map((round) => [round.name, round] as const))("%s", (_, round) => goes(round));
});
