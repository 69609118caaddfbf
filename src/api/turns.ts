// One after the other: for what must look and then write with nobody in between.

/** Runs each task once the one before has ended, however it ended. */
export function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task, task);
    last = run;
    // Who asked hears of a failure from `run`.
    last.catch(() => undefined);
    return run;
  };
}
