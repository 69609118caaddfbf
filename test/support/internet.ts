// A small internet for a test that needs root: a host for an install, attackers beside it, bridges between them.
// Made of network namespaces that carry this process's mark and are removed at the end; the machine's own network is not touched.

import { join } from "node:path";

/** Whether such a test can run here. */
export const HAS_INTERNET = process.getuid?.() === 0 && Bun.which("ip") !== null;

if (!HAS_INTERNET) console.warn("tests of deployed fleets are skipped: they need root and iproute2");

/** What a command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A machine of the small internet. */
export interface Place {
  readonly namespace: string;
  /** Prefix of a command line that runs there. */
  readonly prefix: readonly string[];
  /** Runs a command there, at most 120 s. */
  run(...command: readonly string[]): Promise<Said>;
}

/** The small internet. */
export interface Internet extends AsyncDisposable {
  readonly host: Place;
  /** Adds a machine with an address in a bridge of the host's; the bridge is made when it is not there. */
  attach(options: { readonly bridge: string; readonly address: string }): Promise<Place>;
}

async function spawn(command: readonly string[]): Promise<Said> {
  const child = Bun.spawn(["timeout", "-k", "5", "120", ...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

async function must(...command: readonly string[]): Promise<string> {
  const { code, out, err } = await spawn(command);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${err}`);
  return out;
}

/** The namespace's file; not `ip netns exec`, which would hide what is mounted outside of it. */
function place(namespace: string): Place {
  const prefix = ["nsenter", `--net=${join("/run/netns", namespace)}`, "--"];
  return { namespace, prefix, run: (...command) => spawn([...prefix, ...command]) };
}

/** Makes the host, with loopback alone. */
export async function createInternet(): Promise<Internet> {
  const mark = `lab${process.pid}`;
  const made: string[] = [];
  const add = async (name: string): Promise<Place> => {
    const namespace = `${mark}-${name}`;
    await must("ip", "netns", "add", namespace);
    made.push(namespace);
    await must("ip", "-n", namespace, "link", "set", "lo", "up");
    return place(namespace);
  };
  const host = await add("host");
  return {
    host,
    async attach({ bridge, address }) {
      const number = made.length;
      const there = await add(`a${number}`);
      const has = await host.run("ip", "link", "show", bridge);
      if (has.code !== 0) {
        await must("ip", "-n", host.namespace, "link", "add", bridge, "type", "bridge");
        await must("ip", "-n", host.namespace, "link", "set", bridge, "up");
      }
      const peer = ["peer", "name", "eth0", "netns", there.namespace];
      await must("ip", "-n", host.namespace, "link", "add", `up${number}`, "type", "veth", ...peer);
      await must("ip", "-n", host.namespace, "link", "set", `up${number}`, "master", bridge, "up");
      await must("ip", "-n", there.namespace, "addr", "add", address, "dev", "eth0");
      await must("ip", "-n", there.namespace, "link", "set", "eth0", "up");
      return there;
    },
    async [Symbol.asyncDispose]() {
      for (const namespace of made.reverse()) await spawn(["ip", "netns", "delete", namespace]);
    },
  };
}
