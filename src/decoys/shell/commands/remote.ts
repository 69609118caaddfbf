// Tools that reach out: none does, each times out or fails to resolve. Delays are short beside the real ones.

import { capture } from "../../../contract/captured.ts";
import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
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
    await proc.err(`OpenSSH_${version}, OpenSSL 3.0.15 3 Sep 2024\n`);
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
  await proc.sleep(isAddress(host) ? CONNECT_MS : DNS_MS);
  const shown = proc.args.includes("-p") || proc.args.includes("-P") ? (port ?? "22") : "22";
  await proc.err(
    isAddress(host)
      ? `ssh: connect to host ${host} port ${shown}: Connection timed out\n`
      : `ssh: Could not resolve hostname ${host}: Temporary failure in name resolution\n`,
  );
  return 255;
}

async function ping(proc: Proc): Promise<number> {
  const [host] = operands(proc.args, "cwWisItq");
  if (host === undefined)
    return proc.busybox ? showUsage(proc) : proc.fail("usage error: Destination address required", 1);
  if (!isAddress(host)) {
    await proc.sleep(DNS_MS);
    return proc.busybox
      ? proc.fail(`bad address '${host}'`)
      : proc.fail(`${host}: Temporary failure in name resolution`, 2);
  }
  const count = proc.args.indexOf("-c") >= 0 ? Number(proc.args[proc.args.indexOf("-c") + 1]) || 1 : 3600;
  await proc.out(
    proc.busybox
      ? `PING ${host} (${host}): 56 data bytes\n`
      : `PING ${host} (${host}) 56(84) bytes of data.\n`,
  );
  const sent = Math.min(count, 3600);
  for (let i = 0; i < sent; i++) await proc.sleep(i === sent - 1 ? 4000 : 1000);
  await proc.out(
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, 0 ${proc.busybox ? "packets " : ""}received, 100% packet loss${proc.busybox ? "" : `, time ${(sent - 1) * 1009}ms`}\n${proc.busybox ? "" : "\n"}`,
  );
  return 1;
}

async function nc(proc: Proc): Promise<number> {
  const [host, port] = operands(proc.args, "wpsieqx");
  if (host === undefined) return showUsage(proc);
  requested(proc, proc.name === "telnet" ? "telnet" : "nc", `tcp://${host}:${port ?? "23"}`);
  await proc.sleep(isAddress(host) ? CONNECT_MS : DNS_MS);
  if (proc.busybox)
    return isAddress(host)
      ? proc.fail(`can't connect to remote host (${host}): Connection timed out`)
      : proc.fail(`bad address '${host}'`);
  await proc.err(
    isAddress(host)
      ? `(UNKNOWN) [${host}] ${port ?? "23"} (?) : Connection timed out\n`
      : `${host}: forward host lookup failed: Host name lookup failure : Resource temporarily unavailable\n`,
  );
  return 1;
}

/** The programs of this file. */
export const remotePrograms = [
  program("ssh", ssh),
  program("scp", ssh),
  program("sftp", ssh),
  program("ping", ping),
  program("nc", nc),
  program("telnet", nc),
  program("nslookup", async (proc) => {
    await proc.sleep(DNS_MS);
    await proc.out(
      proc.busybox
        ? `Server:    192.168.1.1\nAddress 1: 192.168.1.1\n\nnslookup: can't resolve '${proc.args[0] ?? ""}'\n`
        : ";; communications error to 192.168.1.1#53: timed out\n;; no servers could be reached\n\n",
    );
    return 1;
  }),
];
