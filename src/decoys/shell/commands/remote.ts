// Tools that reach out: none does. The machine's own services answer as they would; every other host times out or fails to
// resolve. Delays are short beside the real ones.

import { capture } from "../../../contract/captured.ts";
import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf } from "../world/distribution.ts";
import { listenerAt, loopbackMs, ownAddress, rawAnswer } from "./loopback.ts";
import { program, showUsage } from "./options.ts";

/** Whether a host is given as an IPv4 address. */
export const isAddress = (host: ByteString): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);

/** How long a resolver and a connection take to give up here: short beside the real thing, so that an intruder stays. */
export const DNS_MS = 5_000;
export const CONNECT_MS = 12_000;

/** Records what was asked for. */
export function requested(proc: Proc, tool: string, url: ByteString): void {
  proc.login.session.record("download.requested", { tool, url: capture(fromByteString(url)) });
}

/** Operands of a tool whose value options are known. */
export function operands(args: readonly ByteString[], valued: string): ByteString[] {
  const out: ByteString[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg.startsWith("--")) {
      if (
        [
          "--output",
          "--user-agent",
          "--header",
          "--data",
          "--output-document",
          "--tries",
          "--timeout",
          "--max-time",
          "--connect-timeout",
        ].includes(arg)
      )
        i++;
    } else if (/^-[A-Za-z0-9]/.test(arg)) {
      const at = [...arg.slice(1)].findIndex((letter) => valued.includes(letter));
      if (at >= 0 && at === arg.length - 2) i++;
    } else if (arg !== "-") out.push(arg);
  }
  return out;
}

async function ssh(proc: Proc): Promise<number> {
  if (proc.args.includes("-V")) {
    const version = proc.world.persona.products["ssh"]?.version ?? "9.2p1";
    await proc.err(`OpenSSH_${version}, OpenSSL ${distributionOf(proc.world.persona).openssl}\n`);
    return 0;
  }
  const [to] = operands(proc.args, "pPiloFLRDWbcmJ");
  if (to === undefined) {
    await proc.err(
      "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]\n           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]\n",
    );
    return 255;
  }
  const host = (to.split("@").pop() ?? "").split(":")[0] ?? "";
  const port = proc.args[proc.args.findIndex((arg) => arg === "-p" || arg === "-P") + 1];
  const own = ownAddress(proc, host);
  const shown = proc.args.includes("-p") || proc.args.includes("-P") ? (port ?? "22") : "22";
  if (own !== null) {
    const answers = listenerAt(proc, own, Number(shown))?.service === "ssh";
    await proc.err(
      answers
        ? `kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by ${own} port ${shown}\r\n`
        : `ssh: connect to host ${host} port ${shown}: Connection refused\r\n`,
    );
    return 255;
  }
  await proc.sleep(isAddress(host) ? CONNECT_MS : DNS_MS);
  await proc.err(
    isAddress(host)
      ? `ssh: connect to host ${host} port ${shown}: Connection timed out\n`
      : `ssh: Could not resolve hostname ${host}: Temporary failure in name resolution\n`,
  );
  return 255;
}

/** How many packets `-c` asks for; an hour of them without it. */
function pingCount(proc: Proc): number {
  const at = proc.args.findIndex((arg) => /^-[a-zA-Z]*c\d*$/.test(arg));
  const given = at < 0 ? 3600 : Number(/\d+$/.exec(proc.args[at] ?? "")?.[0] ?? proc.args[at + 1]) || 1;
  return Math.min(3600, Math.max(1, given));
}

