// What starts workers on this host, whoever it is: systemd, or the supervisor of `decnet up`. Types alone.
// A worker that runs is told to stop over the bus; what can hear nothing, its manager keeps down.

/** What a service manager says of one worker. */
export type ServicePhase = "running" | "starting" | "stopped" | "failed" | "crash_loop";

/** One worker as its service manager sees it. */
export interface ServiceState {
  readonly phase: ServicePhase;
  readonly pid: number | undefined;
  /** Why it is `failed` or in a `crash_loop`: the manager's own words and the last lines of the worker's log. */
  readonly reason: string | undefined;
  readonly lastLines: readonly string[];
}

/** What came of a start; `reason` is the first line of the manager's refusal. */
export type StartOutcome =
  | { readonly result: "started" }
  | { readonly result: "already_running" }
  | { readonly result: "refused"; readonly reason: string };

/** What came of keeping one down. */
export type HoldOutcome =
  | { readonly result: "held" }
  | { readonly result: "refused"; readonly reason: string };

/** The one who starts workers. Names are checked against the registry of workers before they get here. */
export interface ServiceManager {
  /** `none` where nobody could start anything: nothing is installed there. */
  readonly kind: "systemd" | "supervisor" | "none";
  /** Names of the workers that it can start; asked at most once in 30 s. Empty when it can't be asked. */
  installed(): Promise<ReadonlySet<string>>;
  /** Undefined for a worker that it does not know, or when it can't be asked. */
  state(worker: string): Promise<ServiceState | undefined>;
  /** Resolves once the manager has taken or refused it; never throws for a refusal. */
  start(worker: string): Promise<StartOutcome>;
  /**
   * Ends the restarts of one that goes on failing: it stays down until it is started. Resolves once that holds or is
   * refused; never throws for a refusal.
   */
  hold(worker: string): Promise<HoldOutcome>;
}
