// Standard streams of fake processes: pipes with a bounded buffer, files, terminals, sinks.
// Never buffers more than a pipe of the real kernel does.

import { fromByteString, toByteString } from "../bytes.ts";
import type { ByteSink, ByteSource, ByteString, WritableFile } from "../shell.ts";
import type { Budget } from "./budget.ts";
import { BrokenPipe, Interrupted } from "./flow.ts";

/** Where a process reads. */
export class Input {
  #held: ByteString = "";
  #ended = false;
  readonly #pull: () => Promise<ByteString | null>;
  /** Called when the last reader has gone. */
  readonly close: () => void;
  readonly isTerminal: boolean;

  constructor(
    pull: () => Promise<ByteString | null>,
    options: { close?: () => void; isTerminal?: boolean } = {},
  ) {
    this.#pull = pull;
    this.close = options.close ?? (() => undefined);
    this.isTerminal = options.isTerminal ?? false;
  }

  /** The next bytes, at most `max`, or null at the end. */
  async read(max = 65_536): Promise<ByteString | null> {
    if (this.#held === "") {
      if (this.#ended) return null;
      const next = await this.#pull();
      if (next === null) {
        this.#ended = true;
        return null;
      }
      this.#held = next;
    }
    const out = this.#held.slice(0, max);
    this.#held = this.#held.slice(out.length);
    return out;
  }

  /** The next line with its LF (the last may have none), or null at the end. Over-long lines come in pieces of `max`. */
  async line(max = 65_536): Promise<ByteString | null> {
    let line = "";
    for (;;) {
      const piece = await this.read(max - line.length);
      if (piece === null) return line === "" ? null : line;
      const at = piece.indexOf("\n");
      if (at >= 0) {
        this.#held = piece.slice(at + 1) + this.#held;
        return line + piece.slice(0, at + 1);
      }
      line += piece;
      if (line.length >= max) return line;
    }
  }

  /** All that is left, cut at `max` bytes. */
  async all(max = 1 << 20): Promise<ByteString> {
    const parts: ByteString[] = [];
    for (let length = 0; length < max; ) {
      const piece = await this.read(max - length);
      if (piece === null) break;
      parts.push(piece);
      length += piece.length;
    }
    return parts.join("");
  }
}

/** Where a process writes. `write` throws BrokenPipe when nobody reads any more. */
export interface Output {
  write(text: ByteString): Promise<void>;
  /** Ends it for its reader. Idempotent. */
  close(): void;
  readonly isTerminal: boolean;
  /** True when what is written goes nowhere, at no cost. */
  readonly discards?: boolean;
}

/** An input that is at its end. */
export function emptyInput(): Input {
  return new Input(() => Promise.resolve(null));
}

/** An input that gives nothing until `signal` ends who reads it. */
export function stoppedInput(signal: AbortSignal): Input {
  return new Input(
    () =>
      new Promise((_, reject) => {
        const stop = (): void => reject(new Interrupted());
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      }),
    { isTerminal: true },
  );
}

/** An input of fixed bytes. */
export function textInput(text: ByteString): Input {
  let left: ByteString | null = text === "" ? null : text;
  return new Input(() => {
    const out = left;
    left = null;
    return Promise.resolve(out);
  });
}

/** An input over a content that may never end. */
export function contentInput(read: (offset: number, length: number) => ByteString): Input {
  let offset = 0;
  return new Input(() => {
    const out = read(offset, 16_384);
    offset += out.length;
    return Promise.resolve(out === "" ? null : out);
  });
}

/** An input from a client. */
export function sourceInput(source: ByteSource, signal: AbortSignal, isTerminal = false): Input {
  return new Input(
    async () => {
      if (signal.aborted) return null;
      let stop: (() => void) | undefined;
      const aborted = new Promise<"aborted">((resolve) => {
        stop = () => resolve("aborted");
        signal.addEventListener("abort", stop, { once: true });
      });
      const next = await Promise.race([source.read(), aborted]);
      if (stop) signal.removeEventListener("abort", stop);
      if (next === "aborted") throw new Interrupted();
      return next === null ? null : toByteString(next);
    },
    { isTerminal },
  );
}

/** An output to a client, counted. */
export function sinkOutput(sink: ByteSink, budget: Budget, isTerminal = false): Output {
  return {
    isTerminal,
    async write(text) {
      if (text === "") return;
      await budget.carry(text.length);
      await sink(fromByteString(text));
    },
    close: () => undefined,
  };
}

/** Collects up to `max` bytes, counted. */
export function collectOutput(budget: Budget, max: number): Output & { text(): ByteString } {
  const parts: ByteString[] = [];
  let length = 0;
  return {
    isTerminal: false,
    async write(text) {
      await budget.carry(text.length);
      if (length < max) parts.push(text.slice(0, max - length));
      length += text.length;
      if (length > 4 * max) throw new BrokenPipe();
    },
    close: () => undefined,
    text: () => parts.join(""),
  };
}

/** Whether it is the null device. */
export function isNull(file: WritableFile): boolean {
  const { type, device } = file.stat();
  return type === "character" && device?.[0] === 1 && device[1] === 3;
}

/** An output into a file of the login. `failed` is told of the first error. */
export function fileOutput(
  file: WritableFile,
  options: { append: boolean; budget: Budget; failed: (code: string) => void },
): Output {
  let offset = 0;
  let broken = false;
  const discards = isNull(file);
  return {
    isTerminal: false,
    discards,
    async write(text) {
      await options.budget.carry(discards ? 0 : text.length);
      if (options.append) offset = file.stat().size;
      const done = file.write(offset, fromByteString(text));
      if (done.ok) offset += done.value;
      else {
        if (!broken) options.failed(done.code);
        broken = true;
        throw new BrokenPipe();
      }
    },
    close: () => void file.close(),
  };
}

const PIPE_BYTES = 65_536;

/** A pipe. The writer waits while 64 KiB are unread. */
export function createPipe(budget: Budget): { input: Input; output: Output } {
  let held: ByteString[] = [];
  let bytes = 0;
  let writerGone = false;
  let readerGone = false;
  let wake: (() => void)[] = [];
  const notify = (): void => {
    const all = wake;
    wake = [];
    for (const call of all) call();
  };
  budget.signal.addEventListener("abort", notify, { once: true });
  const wait = (): Promise<void> => new Promise((resolve) => wake.push(resolve));
  const input = new Input(
    async () => {
      while (bytes === 0 && !writerGone) {
        budget.check();
        await wait();
      }
      budget.check();
      if (bytes === 0) return null;
      const out = held.join("");
      held = [];
      bytes = 0;
      notify();
      return out;
    },
    {
      close: () => {
        readerGone = true;
        held = [];
        bytes = 0;
        notify();
      },
    },
  );
  const output: Output = {
    isTerminal: false,
    async write(text) {
      if (text === "") return;
      await budget.carry(text.length);
      while (bytes >= PIPE_BYTES && !readerGone) {
        budget.check();
        await wait();
      }
      if (readerGone) throw new BrokenPipe();
      held.push(text);
      bytes += text.length;
      notify();
    },
    close: () => {
      writerGone = true;
      notify();
    },
  };
  return { input, output };
}
