// Commands and reads of an install that runs in a network of its own, where a test's process has no way to its addresses.

import { BINARY, type RunningInstall } from "./install.ts";
import type { Place, Said } from "./internet.ts";

/** An install as its own host reaches it. */
export interface PlacedInstall {
  /** Runs a decnet command on its data folder. */
  decnet(...args: readonly string[]): Promise<Said>;
  /** The same, which must end well; what it printed. */
  must(...args: readonly string[]): Promise<string>;
  /** Asks the API as the local admin: a GET, or a POST of a body. */
  api<T>(path: string, body?: object): Promise<T>;
}

/** The install at this place. */
export function installAt(host: Place, install: RunningInstall): PlacedInstall {
  const decnet = (...args: readonly string[]): Promise<Said> =>
    host.run(BINARY, ...args, "--data-dir", install.dataDir);
  return {
    decnet,
    async must(...args) {
      const { code, out, err } = await decnet(...args);
      if (code !== 0) throw new Error(`decnet ${args.join(" ")}: ${err}${out.slice(0, 500)}`);
      return out;
    },
    async api<T>(path: string, body?: object) {
      const header = ["-H", `authorization: Bearer ${install.token}`];
      const json = body ? ["-H", "content-type: application/json", "-d", JSON.stringify(body)] : [];
      const { out } = await host.run("curl", "-s", ...header, ...json, `${install.up.url}/api/v1${path}`);
      return JSON.parse(out) as T;
    },
  };
}
