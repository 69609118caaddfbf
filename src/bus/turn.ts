// What is done once at the end of a turn: all that came before it goes out together.
// One wake of the loop for all tasks of a turn, however many connections they belong to.

let due: (() => void)[] = [];
let short = false;
let reading = false;

/**
 * How long turns are. A usual one lasts until all that the loop has to read has been read, so that many messages make few
 * writes. A short one lasts for one read: a message waits for no other, and the loop need not come round for it.
 */
export function setTurns(length: "usual" | "short"): void {
  short = length === "short";
}

/** To be called before what was read from one connection is handled, and {@link endRead} afterwards. */
export function beginRead(): void {
  reading = short;
}

/** Whether what is being handled is all of a turn, so that nothing more can come to be sent with it. */
export function isWholeTurn(): boolean {
  return reading;
}

/** Ends a short turn. */
export function endRead(): void {
  if (!reading) return;
  reading = false;
  runAll();
}

/** Runs `task` at the end of this turn; once for each call. What a task asks for runs at the end of the next one. */
export function atEndOfTurn(task: () => void): void {
  if (due.push(task) === 1 && !reading) setImmediate(runAll);
}

function runAll(): void {
  if (due.length === 0) return;
  const tasks = due;
  due = [];
  let done = 0;
  try {
    while (done < tasks.length) tasks[done++]?.();
  } finally {
    // One that throws keeps no other from running.
    for (const task of tasks.slice(done)) atEndOfTurn(task);
  }
}
