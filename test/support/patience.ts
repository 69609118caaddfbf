// How long all may take to agree after a restart: ten seconds, on a machine that has time for it.
// Where more processes want to run than there are processors, each gets only its share, and the limit grows with that.

import { availableParallelism, loadavg } from "node:os";

const AGREE_MS = 10_000;

export const agreeMs = (): number => AGREE_MS * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
