// The servers under comparison, started as they are shipped, and what they cost while they run.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY } from "../../../test/support/install.ts";
import { track } from "./children.ts";
import type { Address } from "./libc.ts";
import type { Side } from "./protocol.ts";

const NATS = Bun.which("nats-server") ?? "/usr/sbin/nats-server";

/** A running server. */
export interface Server {
  readonly address: Address;
  readonly pid: number;
  stop(): Promise<void>;
}

/** What is started: a broker, or what stands in its place and speaks decnet's protocol. */
export type ServerKind = Side | "relay";

function commandOf(
  kind: ServerKind,
  folder: string,
): { readonly command: string[]; readonly address: Address } {
  if (kind === "nats") {
    const port = freePort();
    return { command: [NATS, "-a", "127.0.0.1", "-p", String(port)], address: { port } };
  }
  const path = join(folder, "bus.sock");
  const relay = [process.execPath, join(import.meta.dir, "relay.ts"), path];
  return { command: kind === "relay" ? relay : [BINARY, "bus", "--socket", path], address: { path } };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

async function answers(address: Address): Promise<boolean> {
  const socket = { data: () => undefined };
  const connecting =
    "path" in address
      ? Bun.connect({ unix: address.path, socket })
      : Bun.connect({ hostname: "127.0.0.1", port: address.port, socket });
  return connecting.then(
    (opened) => {
      opened.end();
      return true;
    },
    () => false,
  );
}

/** Starts a server and waits until it takes connections. `folder` is its working folder. */
export async function startServer(kind: ServerKind, folder: string): Promise<Server> {
  const { command, address } = commandOf(kind, folder);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, DECNET_LOG_LEVEL: "error" };
  const child = track(
    Bun.spawn(command, { cwd: folder, env, stdin: "ignore", stdout: "ignore", stderr: "ignore" }),
  );
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await Bun.sleep(10))
    if (await answers(address)) return { address, pid: child.pid, stop };
  await stop();
  throw new Error(`${kind} did not start: ${command.join(" ")}`);
}

/** Version line of the NATS server. */
export function natsVersion(): string {
  return Bun.spawnSync([NATS, "--version"]).stdout.toString().trim();
}

/** MiB of a process: proportional and resident now, resident at its highest. */
export interface MemoryUse {
  readonly pss_mib: number;
  readonly rss_mib: number;
  readonly peak_rss_mib: number;
}

function mib(text: string, key: string): number {
  return Math.round(Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 102.4) / 10;
}

/** Memory of a process from /proc. */
export function memoryOf(pid: number): MemoryUse {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return { pss_mib: mib(rollup, "Pss"), rss_mib: mib(status, "VmRSS"), peak_rss_mib: mib(status, "VmHWM") };
}

/** Seconds that a process ran, and that it was ready but had to wait for a core. */
export interface Scheduled {
  readonly ran: number;
  readonly waited: number;
}

/** Both so far, to the nanosecond: the sums over its threads (schedstat, proc(5)). */
export function scheduledOf(pid: number): Scheduled {
  let ran = 0;
  let waited = 0;
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const [run = 0, wait = 0] = schedstat(`/proc/${pid}/task/${id}/schedstat`);
    ran += run / 1e9;
    waited += wait / 1e9;
  }
  return { ran, waited };
}

/** CPU seconds of a process so far. */
export function cpuOf(pid: number): number {
  return scheduledOf(pid).ran;
}

function schedstat(path: string): number[] {
  try {
    return readFileSync(path, "utf8").split(" ").map(Number);
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}
