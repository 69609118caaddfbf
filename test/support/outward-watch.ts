// What begins a conversation on the links of a network namespace, by IPv4 and IPv6, and whether a machine that never may did so.
// Needs root and tcpdump. Neighbour discovery, multicast listener reports and ARP are not looked at.

/** A capture that runs until it is stopped. */
export interface Capture {
  /** The lines of tcpdump. Throws when the kernel had no room for a packet: then nothing is proven. */
  stop(): Promise<readonly string[]>;
}

const SYN = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";
const SYN6 = "ip6[6] == 6 and ip6[53] & 0x12 == 2";
const ECHO = "icmp[icmptype] == icmp-echo or (ip6[6] == 58 and ip6[40] == 128)";

/** Begins to watch every link of a namespace; what `scanners` begin is left out. Resolves once it watches. */
export async function watchBeginnings(
  prefix: readonly string[],
  scanners: readonly string[] = [],
): Promise<Capture> {
  const quiet = scanners.map((address) => ` and not src host ${address}`).join("");
  const filter = `udp or ${ECHO} or ((${SYN}) or (${SYN6}))${quiet}`;
  const flags = ["-i", "any", "-n", "-l", "-q", "-t", "-s", "128", "-B", "16384"];
  const child = Bun.spawn([...prefix, "tcpdump", ...flags, filter], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const text = new Response(child.stdout).text();
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
      child.kill("SIGINT");
      const lines = (await text).split("\n").filter((line) => line.includes(" > "));
      await told;
      if (!/\b0 packets dropped by kernel/.test(said)) throw new Error(`the capture has holes: ${said}`);
      return lines;
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
