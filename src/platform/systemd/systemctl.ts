// Runs systemctl: arguments as a vector, no shell, a time limit, bounded output. Decides nothing.

import { printable } from "../../contract/captured.ts";
import type { Clock } from "../../contract/clock.ts";
import { toError } from "../../contract/errors.ts";

const OUTPUT_BYTES = 64 * 1024;
const TIMEOUT_MS = 20_000;

/** How a run ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly out: string;
  /** First line of its standard error, or why there is none; fit for a screen. */
  readonly reason: string;
}

/** Runs it with these arguments; never rejects. */
export type Systemctl = (args: readonly string[]) => Promise<Outcome>;

async function readBounded(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  // Read to the end all the same: a full pipe would hold the process.
  for await (const chunk of stream) {
    if (text.length < OUTPUT_BYTES) text += decoder.decode(chunk, { stream: true });
  }
  return text.slice(0, OUTPUT_BYTES);
}

/** Makes it for the program at `path`. */
export function createSystemctl(path: string, clock: Clock): Systemctl {
  return async (args) => {
    try {
      const child = Bun.spawn([path, ...args], {
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      let late = false;
      const cancel = clock.after(TIMEOUT_MS, () => {
        late = true;
        child.kill("SIGKILL");
      });
      const [out, err, code] = await Promise.all([
        readBounded(child.stdout),
        readBounded(child.stderr),
        child.exited,
      ]);
      cancel();
      const said = late
        ? "systemctl does not answer"
        : err.split("\n", 1)[0] || `systemctl ended with ${code}`;
      return { ok: code === 0, out, reason: printable(said) };
    } catch (error) {
      return { ok: false, out: "", reason: printable(toError(error).message) };
    }
  };
}
