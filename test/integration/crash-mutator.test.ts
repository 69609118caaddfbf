// kill -9 of the mutator before each write of the store and around each process that it starts, in a deploy, in every
// change and in a teardown (needs root and strace). Within ten seconds of its restart all is as if it had lived.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mutationOps } from "../../src/topology/mutation.ts";
import { killDuring, stepsDuring } from "../support/attach.ts";
import { everyOp, maze, whole } from "../support/crash-acts.ts";
import { CrashLab } from "../support/crash-lab.ts";
import { HAS_LAB } from "../support/netlab.ts";
import type { Step } from "../support/strike.ts";
import { HAS_TRACER } from "../support/strike.ts";
import type { Victim } from "../support/sweep.ts";
import { Sweep } from "../support/sweep.ts";

setDefaultTimeout(300_000);

/** Writes of the store and of tasks; a process of the kernel's is about to begin, has begun, is done. */
const CALLS = ["pwrite64", "vfork", "pidfd_open", "wait4"];

/** One commit of the store is several writes, and the last of them is what counts: of each row the first and the last. */
function turning(steps: readonly Step[]): readonly Step[] {
  const writes = (step: Step | undefined): boolean => step?.text === "pwrite64";
  return steps.filter((step, i) => ![step, steps[i - 1], steps[i + 1]].every(writes));
}

function mutatorOf(lab: CrashLab): Victim {
  const out = lab.trace("mutator");
  let mutator = lab.fleet.mutator();
  return {
    watch: async (_, order) => turning(await stepsDuring({ pid: mutator.pid, calls: CALLS, out }, order)),
    async strike(_, step, order) {
      const died = await killDuring({ pid: mutator.pid, step, out }, order);
      if (died === "unharmed") return died;
      await mutator.exited;
      expect(mutator.signalCode).toBe("SIGKILL");
      mutator = lab.fleet.mutator();
      return died;
    },
  };
}

test("no change is left out", () => {
  const ops = everyOp.acts.map((act) => (typeof act === "string" ? act : act.op));
  expect(ops.toSorted()).toEqual(mutationOps.toSorted());
});

describe.skipIf(!HAS_LAB || !HAS_TRACER)("kill -9 of the mutator before each of its steps", () => {
  let lab: CrashLab;
  let sweep: Sweep;

  beforeAll(async () => {
    lab = await CrashLab.make();
    await lab.fleet.decoys();
    const greeting = (decky: string, service: string): string => `${decky} ${service} `;
    sweep = new Sweep({ lab, victim: mutatorOf(lab), topology: maze, greeting });
  });
  afterAll(async () => lab[Symbol.asyncDispose]());

  test(whole.name, async () => sweep.tell(await sweep.run(whole)));
  test("changes: it stands", () => sweep.plain("deploying"));
  test(everyOp.name, async () => sweep.tell(await sweep.run(everyOp)));
});
