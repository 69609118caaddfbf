// An install by decnet init under a test's own systemd: what systemd, the API and the kernel say of it.

import type { Status, Worker } from "../../src/api/types.ts";
import { workers } from "../../src/workers/index.ts";
import type { SystemdHost } from "./systemd.ts";

/** The data folder of its services. */
export const DATA = "/var/lib/decnet";
const STATUS = ["decnet", "status", "--json", "--data-dir", DATA];

/** The unit of a worker. */
export const unit = (name: string): string => `decnet-${name}.service`;

const isOk = (worker: Worker): boolean => worker.status === "ok";

/** What there is to ask. */
export type SystemdInstall = ReturnType<typeof installOn>;

/** Asks `host`. */
export function installOn(host: SystemdHost) {
  /** What init changed, without its advice. */
  async function changedBy(...flags: string[]): Promise<readonly string[]> {
    return (JSON.parse(await host.must(host.binary, "init", "--json", ...flags)) as { changed: string[] })
      .changed;
  }

  async function status(): Promise<Status | undefined> {
    const { out } = await host.run(STATUS);
    const answer = (out.startsWith("{") ? JSON.parse(out) : {}) as Partial<Status>;
    return answer.workers ? (answer as Status) : undefined;
  }

  async function pidOf(name: string): Promise<number> {
    return Number(await showOf(name, "MainPID"));
  }

  async function showOf(name: string, property: string): Promise<string> {
    return (await host.must("systemctl", "show", "--value", "-p", property, unit(name))).trim();
  }

  /** Has the API stop or start a worker, as the install's own admin does. */
  async function order(name: string, action: "stop" | "start"): Promise<{ http: number; text: string }> {
    const { token } = JSON.parse(await host.must("cat", `${DATA}/run/install.json`)) as { token: string };
    const { out } = await host.run(STATUS);
    const path = `${(JSON.parse(out) as { url: string }).url}/api/v1/workers/${name}/${action}`;
    const words = ["-s", "-X", "POST", "-H", `Authorization: Bearer ${token}`, "-w", "\\n%{http_code}", path];
    const answer = (await host.must("curl", ...words)).trim().split("\n");
    return { http: Number(answer.at(-1)), text: answer[0] ?? "" };
  }

  /** The row of each is ok and is that of the process which systemd runs. */
  async function areOk(...wanted: readonly string[]): Promise<boolean> {
    const rows = (await status())?.workers.filter(({ name }) => wanted.includes(name)) ?? [];
    const pids = await Promise.all(rows.map(({ name }) => pidOf(name)));
    return rows.length === wanted.length && rows.every((row, i) => isOk(row) && row.extra["pid"] === pids[i]);
  }

  /** What /proc tells of each thread that a sandbox decides. */
  async function threadsOf(pid: number): Promise<readonly Record<string, string>[]> {
    const all = await host.must("sh", "-c", `cat /proc/${pid}/task/*/status`);
    const fields = ["Uid", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp"];
    return all.split(/^(?=Name:)/m).map((text) => {
      const lines = new Map(text.split("\n").map((line) => line.split(/:\s+/, 2) as [string, string]));
      return Object.fromEntries(fields.map((name) => [name, lines.get(name)?.replaceAll("\t", " ") ?? ""]));
    });
  }

  /** A stop goes out once: each connection has to stand, by the broker's own count. The API has two. */
  async function allHear(): Promise<void> {
    await host.eventually(async () => {
      const bus = (await status())?.workers.find(({ name }) => name === "bus");
      return Number(bus?.extra["connections"]) >= workers.length + 1;
    });
  }

  return { changedBy, status, pidOf, showOf, order, areOk, allHear, threadsOf };
}
