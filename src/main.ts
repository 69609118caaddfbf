// argv to command: the only process.exit and the only top-level catch.

import { enter } from "./commands/entry.ts";

const EXIT_INTERRUPTED = 130;

/** A second Ctrl-C after this long does not wait for an orderly end. */
const PATIENCE_MS = 1_000;

const stop = new AbortController();
let stoppedAt = 0;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (stop.signal.aborted && performance.now() - stoppedAt > PATIENCE_MS) process.exit(EXIT_INTERRUPTED);
    stoppedAt = stop.signal.aborted ? stoppedAt : performance.now();
    stop.abort();
  });
}
// A reader that goes away (`decnet events | head`) ends the command, it does not break it.
process.stdout.on("error", () => stop.abort());

/** Writes to a stream; `done` resolves once all of it has been taken, however slowly it is read. */
function writerTo(stream: NodeJS.WriteStream): { write(text: string): void; done(): Promise<void> } {
  let last = Promise.resolve();
  return {
    write(text) {
      // The callback of an empty write would not wait for those before it.
      if (text !== "") last = new Promise((resolve) => stream.write(text, () => resolve()));
    },
    done: () => last,
  };
}

const [out, err] = [writerTo(process.stdout), writerTo(process.stderr)];
const status = await enter(
  process.argv.slice(2),
  {
    env: process.env,
    out: out.write,
    err: err.write,
    colours: process.stdout.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
  },
  stop.signal,
);
await Promise.all([out.done(), err.done()]);
process.exit(status);
