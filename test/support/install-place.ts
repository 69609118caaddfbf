// Commands and reads of an install that runs in a network of its own, where a test's process has no way to its addresses,
// and what it has deployed there.

import { toError } from "../../src/contract/errors.ts";
import { BINARY, type RunningInstall } from "./install.ts";
import type { Place, Said } from "./internet.ts";

const LOOK_MS = 50;
const PATIENCE_MS = 10_000;

/** A decky as it is listed. */
export interface Listed {
  readonly name: string;
  readonly address: string;
  readonly mac: string | null;
  readonly state: string;
  readonly reason: string;
  readonly services: readonly { readonly name: string; readonly port: number; readonly state: string }[];
}

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
  /** Deckies that were deployed: those of the host itself have its address. */
  deployed(): Promise<readonly Listed[]>;
  /** Names of the host's links. */
  links(): Promise<readonly string[]>;
  /** Asks until `look` is content, 10 s if nothing is said; what throws is not content. */
  until<T>(look: () => Promise<T | undefined | false>, what: string, ms?: number): Promise<T>;
}

/** The install at this place. */
export function installAt(host: Place, install: RunningInstall): PlacedInstall {
  const decnet = (...args: readonly string[]): Promise<Said> =>
    host.run(BINARY, ...args, "--data-dir", install.dataDir);
  const ask = async (path: string, ...more: readonly string[]): Promise<string> => {
    const header = ["-H", `authorization: Bearer ${install.token}`];
    return (await host.run("curl", "-s", ...header, ...more, `${install.up.url}/api/v1${path}`)).out;
  };
  const api = async <T>(path: string, body?: object): Promise<T> => {
    const json = body ? ["-H", "content-type: application/json", "-d", JSON.stringify(body)] : [];
    return JSON.parse(await ask(path, ...json)) as T;
  };
  return {
    decnet,
    api,
    async must(...args) {
      const { code, out, err } = await decnet(...args);
      if (code !== 0) throw new Error(`decnet ${args.join(" ")}: ${err}${out.slice(0, 500)}`);
      return out;
    },
    text: (path) => ask(path),
    async deployed() {
      const { data } = await api<{ data: Listed[] }>("/deckies");
      return data.filter(({ mac }) => mac !== null);
    },
    async links() {
      const { out } = await host.run("ip", "-j", "link");
      return (JSON.parse(out) as { ifname: string }[]).map(({ ifname }) => ifname).sort();
    },
    async until(look, what, ms = PATIENCE_MS) {
      const end = performance.now() + ms;
      for (;;) {
        const found = await look().catch(toError);
        if (found instanceof Error || found === undefined || found === false) {
          const why = found instanceof Error ? found.message : "";
          if (performance.now() > end)
            throw new Error(`not in ${ms} ms: ${what}\n${why}\n${install.errors().slice(-3000)}`);
          await Bun.sleep(LOOK_MS);
        } else return found;
      }
    },
  };
}
