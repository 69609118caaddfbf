// Runs the built binary's whole install from an empty folder, as an operator would, and asks its API.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EvidenceItem, Page, Status } from "../../src/api/types.ts";

/** The binary under test. */
export const BINARY = join(import.meta.dir, "..", "..", "dist", "decnet");

/** What `decnet up --json` prints once all is up. */
interface UpLine extends Status {
  readonly event: "up";
  readonly url: string;
  readonly data_dir: string;
  readonly bus_socket: string;
  readonly pid: number;
  readonly admin?: { readonly username: string; readonly password: string };
  readonly logins: Readonly<Record<string, readonly string[]>>;
}

/** A running install. */
export interface RunningInstall extends AsyncDisposable {
  readonly up: UpLine;
  readonly folder: string;
  readonly dataDir: string;
  /** Token of its local admin. */
  readonly token: string;
  /** Everything it wrote to standard error so far. */
  readonly errors: () => string;
  /** Port of a decoy. */
  port(service: string): number;
  /** A login that gets in where `service` is offered. */
  login(service: string): { readonly username: string; readonly password: string };
  /** GETs a path under /api/v1 as the local admin. */
  get<T>(path: string): Promise<T>;
  /** All evidence that fits a query, oldest first. */
  evidence(query?: string): Promise<EvidenceItem[]>;
  /** Asks until `look` is content; throws after `timeoutMs` with the last answer. */
  eventually<T>(look: () => Promise<T | undefined | false>, timeoutMs?: number): Promise<T>;
  /** Ends it as Ctrl-C does; resolves to the exit status. */
  stop(): Promise<number>;
  /** Its exit status, once it has ended. */
  readonly ended: Promise<number>;
}

/** Options of {@link startInstall}. */
export interface InstallOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Prefix of the command line, such as `setpriv …`. */
  readonly prefix?: readonly string[];
  /** A folder to run on; a fresh one, removed at the end, when absent. */
  readonly folder?: string;
  readonly portOffset?: number;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) break;
  }
  return text;
}

/** Every install has ports of its own, all below the range from which the kernel picks (32768 and up, ip(7)). */
function freshOffset(): number {
  return 10_000 + Math.floor(Math.random() * 16_000);
}

/** Asked for, so that a restart of the API keeps it whatever else starts meanwhile. */
function freshApiPort(): number {
  return 5000 + Math.floor(Math.random() * 3000);
}

/** Starts `decnet up --json` and waits until it says that it is up. */
export async function startInstall(options: InstallOptions = {}): Promise<RunningInstall> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "decnet-e2e-"));
  const dataDir = join(folder, "data");
  const offset = options.portOffset ?? freshOffset();
  const ports = ["--port-offset", String(offset), "--api-port", String(freshApiPort())];
  const flags = [...ports, "--listen", "127.0.0.1"];
  const command = [
    ...(options.prefix ?? []),
    BINARY,
    "up",
    "--json",
    "--data-dir",
    dataDir,
    ...flags,
    ...(options.flags ?? []),
  ];
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let errors = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) errors += decoder.decode(chunk, { stream: true });
  })();
  const line = await Promise.race([firstLine(child.stdout), child.exited.then((code) => `exit ${code}`)]);
  if (!line.startsWith("{")) throw new Error(`decnet up did not come up: ${line}\n${errors}`);
  const up = JSON.parse(line) as UpLine;
  const { token } = JSON.parse(readFileSync(join(dataDir, "run", "install.json"), "utf8")) as {
    token: string;
  };
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${up.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const stop = async (): Promise<number> => {
    child.kill("SIGINT");
    return child.exited;
  };
  const services = up.deckies.flatMap((decky) =>
    decky.services.map((service) => ({ decky: decky.name, ...service })),
  );
  const find = (name: string) => {
    const service = services.find((entry) => entry.name === name);
    if (!service) throw new Error(`${name} is not offered`);
    return service;
  };
  return {
    up,
    folder,
    dataDir,
    token,
    errors: () => errors,
    port: (name) => find(name).port,
    login: (name) => {
      const [username = "", password = ""] = (up.logins[find(name).decky]?.[0] ?? "").split(" / ");
      return { username, password };
    },
    get,
    async evidence(query = ""): Promise<EvidenceItem[]> {
      const rows: EvidenceItem[] = [];
      for (let since: string | null = "0"; since !== null; ) {
        const page: Page<EvidenceItem> = await get(`/evidence?limit=500&since=${since}&${query}`);
        rows.push(...page.data);
        since = page.data.length === 0 ? null : page.next;
      }
      return rows;
    },
    async eventually<T>(look: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = await look();
        if (found !== undefined && found !== false) return found;
        if (performance.now() > deadline)
          throw new Error(`not within ${timeoutMs} ms; ${errors.slice(-2000)}`);
        await Bun.sleep(25);
      }
    },
    stop,
    ended: child.exited,
    async [Symbol.asyncDispose]() {
      await stop();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
