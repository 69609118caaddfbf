// kill -9 of the decoys' process, the real one, before each step from taking an order to its answer, in a deploy, in
// every change and in a teardown (needs root and strace). Within ten seconds of its restart all is as if it had lived.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { killDuring, stepsDuring } from "../support/attach.ts";
import { everyOp, maze, whole } from "../support/crash-acts.ts";
import { CrashLab } from "../support/crash-lab.ts";
import type { DeckyProcess } from "../support/fleet-maker.ts";
import { startDecky } from "../support/fleet-maker.ts";
import { HAS_LAB } from "../support/netlab.ts";
import { HAS_TRACER } from "../support/strike.ts";
import type { Victim } from "../support/sweep.ts";
import { Sweep } from "../support/sweep.ts";

setDefaultTimeout(300_000);

/** Somebody with orders comes, an order was taken, a listener begins or is put away, an answer is about to go. */
const CALLS = ["getsockopt", "listen", "shutdown", "sendmsg"];
/** Of a socket that it was handed three things are asked: the first is looked at. */
const BESIDES = /SO_TYPE|SO_ACCEPTCONN/;

/** What its services say first. */
const GREETINGS: Readonly<Record<string, string>> = { ssh: "SSH-2.0-", ftp: "220" };

async function decoysOf(lab: CrashLab): Promise<Victim & AsyncDisposable> {
  const out = lab.trace("decoys");
  let decoys: DeckyProcess = await startDecky(lab.fleet.folder);
  return {
    async watch(_, order) {
      const steps = await stepsDuring({ pid: decoys.pid, calls: CALLS, out }, order);
      return steps.filter(({ text }) => !BESIDES.test(text));
    },
    async strike(_, step, order) {
      const died = await killDuring({ pid: decoys.pid, step, out }, order);
      if (died === "unharmed") return died;
      await decoys.kill();
      decoys = await startDecky(lab.fleet.folder);
      return died;
    },
    [Symbol.asyncDispose]: () => decoys.kill(),
  };
}

describe.skipIf(!HAS_LAB || !HAS_TRACER)("kill -9 of the decoys' process before each of its steps", () => {
  let lab: CrashLab;
  let victim: Awaited<ReturnType<typeof decoysOf>>;
  let sweep: Sweep;

  beforeAll(async () => {
    lab = await CrashLab.make();
    victim = await decoysOf(lab);
    lab.fleet.mutator();
    const greeting = (_: string, service: string): string => GREETINGS[service] ?? "?";
    sweep = new Sweep({ lab, victim, topology: maze, greeting });
  });
  afterAll(async () => {
    await victim[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });

  test(whole.name, async () => sweep.tell(await sweep.run(whole)));
  test("changes: it stands", () => sweep.plain("deploying"));
  test(everyOp.name, async () => sweep.tell(await sweep.run(everyOp)));
});
