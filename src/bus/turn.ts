// What is done once at the end of a turn of the event loop, when all that came in it has been read.
// One wake of the loop for all tasks of a turn, however many connections they belong to.

let due: (() => void)[] = [];

/** Runs `task` at the end of this turn; once for each call. What a task asks for runs at the end of the next one. */
export function atEndOfTurn(task: () => void): void {
  if (due.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
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
