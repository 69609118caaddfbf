// What begins a conversation on the links of a network namespace, by IPv4 and IPv6, and whether a machine that never may did so.
// Needs root and tcpdump. Neighbour discovery, multicast listener reports and ARP are not looked at.

import { existsSync, readdirSync, watch } from "node:fs";

/** How often it is tried to enter a namespace whose file has just come. */
const TRIES = 20;

/** A capture that runs until it is stopped, or put away unread. */
export interface Capture extends Disposable {
  /** The lines of tcpdump, to the last packet. Throws when the kernel had no room for one: then nothing is proven. */
  stop(): Promise<readonly string[]>;
}

const SYN = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";
const SYN6 = "ip6[6] == 6 and ip6[53] & 0x12 == 2";
const ECHO = "icmp[icmptype] == icmp-echo or (ip6[6] == 58 and ip6[40] == 128)";

/** Sent within the namespace before a capture ends: once it is seen, all that was there before it has been. */
const MARK_AT = "127.0.0.1/1";
const MARK = / > 127\.0\.0\.1\.1: UDP/;

/** Begins to watch every link of a namespace; what `scanners` begin is left out. Resolves once it watches. */
export async function watchBeginnings(
  prefix: readonly string[],
  scanners: readonly string[] = [],
): Promise<Capture> {
  const quiet = scanners.map((address) => ` and not src host ${address}`).join("");
  const filter = `(udp or ${ECHO} or (${SYN}) or (${SYN6}))${quiet}`;
  const flags = ["-i", "any", "--immediate-mode", "-n", "-l", "-q", "-t", "-s", "128", "-B", "16384"];
  const child = Bun.spawn([...prefix, "tcpdump", ...flags, filter], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let seen = "";
  const marked = Promise.withResolvers<void>();
  const text = (async () => {
    for await (const chunk of child.stdout) {
      seen += new TextDecoder().decode(chunk);
      if (MARK.test(seen)) marked.resolve();
    }
    marked.reject(new Error("the capture ended before it was stopped"));
  })();
  marked.promise.catch(() => undefined);
  const listens = Promise.withResolvers<void>();
  let said = "";
  const told = (async () => {
    for await (const chunk of child.stderr) {
      said += new TextDecoder().decode(chunk);
      if (said.includes("listening on")) listens.resolve();
    }
    listens.reject(new Error(`tcpdump: ${said}`));
  })();
  await listens.promise;
  return {
    async stop() {
      // By way of the capture itself: the namespace may have lost its name meanwhile.
      const here = ["nsenter", `--net=/proc/${child.pid}/ns/net`, "--"];
      const mark = Bun.spawn([...here, "bash", "-c", `echo > /dev/udp/${MARK_AT}`]);
      if ((await mark.exited) !== 0) throw new Error("the end of a capture can't be marked");
      await marked.promise;
      child.kill("SIGINT");
      await text;
      await told;
      if (!/\b0 packets dropped by kernel/.test(said)) throw new Error(`the capture has holes: ${said}`);
      return seen.split("\n").filter((line) => line.includes(" > "));
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

/** Captures inside of namespaces, each begun when its namespace appears. */
export interface Captures extends AsyncDisposable {
  /** All that those of the namespaces whose names fit have seen; what still stands is watched anew. */
  stop(fits: (namespace: string) => boolean): Promise<readonly string[]>;
}

/** Begins to watch in a namespace whose file has just come: it is there a moment before the namespace is. */
async function watchNew(file: string): Promise<Capture | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await watchBeginnings(["nsenter", `--net=${file}`, "--"]);
    } catch (error) {
      if (!existsSync(file)) return undefined;
      if (tries === TRIES) throw error;
    }
  }
}

/** Watches the folder of named namespaces, and in each that fits from when it appears: before it has a link, as a rule. */
export function watchNamespaces(folder: string, fits: (namespace: string) => boolean): Captures {
  const before = new Set(readdirSync(folder));
  const begun = new Map<string, Promise<Capture | undefined>>();
  const look = (): void => {
    for (const name of readdirSync(folder)) {
      if (before.has(name) || begun.has(name) || !fits(name)) continue;
      const capture = watchNew(`${folder}/${name}`);
      // What went wrong is told to whoever ends it.
      capture.catch(() => undefined);
      begun.set(name, capture);
    }
  };
  const watcher = watch(folder, look);
  const stop = async (fits: (namespace: string) => boolean): Promise<readonly string[]> => {
    const own = [...begun].filter(([name]) => fits(name));
    for (const [name] of own) begun.delete(name);
    const lines = await Promise.all(own.map(async ([, capture]) => (await (await capture)?.stop()) ?? []));
    return lines.flat();
  };
  return {
    async stop(fits) {
      const lines = await stop(fits);
      look();
      return lines;
    },
    async [Symbol.asyncDispose]() {
      watcher.close();
      for (const capture of begun.values()) (await capture.catch(() => undefined))?.[Symbol.dispose]();
    },
  };
}

/** The link-local address that a kernel makes of a MAC (RFC 4291 appendix A). */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, ...rest] = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [d = 0, e = 0, f = 0] = rest;
  const words = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return new URL(`http://[fe80::${words.map((word) => word.toString(16)).join(":")}]`).hostname.slice(1, -1);
}

const LINE = /^(\S+)\s.*\bIP6? ([0-9a-f.:]+) > ([0-9a-f.:]+): (.*)$/;

/** The address of `address.port` as tcpdump writes it, where there is a port. */
function addressOf(end: string, hasPort: boolean): string {
  return hasPort ? end.slice(0, end.lastIndexOf(".")) : end;
}

/** The lines by which one of these addresses began something: UDP that answers somebody is none. */
export function begunBy(lines: readonly string[], own: ReadonlySet<string>): readonly string[] {
  const asked = new Set<string>();
  return lines.filter((line) => {
    const [, link, from = "", to = "", what = ""] = LINE.exec(line) ?? [];
    if (link === undefined || link === "lo") return false;
    const hasPort = !what.startsWith("ICMP");
    const udp = what.startsWith("UDP");
    if (udp) asked.add(`${from} ${to}`);
    if (!own.has(addressOf(from, hasPort))) return false;
    return !(udp && asked.has(`${to} ${from}`));
  });
}
