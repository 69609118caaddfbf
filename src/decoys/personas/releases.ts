// Dated lists of versions: which one a machine has at a day, and which after so many patch nights.
// A version never goes backwards, and none is run before the day it came out.

/** A version with the day on which it could be installed, `YYYY-MM-DD`. */
export interface Release {
  readonly version: string;
  readonly day: string;
}

const dayMs = (day: string): number => Date.parse(day);

/** Where a machine stands in a list that was last looked after at `at`, `behind` releases late. */
export function positionAt(releases: readonly { readonly day: string }[], at: number, behind = 0): number {
  const newest = releases.findLastIndex(({ day }) => dayMs(day) <= at);
  return Math.max(0, newest - behind);
}

/** What is installed after `patches` patch nights: the so many-th later release, the newest when the list ends. */
export function patched<T extends { readonly day: string }>(
  releases: readonly T[],
  from: { readonly position: number; readonly patches: number; readonly by: number },
): T {
  const known = releases.findLastIndex(({ day }) => dayMs(day) <= from.by);
  const wished = Math.min(from.position + from.patches, Math.max(known, from.position));
  const found = releases[Math.min(wished, releases.length - 1)];
  if (found === undefined) throw new RangeError("a list of releases is empty");
  return found;
}
