// A service manager that starts nothing: it keeps what it was told and answers what it was told to answer.

import type {
  HoldOutcome,
  ServiceManager,
  ServiceState,
  StartOutcome,
} from "../../src/contract/service-manager.ts";

const running: ServiceState = { phase: "running", pid: 1, reason: undefined, lastLines: [] };

/** Everything is installed and runs unless a test says otherwise. */
export class FakeServices implements ServiceManager {
  kind: ServiceManager["kind"] = "supervisor";
  /** Names in the order in which they were to be started. */
  readonly starts: string[] = [];
  /** Names that were to be kept down. */
  readonly holds: string[] = [];
  readonly states = new Map<string, Partial<ServiceState>>();
  readonly refusals = new Map<string, string>();
  /** Thrown by every question, as long as it is set. */
  broken: Error | undefined;
  names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  async installed(): Promise<ReadonlySet<string>> {
    if (this.broken) throw this.broken;
    return new Set(this.names);
  }

  async state(worker: string): Promise<ServiceState | undefined> {
    if (this.broken) throw this.broken;
    return this.names.includes(worker) ? { ...running, ...this.states.get(worker) } : undefined;
  }

  async start(worker: string): Promise<StartOutcome> {
    if (this.broken) throw this.broken;
    this.starts.push(worker);
    const reason = this.refusals.get(worker);
    if (reason !== undefined) return { result: "refused", reason };
    const state = await this.state(worker);
    if (state?.phase === "running") return { result: "already_running" };
    this.states.delete(worker);
    return { result: "started" };
  }

  async hold(worker: string): Promise<HoldOutcome> {
    if (this.broken) throw this.broken;
    this.holds.push(worker);
    const reason = this.refusals.get(worker);
    if (reason !== undefined) return { result: "refused", reason };
    this.states.set(worker, { phase: "stopped", pid: undefined });
    return { result: "held" };
  }
}
