// A pseudo terminal: what the client types goes to the line that is being edited or waits for the next one; Ctrl-C
// reaches what runs. Bounded: beyond 64 KiB of unread typing nothing more is read from the client.

import type { Recorder } from "./asciicast.ts";
import { fromByteString, toByteString } from "./bytes.ts";
import { createLineEditor, type EditorOptions, type LineEnd } from "./line-editor.ts";
import { BrokenPipe, Interrupted } from "./run/flow.ts";
import type { Terminal } from "./run/proc.ts";
import { Input, type Output } from "./run/streams.ts";
import type { ByteSink, ByteSource, ByteString } from "./shell.ts";

const TYPED_AHEAD = 64 * 1024;

/** What a terminal is made of. */
export interface TerminalInit {
  readonly input: ByteSource;
  readonly output: ByteSink;
  readonly columns: number;
  readonly rows: number;
  readonly type: string;
  readonly recorder: Recorder;
  /** Ctrl-C while something runs. */
  readonly onInterrupt: () => void;
}

/** The terminal of a session. */
export class PseudoTerminal implements Terminal {
  columns: number;
  rows: number;
  readonly type: string;
  readonly #init: TerminalInit;
  #typed: ByteString = "";
  #ended = false;
  #editing = false;
  #afterReturn = false;
  #wake: (() => void)[] = [];

  constructor(init: TerminalInit) {
    this.#init = init;
    this.columns = init.columns;
    this.rows = init.rows;
    this.type = init.type;
    void this.#pump();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The client has gone: reads end, writes fail. Idempotent. */
  hangup(): void {
    this.#ended = true;
    this.#notify();
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#init.recorder.resized(columns, rows);
  }

  #notify(): void {
    const all = this.#wake;
    this.#wake = [];
    for (const call of all) call();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  async #pump(): Promise<void> {
    while (!this.#ended) {
      const bytes = await this.#init.input.read().catch(() => null);
      if (bytes === null) break;
      let text = this.#typed + toByteString(bytes);
      // Ctrl-C is no input of what runs: it ends it, and what was typed before it is thrown away.
      const at = this.#editing ? -1 : text.lastIndexOf("\x03");
      if (at >= 0) {
        text = text.slice(at + 1);
        await this.#show("^C\r\n");
        this.#init.onInterrupt();
      }
      this.#typed = text;
      this.#notify();
      while (this.#typed.length >= TYPED_AHEAD && !this.#ended) await this.#wait();
    }
    this.hangup();
    this.#init.onInterrupt();
  }

  async #show(text: ByteString): Promise<void> {
    if (text === "") return;
    this.#init.recorder.shown(text);
    await this.#init.output(fromByteString(text));
  }

  /** Takes typed bytes; "" at the end of input. */
  async #take(): Promise<ByteString> {
    while (this.#typed === "" && !this.#ended) await this.#wait();
    const text = this.#typed;
    this.#typed = "";
    return text;
  }

  async #edit(options: Omit<EditorOptions, "columns">): Promise<LineEnd> {
    const editor = createLineEditor({ ...options, columns: this.columns });
    this.#editing = true;
    try {
      await this.#show(options.prompt);
      for (;;) {
        let text = await this.#take();
        if (text === "") return { kind: "end" };
        // The second half of CR LF or CR NUL that came apart.
        if (this.#afterReturn && (text.startsWith("\n") || text.startsWith("\0"))) text = text.slice(1);
        this.#afterReturn = false;
        const { taken, output, end } = editor.feed(text);
        let rest = text.slice(taken);
        if (end?.kind === "line" && text.charAt(taken - 1) === "\r") {
          if (rest === "") this.#afterReturn = true;
          else if (rest.startsWith("\n") || rest.startsWith("\0")) rest = rest.slice(1);
        }
        this.#typed = rest + this.#typed;
        this.#notify();
        await this.#show(output);
        if (end) return end;
      }
    } finally {
      this.#editing = false;
    }
  }

  async readLine(
    prompt: ByteString,
    options: Parameters<Terminal["readLine"]>[1] = {},
  ): Promise<{ line: ByteString; interrupted: boolean } | null> {
    const end = await this.#edit({
      prompt,
      echo: true,
      rich: true,
      history: options.history ?? [],
      complete: options.complete,
    });
    if (end.kind === "end") return null;
    return end.kind === "interrupt"
      ? { line: "", interrupted: true }
      : { line: end.line, interrupted: false };
  }

  async readSecret(prompt: ByteString): Promise<ByteString | null> {
    const end = await this.#edit({ prompt, echo: false, rich: false });
    return end.kind === "line" ? end.line : null;
  }

  async readKey(signal: AbortSignal): Promise<ByteString | null> {
    const wake = (): void => this.#notify();
    signal.addEventListener("abort", wake, { once: true });
    while (this.#typed === "" && !this.#ended && !signal.aborted) await this.#wait();
    signal.removeEventListener("abort", wake);
    if (this.#typed === "") return this.#ended ? null : "";
    const key = this.#typed.charAt(0);
    this.#typed = this.#typed.slice(1);
    this.#notify();
    return key;
  }

  /** Standard input of programs: lines, echoed as they are typed. */
  input(): Input {
    return new Input(
      async () => {
        const end = await this.#edit({ prompt: "", echo: true, rich: false });
        if (end.kind === "interrupt") {
          this.#init.onInterrupt();
          throw new Interrupted();
        }
        return end.kind === "line" ? `${end.line}\n` : null;
      },
      { isTerminal: true },
    );
  }

  /** Standard output of programs: LF becomes CR LF. `check` is told of every write and may refuse it. */
  stream(check: (bytes: number) => Promise<void>): Output {
    return {
      isTerminal: true,
      write: async (text) => {
        await check(text.length);
        if (this.#ended) throw new BrokenPipe();
        await this.#show(text.replaceAll("\n", "\r\n"));
      },
      close: () => undefined,
    };
  }
}
