// The files and commands that an awk program reads and writes by name.
// Bounded in how many are open; a command runs in the fake shell like any other.

import { toByteString } from "../bytes.ts";
import { Killed } from "../run/flow.ts";
import type { Proc } from "../run/proc.ts";
import {
  collectOutput,
  contentInput,
  fileOutput,
  type Input,
  type Output,
  textInput,
} from "../run/streams.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import type { Destination } from "./ast.ts";
import { RecordSource } from "./source.ts";

const OPEN = 32;
const COMMAND_BYTES = 1 << 20;
const COMMAND_STEPS = 16;
const BUFFER = 4096;

interface Sink {
  write(text: ByteString): Promise<void>;
  /** Ends it and gives the status of a command. */
  close(): Promise<number>;
}

/** What a program reads and writes. */
export class AwkStreams {
  readonly #proc: Proc;
  readonly #sinks = new Map<ByteString, Sink>();
  readonly #sources = new Map<ByteString, { source: RecordSource; status: number }>();
  #buffer: ByteString = "";

  constructor(proc: Proc) {
    this.#proc = proc;
  }

  /** Writes to standard output, which is held back as stdio does for what is no terminal. */
  async print(text: ByteString): Promise<void> {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFER || this.#proc.init.stdout.isTerminal) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = "";
    if (text !== "") await this.#proc.out(text);
  }

  /** Writes to a file or command; the error code when it can't be opened. */
  async write(kind: Destination["kind"], name: ByteString, text: ByteString): Promise<FsErrorCode | null> {
    if (name === "/dev/stdout" || (name === "-" && kind !== "|")) {
      await this.print(text);
      return null;
    }
    let sink = this.#sinks.get(name);
    if (!sink) {
      if (this.#sinks.size >= OPEN) throw new Killed();
      const made = kind === "|" ? this.#commandSink(name) : this.#fileSink(name, kind === ">>");
      if (typeof made === "string") return made;
      sink = made;
      this.#sinks.set(name, sink);
    }
    await sink.write(text);
    return null;
  }

  #fileSink(path: ByteString, append: boolean): Sink | FsErrorCode {
    if (path === "/dev/stderr")
      return { write: (text) => this.#proc.err(text), close: () => Promise.resolve(0) };
    const file = this.#proc.fs.openWrite(path, { via: "shell", truncate: !append });
    if (!file.ok) return file.code;
    const { budget } = this.#proc;
    const output = fileOutput(file.value, { append, budget, failed: () => undefined });
    return sinkOf(output);
  }

  /** A command gets what was printed to it once that has ended. */
  #commandSink(command: ByteString): Sink {
    const held = collectOutput(this.#proc.budget, COMMAND_BYTES);
    return {
      write: (text) => held.write(text),
      close: async () => {
        await this.flush();
        return this.#run(command, { stdin: textInput(held.text()) });
      },
    };
  }

  async #run(command: ByteString, changes: { stdin?: Input; stdout?: Output }): Promise<number> {
    await this.#proc.budget.step(COMMAND_STEPS);
    return this.#proc.spawn(["/bin/sh", "-c", command], changes);
  }

  /** Runs a command for its status. */
  async system(command: ByteString): Promise<number> {
    await this.flush();
    return this.#run(command, {});
  }

  /** The records of a file (null when it can't be read) or of what a command prints. */
  async source(from: "file" | "command", name: ByteString): Promise<RecordSource | null> {
    const known = this.#sources.get(name);
    if (known) return known.source;
    if (this.#sources.size >= OPEN) throw new Killed();
    const opened = from === "file" ? this.#openFile(name) : await this.#openCommand(name);
    if (!opened) return null;
    this.#sources.set(name, opened);
    return opened.source;
  }

  #openFile(path: ByteString): { source: RecordSource; status: number } | null {
    if (path === "-" || path === "/dev/stdin")
      return { source: new RecordSource(this.#proc.stdin), status: 0 };
    const file = this.#proc.fs.open(path);
    if (!file.ok) return null;
    const input = contentInput((offset, length) => toByteString(file.value.read(offset, length)));
    return { source: new RecordSource(input), status: 0 };
  }

  async #openCommand(command: ByteString): Promise<{ source: RecordSource; status: number }> {
    await this.flush();
    const stdout = collectOutput(this.#proc.budget, COMMAND_BYTES);
    const status = await this.#run(command, { stdout });
    return { source: new RecordSource(textInput(stdout.text())), status };
  }

  /** Closes one by name: its status, or -1 when it is not open. */
  async close(name: ByteString): Promise<number> {
    const sink = this.#sinks.get(name);
    const source = this.#sources.get(name);
    this.#sinks.delete(name);
    this.#sources.delete(name);
    if (sink) return sink.close();
    return source ? source.status : -1;
  }

  async closeAll(): Promise<void> {
    await this.flush();
    for (const name of [...this.#sinks.keys()]) await this.close(name);
  }
}

function sinkOf(output: Output): Sink {
  return {
    write: (text) => output.write(text),
    close: () => {
      output.close();
      return Promise.resolve(0);
    },
  };
}
