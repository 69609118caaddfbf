// nc of a Debian server: OpenBSD's netcat, which answers for the machine's own ports and reaches no other.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf } from "../world/distribution.ts";
import { tcpNames } from "../world/port-names.ts";
import { listenerAt, ownAddress, rawAnswer } from "./loopback.ts";
import { parseOptions, program } from "./options.ts";
import { busyboxConnect, CONNECT_MS, DNS_MS, isAddress, requested } from "./remote.ts";

const USAGE = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
\t  [destination] [port]
`;
const HELP = `\tCommand Summary:
\t\t-4\t\tUse IPv4
\t\t-6\t\tUse IPv6
\t\t-h\t\tThis help text
\t\t-k\t\tKeep inbound sockets open for multiple connects
\t\t-l\t\tListen mode, for inbound connects
\t\t-n\t\tSuppress name/port resolutions
\t\t-p port\t\tSpecify local port for remote connects
\t\t-u\t\tUDP mode
\t\t-v\t\tVerbose
\t\t-w timeout\tTimeout for connects and final net reads
\t\t-z\t\tZero-I/O mode [used for scanning]
\tPort numbers can be individual or ranges: lo-hi [inclusive]
`;
/** Ports of one range that are tried at most. */
const RANGE = 65_536;

/** Ports of an operand, or null when it is none. */
function portsOf(text: ByteString): { from: number; to: number } | null {
  const named = [...tcpNames].find(([, name]) => name === text)?.[0];
  if (named !== undefined) return { from: named, to: named };
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (!match || from < 1 || to > 65_535) return null;
  return { from: Math.min(from, to), to: Math.max(from, to) };
}

async function netcat(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "46bCDdFhklNnrStUuvZzI:i:M:m:O:P:p:q:s:T:V:W:w:X:x:e:",
  });
  if (typeof options === "number") {
    await proc.err(USAGE);
    return 1;
  }
  if (options.has("h")) {
    await proc.err(`OpenBSD netcat (${distributionOf(proc.world.persona).netcat})\n${USAGE}${HELP}`);
    return 0;
  }
  if (options.has("l")) {
    await proc.sleep(3_600_000);
    return 1;
  }
  const [host, service] = options.rest;
  if (host === undefined || service === undefined) {
    await proc.err(USAGE);
    return 1;
  }
  requested(proc, "nc", `tcp://${host}:${service}`);
  const ports = portsOf(service);
  if (!ports) return proc.fail(`port number invalid: ${service}`);
  const verbose = options.has("v");
  const own = ownAddress(proc, host);
  const where = isAddress(host) || own === null ? host : `${host} (${own})`;
  if (own === null && !isAddress(host)) {
    await proc.sleep(DNS_MS);
    return proc.fail(
      `getaddrinfo for host "${host}" port ${ports.from}: Temporary failure in name resolution`,
    );
  }
  if (own === null) {
    const wait = Number(options.value("w"));
    await proc.sleep(wait > 0 ? Math.min(wait * 1000, CONNECT_MS) : CONNECT_MS);
    const why = wait > 0 ? "timed out: Operation now in progress" : "failed: Connection timed out";
    if (verbose) await proc.fail(`connect to ${where} port ${ports.from} (tcp) ${why}`);
    return 1;
  }
  let status = 1;
  for (let port = ports.from; port <= Math.min(ports.to, ports.from + RANGE); port++) {
    await proc.budget.step();
    const listener = listenerAt(proc, own, port);
    if (!listener) {
      if (verbose) await proc.fail(`connect to ${where} port ${port} (tcp) failed: Connection refused`);
      continue;
    }
    status = 0;
    const name = options.has("n") ? "*" : (tcpNames.get(port) ?? "*");
    if (verbose)
      await proc.err(
        `Connection to ${isAddress(host) ? host : `${host} (${own})`} ${port} port [tcp/${name}] succeeded!\n`,
      );
    if (options.has("z")) continue;
    const sent = proc.stdin.isTerminal ? "" : await proc.stdin.all(4096);
    await proc.out(rawAnswer(proc, listener, sent));
  }
  return status;
}

/** The programs of this file. */
export const netcatPrograms = [program("nc", (proc) => (proc.busybox ? busyboxConnect(proc) : netcat(proc)))];
