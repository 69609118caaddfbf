// Brokers and clients of the bus in processes of their own, for tests that kill, stop and starve them.
// Ends what it starts: `close` takes all of them down.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./bus-tools.ts";

/** The program of a broker: its argument is the socket's path. */
export const BROKER_PROGRAM = join(import.meta.dir, "bus-broker-process.ts");
const PEER = join(import.meta.dir, "bus-peer-process.ts");

/** What a peer does: see bus-peer-process.ts. */
export type PeerRole = "read" | "half" | "cut" | "silent";

/** A process of a test. */
export interface BusProcess {
  readonly pid: number;
  /** Lines that it has printed. */
  readonly lines: readonly string[];
  signal(name: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

/** Where a broker's log goes, and what it is started through (`ulimit`, `unshare`). */
export interface BrokerProcessOptions {
  readonly through?: readonly string[];
  readonly log?: string;
}

/** Starts processes and ends them all. */
export interface BusProcesses {
  broker(path: string, options?: BrokerProcessOptions): Promise<BusProcess>;
  peer(path: string, role: PeerRole): Promise<BusProcess>;
  close(): Promise<void>;
}

/** Makes it. */
export function createBusProcesses(): BusProcesses {
  const started: BusProcess[] = [];
  const start = async (command: readonly string[], first: string, log?: string): Promise<BusProcess> => {
    const made = run(command, log);
    started.push(made);
    await until(() => made.lines.includes(first), `${first}: ${command.join(" ")}`, 10_000);
    return made;
  };
  return {
    broker: (path, { through = [], log } = {}) =>
      start([...through, process.execPath, BROKER_PROGRAM, path], "listening", log),
    peer: (path, role) => start([process.execPath, PEER, path, role], "ready"),
    async close() {
      await Promise.all(started.map((one) => one.kill()));
    },
  };
}

function run(command: readonly string[], log?: string): BusProcess {
  const child = Bun.spawn([...command], {
    env: { ...process.env, DECNET_LOG_LEVEL: "info" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: log === undefined ? "ignore" : Bun.file(log),
  });
  const lines: string[] = [];
  void collect(child.stdout, lines);
  return {
    pid: child.pid,
    lines,
    signal: (name) => child.kill(name),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function collect(output: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of output) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
}

/** Descriptors that a process holds. */
export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Resident memory of a process in bytes (proc(5)). */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
