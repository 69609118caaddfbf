// What the mutator decides: statuses, what a change touches, why it is not in force. Pure.

import type { Compiled, CompiledDecky } from "../../fleet/compile.ts";
import type { Mutation } from "../../topology/mutation.ts";
import type { TopologyStatus } from "../../topology/status.ts";
import type { Report } from "./task.ts";

/** Statuses in which a topology has machines in the kernel that shall stay. */
export function isUp(status: string): boolean {
  return status === "active" || status === "degraded";
}

/** Why deckies are not as they should be, in one line that names the first of them. */
export function reasonOf(problems: ReadonlyMap<string, string>): string {
  const shown = [...problems].slice(0, 3).map(([decky, reason]) => `${decky}: ${reason}`);
  const more = problems.size - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`.slice(0, 500);
}

/** The status of a topology with so many deckies, some of which have problems. */
export function statusFor(deckies: number, problems: number): "active" | "degraded" | "failed" {
  if (problems === 0) return "active";
  return problems < deckies ? "degraded" : "failed";
}

/** A topology's end of a try to deploy it. */
export interface Verdict {
  readonly status: TopologyStatus;
  readonly reason: string;
}

/** What two states of a fleet have not in common. */
export interface Difference {
  readonly changed: readonly CompiledDecky[];
  readonly gone: readonly CompiledDecky[];
  /** Bridges, ours and joined, that are wanted no longer. */
  readonly bridges: readonly string[];
  readonly none: boolean;
}

/** Compares what was wanted with what is wanted now. */
export function differenceOf(before: Compiled, after: Compiled): Difference {
  const old = new Map(before.deckies.map((decky) => [decky.name, decky]));
  const names = new Set(after.deckies.map(({ name }) => name));
  const changed = after.deckies.filter((decky) => !Bun.deepEquals(old.get(decky.name), decky));
  const gone = before.deckies.filter(({ name }) => !names.has(name));
  const kept = new Set([...after.bridges, ...after.joined]);
  const all = [...before.bridges, ...before.joined];
  const bridges = all.filter((name) => !kept.has(name));
  const fresh = [...kept].some((name) => !all.includes(name));
  return { changed, gone, bridges, none: changed.length + gone.length + bridges.length === 0 && !fresh };
}

/** The services of the machine that a change is about. */
export function servicesOf(compiled: Compiled, mutation: Mutation): readonly string[] {
  const name = mutation.op === "update_decky" ? mutation.name : undefined;
  return compiled.deckies.find((decky) => decky.name === name)?.spec.services ?? [];
}

/** Why a change is not in force; `away` when it may yet be. */
export function whyNot(report: Report): { readonly reason: string; readonly away: boolean } | undefined {
  if (report.away !== undefined) return { reason: report.away, away: true };
  const failed = new Map(Object.entries(report.failed));
  if (failed.size > 0) return { reason: reasonOf(failed), away: false };
  return report.trouble === undefined ? undefined : { reason: report.trouble, away: false };
}
