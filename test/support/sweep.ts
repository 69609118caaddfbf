// Goes through a round of orders once for every step of its victim, kills it there, and waits until all agrees again.
// What an order comes to is taken down first, from a round in which nobody is killed.

import type { Round } from "./crash-acts.ts";
import type { Act, CrashLab } from "./crash-lab.ts";
import { agreeMs } from "./patience.ts";
import type { Order, Step } from "./strike.ts";

const LOOK_MS = 30;

/** The part that is killed. */
export interface Victim {
  /** Carries out an order with somebody looking on: the steps that it took. */
  watch(act: Act, order: () => Promise<void>): Promise<readonly Step[]>;
  /**
   * Carries out an order, kills the victim before that step and starts it again; the step at which it died, or
   * "unharmed" when it came to its end with fewer steps than before.
   */
  strike(act: Act, step: Step, order: Order): Promise<Step | "unharmed">;
}

/** What a sweep is made with. */
export interface Means {
  readonly lab: CrashLab;
  readonly victim: Victim;
  readonly topology: object;
  readonly greeting: (decky: string, service: string) => string;
}

/** How it went. */
export interface Tally {
  kills: number;
  /** Times when the victim ended before it had made so many steps. */
  unharmed: number;
  /** Kills that hit another step of the same call than the one that was meant: the process took one more or fewer. */
  shifted: number;
  /** The longest time until all agreed. */
  longestMs: number;
}

interface Goal {
  readonly act: Act;
  readonly steps: readonly Step[];
  readonly rows: string;
  readonly kernel: string;
  readonly held: string;
}

/** One line for each thing, so that two texts can be told apart by their lines. */
const textOf = (value: object): string =>
  Object.values(value)
    .flatMap((part: unknown) => (Array.isArray(part) ? part : [part]))
    .map((part: unknown) => JSON.stringify(part))
    .join("\n");
const wordOf = (act: Act): string => (typeof act === "string" ? act : act.op);

/** What two texts have not in common, line by line. */
function difference(is: string, wanted: string): string {
  const [has, want] = [is.split("\n"), wanted.split("\n")];
  const more = has.filter((line) => !want.includes(line)).map((line) => `+ ${line}`);
  const fewer = want.filter((line) => !has.includes(line)).map((line) => `- ${line}`);
  return [...more, ...fewer].join("\n");
}

/** A round over one lab. */
export class Sweep {
  readonly tally: Tally = { kills: 0, unharmed: 0, shifted: 0, longestMs: 0 };
  readonly #means: Means;
  #begun = false;

  constructor(means: Means) {
    this.#means = means;
  }

  readonly #order = async (act: Act): Promise<void> => {
    await this.#means.lab.order(act, this.#begun ? undefined : this.#means.topology);
    this.#begun = true;
  };

  /** What is not as it should be; undefined when all is. */
  async #amiss(goal: Goal): Promise<string | undefined> {
    const { lab, greeting } = this.#means;
    const rows = textOf(await lab.rows());
    if (rows !== goal.rows) return difference(rows, goal.rows);
    const kernel = textOf(lab.kernel());
    if (kernel !== goal.kernel) return difference(kernel, goal.kernel);
    const held = await lab.held();
    if (held !== goal.held) return difference(held, goal.held);
    return (await lab.greet(greeting)) ? undefined : "a service does not greet";
  }

  async #agrees(goal: Goal, when: string): Promise<void> {
    const start = performance.now();
    const limit = agreeMs();
    for (;;) {
      const amiss = await this.#amiss(goal);
      if (amiss === undefined) break;
      if (performance.now() - start > limit) throw new Error(`${when}: not within ${limit} ms:\n${amiss}`);
      this.#means.lab.poke();
      await Bun.sleep(LOOK_MS);
    }
    this.tally.longestMs = Math.max(this.tally.longestMs, Math.round(performance.now() - start));
  }

  /** Whether the newest order has come to its end. */
  async #isOver(act: Act): Promise<boolean> {
    const { topology, change } = await this.#means.lab.rows();
    return typeof act === "string" ? !/ing/.test(topology[0] ?? "") : /^(applied|failed)/.test(change);
  }

  /** Waits for the end of an order that nobody disturbs. */
  async #ends(act: Act): Promise<void> {
    const start = performance.now();
    while (!(await this.#isOver(act))) {
      if (performance.now() - start > 3 * agreeMs()) throw new Error(`${wordOf(act)} came to no end`);
      await Bun.sleep(LOOK_MS);
    }
  }

  async #rehearse(act: Act): Promise<Goal> {
    const { lab, victim } = this.#means;
    const steps = await victim.watch(act, async () => {
      await this.#order(act);
      await this.#ends(act);
    });
    const rows = await lab.rows();
    const well =
      ["active", "torn_down"].includes(rows.topology[0] ?? "") && !rows.change.startsWith("failed");
    const goal = { act, steps, rows: textOf(rows), kernel: textOf(lab.kernel()), held: await lab.held() };
    if (!well || rows.topology[1] !== "") throw new Error(`${wordOf(act)} fails by itself: ${goal.rows}`);
    await this.#agrees(goal, `${wordOf(act)}, undisturbed`);
    return goal;
  }

  /** Carries out an order that nobody disturbs. */
  async plain(act: Act): Promise<void> {
    await this.#order(act);
    await this.#ends(act);
  }

  async #strike(goal: Goal, step: Step): Promise<void> {
    const order = { give: () => this.#order(goal.act), isOver: () => this.#isOver(goal.act) };
    const died = await this.#means.victim.strike(goal.act, step, order);
    if (died === "unharmed") this.tally.unharmed++;
    else this.tally.kills++;
    if (died !== "unharmed" && died.text !== step.text) this.tally.shifted++;
    const where = died === "unharmed" ? died : `killed at ${died.call} ${died.nth}: ${died.text}`;
    await this.#agrees(goal, `${wordOf(goal.act)}, ${where}`);
  }

  /** Says how many steps there were, and makes sure that there were some and that they were hit. */
  tell(steps: Readonly<Record<string, number>>): void {
    console.log(JSON.stringify({ ...steps, ...this.tally }));
    if (Math.min(...Object.values(steps)) === 0) throw new Error("an order took no step");
    // An order takes a step fewer at one time than at another: the last ones of its rehearsal may not come.
    if (this.tally.unharmed > this.tally.kills / 4) throw new Error("too many kills did not hit");
  }

  /** Goes through it; the number of steps of each order. */
  async run({ acts, before = [], after = [] }: Round): Promise<Readonly<Record<string, number>>> {
    for (const act of before) await this.plain(act);
    const goals: Goal[] = [];
    for (const act of acts) goals.push(await this.#rehearse(act));
    const most = Math.max(...goals.map(({ steps }) => steps.length));
    for (let i = 0; i < most; i++) {
      for (const goal of goals) {
        const step = goal.steps[i];
        if (step) await this.#strike(goal, step);
        else await this.plain(goal.act);
      }
    }
    for (const act of after) await this.plain(act);
    return Object.fromEntries(goals.map(({ act, steps }, i) => [`${i + 1} ${wordOf(act)}`, steps.length]));
  }
}
