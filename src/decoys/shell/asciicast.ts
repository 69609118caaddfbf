// Recording of a terminal in asciicast v2 (one JSON line per event), bounded in bytes.
// Format: docs.asciinema.org/manual/asciicast/v2

import type { Clock } from "../../contract/clock.ts";
import type { Session } from "../decoy.ts";
import { fromByteString } from "./bytes.ts";
import type { ByteString } from "./shell.ts";

/** Most bytes of one recording; what is shown after it is not recorded. */
const RECORDING_BYTES = 4 * 1024 * 1024;

/** Takes what a terminal shows. */
export interface Recorder {
  shown(text: ByteString): void;
  resized(columns: number, rows: number): void;
  /** Captures the recording and records `terminal.recorded`. Idempotent. */
  finish(): Promise<void>;
}

const size = (value: number): number => Math.max(1, Math.min(1000, Math.floor(value) || 1));

/** Starts a recording. */
export function createRecorder(
  session: Session,
  terminal: { columns: number; rows: number; type: string },
): Recorder {
  const clock: Clock = session.clock;
  const started = clock.monotonic();
  const [width, height] = [size(terminal.columns), size(terminal.rows)];
  const decoder = new TextDecoder("utf-8");
  const file = session.captureFile();
  let bytes = 0;
  let done = false;
  const line = (value: unknown): void => {
    const encoded = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    if (done || bytes + encoded.length > RECORDING_BYTES) return;
    bytes += encoded.length;
    file.write(encoded);
  };
  const at = (): number => Math.round((clock.monotonic() - started) * 1000) / 1_000_000;
  line({
    version: 2,
    width,
    height,
    timestamp: Math.floor(clock.now() / 1000),
    env: { TERM: terminal.type.replace(/[^\w.+-]/g, "").slice(0, 32) },
  });
  return {
    shown(text) {
      const decoded = decoder.decode(fromByteString(text), { stream: true });
      if (decoded !== "") line([at(), "o", decoded]);
    },
    resized(columns, rows) {
      line([at(), "r", `${size(columns)}x${size(rows)}`]);
    },
    async finish() {
      if (done) return;
      done = true;
      const kept = await file.finish();
      if (!kept) return;
      session.record("terminal.recorded", {
        sha256: kept.sha256,
        size: kept.stored,
        duration_ms: Math.max(0, Math.round(clock.monotonic() - started)),
        width,
        height,
      });
    },
  };
}
