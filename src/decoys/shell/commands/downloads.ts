// Tools that fetch: what is asked for is recorded, and fails the way a filtered network makes it fail.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf } from "../world/distribution.ts";
import { curlSelf, type Target, wgetSelf } from "./fetch-self.ts";
import { ownAddress } from "./loopback.ts";
import { program, showUsage } from "./options.ts";
import { CONNECT_MS, DNS_MS, isAddress, operands, requested } from "./remote.ts";

function target(text: ByteString): Target {
  const match =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]{0,15}):\/\/)?(?:[^@/]{0,256}@)?(\[[^\]]{0,64}\]|[^:/?#]{0,256})(?::([0-9]{1,5}))?/.exec(
      text,
    );
  const scheme = (match?.[1] ?? "http").toLowerCase();
  const usual = { https: 443, ftp: 21, tftp: 69 }[scheme] ?? 80;
  return {
    url: match?.[1] ? text : `http://${text}`,
    host: match?.[2] ?? "",
    port: Number(match?.[3] ?? usual),
    scheme,
    path: text.slice(match?.[0].length ?? 0) || "/",
  };
}

async function wget(proc: Proc): Promise<number> {
  const urls = operands(proc.args, "OoPUtTwQeaiB");
  if (urls.length === 0) {
    if (proc.busybox) return showUsage(proc);
    await proc.err(
      "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    );
    return 1;
  }
  const quiet = proc.args.some((arg) => /^-[a-zA-Z]*q/.test(arg) || arg === "--quiet");
  let status = 0;
  for (const text of urls) {
    const to = target(text);
    requested(proc, "wget", to.url);
    status = proc.busybox ? await busyboxWget(proc, to) : await gnuWget(proc, to, quiet);
  }
  return status;
}

async function busyboxWget(proc: Proc, to: Target): Promise<number> {
  const own = ownAddress(proc, to.host);
  if (own !== null) return wgetSelf(proc, to, { own, quiet: false });
  if (!isAddress(to.host)) {
    await proc.sleep(DNS_MS);
    return proc.fail(`bad address '${to.host}'`);
  }
  await proc.err(
    `Connecting to ${to.host}${to.port === 80 ? ` (${to.host}:80)` : `:${to.port} (${to.host}:${to.port})`}\n`,
  );
  await proc.sleep(CONNECT_MS);
  return proc.fail(`can't connect to remote host (${to.host}): Connection timed out`);
}

async function gnuWget(proc: Proc, to: Target, quiet: boolean): Promise<number> {
  const say = (text: ByteString): Promise<void> => (quiet ? Promise.resolve() : proc.err(text));
  const stamp = (): string => new Date(proc.now()).toISOString().slice(0, 19).replace("T", " ");
  await say(`--${stamp()}--  ${to.url}${to.url.indexOf("/", 8) < 0 ? "/" : ""}\n`);
  const own = ownAddress(proc, to.host);
  if (own !== null) return wgetSelf(proc, to, { own, quiet });
  if (!isAddress(to.host)) {
    await say(`Resolving ${to.host} (${to.host})... `);
    await proc.sleep(DNS_MS);
    await say("failed: Temporary failure in name resolution.\n");
    await say(`wget: unable to resolve host address ${quote(to.host)}\n`);
    return 4;
  }
  await say(`Connecting to ${to.host}:${to.port}... `);
  await proc.sleep(CONNECT_MS);
  await say("failed: Connection timed out.\n");
  if (proc.args.some((arg) => /^(-t|--tries=?)1?$/.test(arg))) return 4;
  await say("Retrying.\n\n");
  await say(`--${stamp()}--  (try: 2)  ${to.url}\nConnecting to ${to.host}:${to.port}... `);
  await proc.sleep(CONNECT_MS);
  await say("failed: Connection timed out.\nGiving up.\n\n");
  return 4;
}

/** A name in the quotes of a UTF-8 locale. */
const quote = (text: ByteString): ByteString =>
  Buffer.from("\u2018", "utf8").toString("latin1") + text + Buffer.from("\u2019", "utf8").toString("latin1");

async function curl(proc: Proc): Promise<number> {
  if (proc.args.includes("-V") || proc.args.includes("--version")) {
    await proc.out(distributionOf(proc.world.persona).curl);
    return 0;
  }
  const urls = operands(proc.args, "oAHdXuemxTFbcCDErtyYzKPQ");
  if (urls.length === 0) {
    await proc.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  const silent =
    proc.args.some((arg) => /^-[a-zA-Z]*s/.test(arg) || arg === "--silent") &&
    !proc.args.some((arg) => /^-[a-zA-Z]*S/.test(arg));
  let status = 0;
  for (const text of urls) {
    const to = target(text);
    requested(proc, "curl", to.url);
    const own = ownAddress(proc, to.host);
    if (own !== null) status = await curlSelf(proc, to, { own, silent });
    else if (isAddress(to.host)) {
      await proc.sleep(CONNECT_MS);
      if (!silent)
        await proc.err(
          `curl: (28) Failed to connect to ${to.host} port ${to.port} after ${CONNECT_MS + 3} ms: Couldn't connect to server\n`,
        );
      status = 28;
    } else {
      await proc.sleep(DNS_MS);
      if (!silent) await proc.err(`curl: (6) Could not resolve host: ${to.host}\n`);
      status = 6;
    }
  }
  return status;
}

async function tftp(proc: Proc): Promise<number> {
  const rest = operands(proc.args, "lrb");
  const file = proc.args[proc.args.indexOf("-r") + 1] ?? rest[1] ?? "";
  const host = rest[0];
  if (host === undefined) return showUsage(proc);
  const port = rest[1] !== undefined && /^\d{1,5}$/.test(rest[1]) ? `:${rest[1]}` : "";
  requested(proc, "tftp", `tftp://${host}${port}/${file}`);
  await proc.sleep(CONNECT_MS);
  return isAddress(host) ? proc.fail("timeout") : proc.fail(`bad address '${host}'`);
}

async function ftpget(proc: Proc): Promise<number> {
  const rest = operands(proc.args, "uPp");
  const [host, local, remote] = rest;
  if (host === undefined || local === undefined) return showUsage(proc);
  requested(proc, proc.name === "ftpput" ? "ftpput" : "ftpget", `ftp://${host}/${remote ?? local}`);
  await proc.sleep(isAddress(host) ? CONNECT_MS : DNS_MS);
  return isAddress(host)
    ? proc.fail(`can't connect to remote host (${host}): Connection timed out`)
    : proc.fail(`bad address '${host}'`);
}

/** The programs of this file. */
export const downloadPrograms = [
  program("wget", wget),
  program("curl", curl),
  program("tftp", tftp),
  program("ftpget", ftpget),
  program("ftpput", ftpget),
];