async function pingSelf(proc: Proc, host: ByteString, address: string): Promise<number> {
  const count = pingCount(proc);
  const from = host === address ? address : `${host} (${address})`;
  await proc.out(
    proc.busybox
      ? `PING ${host} (${address}): 56 data bytes\n`
      : `PING ${host} (${address}) 56(84) bytes of data.\n`,
  );
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i > 0) await proc.sleep(1000);
    const ms = loopbackMs(proc, i);
    times.push(Number(ms));
    await proc.out(
      proc.busybox
        ? `64 bytes from ${address}: seq=${i} ttl=64 time=${ms} ms\n`
        : `64 bytes from ${from}: icmp_seq=${i + 1} ttl=64 time=${ms} ms\n`,
    );
  }
  const mean = times.reduce((sum, one) => sum + one, 0) / count;
  const deviation = Math.sqrt(times.reduce((sum, one) => sum + (one - mean) ** 2, 0) / count);
  const [least, most] = [Math.min(...times).toFixed(3), Math.max(...times).toFixed(3)];
  await proc.out(
    proc.busybox
      ? `\n--- ${host} ping statistics ---\n${count} packets transmitted, ${count} packets received, 0% packet loss\nround-trip min/avg/max = ${least}/${mean.toFixed(3)}/${most} ms\n`
      : `\n--- ${host} ping statistics ---\n${count} packets transmitted, ${count} received, 0% packet loss, time ${(count - 1) * 1021}ms\nrtt min/avg/max/mdev = ${least}/${mean.toFixed(3)}/${most}/${deviation.toFixed(3)} ms\n`,
  );
  return 0;
}

async function ping(proc: Proc): Promise<number> {
  const [host] = operands(proc.args, "cwWisItq");
  if (host === undefined)
    return proc.busybox ? showUsage(proc) : proc.fail("usage error: Destination address required", 1);
  const own = ownAddress(proc, host);
  if (own !== null) return pingSelf(proc, host, own);
  if (!isAddress(host)) {
    await proc.sleep(DNS_MS);
    return proc.busybox
      ? proc.fail(`bad address '${host}'`)
      : proc.fail(`${host}: Temporary failure in name resolution`, 2);
  }
  await proc.out(
    proc.busybox
      ? `PING ${host} (${host}): 56 data bytes\n`
      : `PING ${host} (${host}) 56(84) bytes of data.\n`,
  );
  const sent = pingCount(proc);
  for (let i = 0; i < sent; i++) await proc.sleep(i === sent - 1 ? 4000 : 1000);
  await proc.out(
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, 0 ${proc.busybox ? "packets " : ""}received, 100% packet loss${proc.busybox ? "" : `, time ${(sent - 1) * 1009}ms`}\n${proc.busybox ? "" : "\n"}`,
  );
  return 1;
}

/** `nc` and `telnet` of BusyBox. */
export async function busyboxConnect(proc: Proc): Promise<number> {
  const [host, port] = operands(proc.args, "wpsieqx");
  if (host === undefined) return showUsage(proc);
  requested(proc, proc.name === "telnet" ? "telnet" : "nc", `tcp://${host}:${port ?? "23"}`);
  const own = ownAddress(proc, host);
  if (own !== null) {
    const listener = listenerAt(proc, own, Number(port ?? 23));
    if (!listener) return proc.fail(`can't connect to remote host (${own}): Connection refused`);
    await proc.out(rawAnswer(proc, listener, proc.stdin.isTerminal ? "" : await proc.stdin.all(4096)));
    return 0;
  }
  await proc.sleep(isAddress(host) ? CONNECT_MS : DNS_MS);
  return isAddress(host)
    ? proc.fail(`can't connect to remote host (${host}): Connection timed out`)
    : proc.fail(`bad address '${host}'`);
}

/** The programs of this file. */
export const remotePrograms = [
  program("ssh", ssh),
  program("scp", ssh),
  program("sftp", ssh),
  program("ping", ping),
  program("telnet", busyboxConnect),
  program("nslookup", async (proc) => {
    await proc.sleep(DNS_MS);
    await proc.out(
      proc.busybox
        ? `Server:    ${proc.world.network.prefix}.1\nAddress 1: ${proc.world.network.prefix}.1\n\nnslookup: can't resolve '${proc.args[0] ?? ""}'\n`
        : `;; communications error to ${proc.world.network.prefix}.1#53: timed out\n;; no servers could be reached\n\n`,
    );
    return 1;
  }),
];
