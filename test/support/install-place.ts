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
  /** A GET as the local admin; what it said, as it is. */
  text(path: string): Promise<string>;
}

/** The install at this place. */
export function installAt(host: Place, install: RunningInstall): PlacedInstall {
  const decnet = (...args: readonly string[]): Promise<Said> =>
    host.run(BINARY, ...args, "--data-dir", install.dataDir);
  const ask = async (path: string, ...more: readonly string[]): Promise<string> => {
    const header = ["-H", `authorization: Bearer ${install.token}`];
    return (await host.run("curl", "-s", ...header, ...more, `${install.up.url}/api/v1${path}`)).out;
  };
  return {
    decnet,
    async must(...args) {
      const { code, out, err } = await decnet(...args);
      if (code !== 0) throw new Error(`decnet ${args.join(" ")}: ${err}${out.slice(0, 500)}`);
      return out;
    },
    async api<T>(path: string, body?: object) {
      const json = body ? ["-H", "content-type: application/json", "-d", JSON.stringify(body)] : [];
      return JSON.parse(await ask(path, ...json)) as T;
    },
    text: (path) => ask(path),
  };
}
