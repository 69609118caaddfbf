// wget and curl of the machine's own addresses: the page that its web server has, or a refused connection.

import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { httpAnswer, listenerAt } from "./loopback.ts";
import { isAddress } from "./remote.ts";

/** Where a URL leads. */
export interface Target {
  readonly url: ByteString;
  readonly scheme: string;
  readonly host: ByteString;
  readonly port: number;
  readonly path: ByteString;
}

const quote = (text: ByteString): ByteString => `\xe2\x80\x98${text}\xe2\x80\x99`;

/** The value of an option that is given as `-o x`, `-ox` or `--output x`. */
function optionValue(proc: Proc, letter: string, long: string): ByteString | undefined {
  for (const [i, arg] of proc.args.entries()) {
    if (arg === `--${long}` || new RegExp(`^-[a-zA-Z]*${letter}$`).test(arg)) return proc.args[i + 1];
    if (arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3);
    if (arg.startsWith(`-${letter}`) && arg.length > 2) return arg.slice(2);
  }
  return undefined;
}

async function save(proc: Proc, path: ByteString, body: ByteString): Promise<string | null> {
  const file = proc.fs.openWrite(path, { via: "shell", truncate: true });
  if (!file.ok) return errorTexts[file.code];
  file.value.write(0, fromByteString(body));
  await file.value.close();
  return null;
}

const lastName = (path: ByteString): ByteString =>
  (path.split(/[?#]/, 1)[0] ?? "").split("/").pop() || "index.html";

/** wget of an own address. The first line of GNU's has been written. */
export async function wgetSelf(proc: Proc, to: Target, at: { own: string; quiet: boolean }): Promise<number> {
  const say = (text: ByteString): Promise<void> => (at.quiet ? Promise.resolve() : proc.err(text));
  const listener = listenerAt(proc, at.own, to.port);
  if (proc.busybox) {
    await proc.err(`Connecting to ${to.host}${to.port === 80 ? "" : `:${to.port}`} (${at.own}:${to.port})\n`);
    if (!listener) return proc.fail(`can't connect to remote host (${at.own}): Connection refused`);
    return listener.service === "http"
      ? proc.fail("server returned error: HTTP/1.1 404 Not Found")
      : proc.fail("error getting response");
  }
  const named = !isAddress(to.host);
  if (named) await say(`Resolving ${to.host} (${to.host})... ${at.own}\n`);
  await say(`Connecting to ${to.host}${named ? ` (${to.host})|${at.own}|` : ""}:${to.port}... `);
  if (!listener) {
    await say("failed: Connection refused.\n");
    return 4;
  }
  await say("connected.\n");
  if (listener.service !== "http" || to.scheme !== "http") {
    await say("HTTP request sent, awaiting response... No data received.\nGiving up.\n\n");
    return 4;
  }
  const { status, body } = httpAnswer(proc, to.path);
  await say(`HTTP request sent, awaiting response... ${status}\n`);
  const stamp = new Date(proc.now()).toISOString().slice(0, 19).replace("T", " ");
  if (!status.startsWith("200")) {
    await say(`${stamp} ERROR ${status.replace(" ", ": ")}.\n\n`);
    return 8;
  }
  const path = optionValue(proc, "O", "output-document") ?? lastName(to.path);
  await say(`Length: ${body.length} [text/html]\nSaving to: ${quote(path === "-" ? "STDOUT" : path)}\n\n`);
  if (path === "-") await proc.out(body);
  else {
    const fault = await save(proc, path, body);
    if (fault !== null) {
      await say(`${path}: ${fault}\n\nCannot write to ${quote(path)} (Success).\n`);
      return 3;
    }
  }
  await say(
    `     0K                                                       100% 61.2M=0s\n\n${stamp} (61.2 MB/s) - ${path === "-" ? "written to stdout" : `${quote(path)} saved`} [${body.length}/${body.length}]\n\n`,
  );
  return 0;
}

/** curl of an own address. */
export async function curlSelf(
  proc: Proc,
  to: Target,
  at: { own: string; silent: boolean },
): Promise<number> {
  const fault = async (status: number, why: string): Promise<number> => {
    if (!at.silent) await proc.err(`curl: (${status}) ${why}\n`);
    return status;
  };
  const listener = listenerAt(proc, at.own, to.port);
  if (!listener)
    return fault(7, `Failed to connect to ${to.host} port ${to.port} after 0 ms: Couldn't connect to server`);
  if (to.scheme === "https")
    return fault(35, "OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number");
  if (to.scheme === "ftp" && listener.service === "ftp") return fault(67, "Access denied: 530");
  if (listener.service === "redis") return fault(52, "Empty reply from server");
  if (listener.service !== "http") return fault(1, "Received HTTP/0.9 when not allowed");
  const { head, body } = httpAnswer(proc, to.path);
  const has = (letter: string, long: string): boolean =>
    proc.args.some((arg) => arg === `--${long}` || new RegExp(`^-[a-zA-Z]*${letter}`).test(arg));
  const text = has("I", "head") ? head : has("i", "include") ? head + body : body;
  const path = has("O", "remote-name") ? lastName(to.path) : optionValue(proc, "o", "output");
  if (path === undefined || path === "-") await proc.out(text);
  else if ((await save(proc, path, text)) !== null) return fault(23, "Failure writing output to destination");
  return 0;
}
