// How long the binary takes to answer, and the install to be up.

import { BINARY, startInstall } from "../../test/support/install.ts";

const RUNS = 20;

/** Milliseconds of one run of the binary, lowest and median of several. */
function timed(flag: string): { min_ms: number; median_ms: number } {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    Bun.spawnSync([BINARY, flag], { cwd: "/" });
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const round = (ms: number | undefined): number => Math.round((ms ?? 0) * 10) / 10;
  return { min_ms: round(times[0]), median_ms: round(times[RUNS >> 1]) };
}

/** Measures `--version`, `--help`, and `up` until everything serves. */
export async function benchStart(): Promise<unknown> {
  const start = performance.now();
  await using _install = await startInstall();
  const up = Math.round(performance.now() - start);
  return { version: timed("--version"), help: timed("--help"), up_ms: up };
}
