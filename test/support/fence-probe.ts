// A program that departs behind the fence with two sockets and then tries everything that it should not be able to.
// Arguments: the folder that it may write to, another folder, a file that others may read, a TCP port of this machine,
// and `outside` to try without the fence.
// Prints one line of JSON: what came of each attempt.

import { dlopen, ptr } from "bun:ffi";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Call } from "../../src/platform/fence/calls.ts";
import { numberOf, thisMachine } from "../../src/platform/fence/calls.ts";
import { arrive, depart } from "../../src/platform/fence/stage.ts";
import { decoyIds } from "../../src/platform/identity.ts";
import { socketAddress } from "../../src/platform/libc/address.ts";
import { attempt } from "../../src/platform/libc/errno.ts";
import { openListener } from "../../src/platform/libc/sockets.ts";

const [own = "", other = "", secret = "", port = "0", mode = "behind"] = process.argv.slice(2);

interface Luggage {
  readonly listener: number;
  readonly bound: number;
  readonly word: string;
}

function open(): Luggage {
  const port = (): number => 20_000 + Math.floor(Math.random() * 10_000);
  const listener = openListener({ transport: "tcp", address: "127.0.0.1", port: port() });
  const bound = openListener({ transport: "tcp", address: "127.0.0.1", port: port(), backlog: 0 });
  return { listener, bound, word: "kept" };
}

function leave(): never {
  const luggage = open();
  const { listener, bound } = luggage;
  return depart({
    luggage,
    keep: [listener, bound],
    user: decoyIds(),
    env: { HOME: "/" },
    openings: { read: [], run: [], write: [own], connect: false },
    internet: false,
  });
}

const { symbols } = dlopen(process.env["LIBC"] ?? "libc.so.6", {
  syscall: { args: ["i64", "u64", "u64", "u64", "u64", "u64"], returns: "i64" },
});

/** The errno of a call, 0 when it worked. */
function call(name: Call, ...args: number[]): number {
  const machine = thisMachine();
  const number = machine && numberOf(name, machine);
  if (number === undefined) return -1;
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  return attempt(() => symbols.syscall(number, a, b, c, d, e)).errno;
}

function outcome(work: () => unknown): string {
  try {
    work();
    return "done";
  } catch (error) {
    return String((error as { code?: unknown }).code ?? (error as Error).message);
  }
}

async function connects(): Promise<string> {
  try {
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: Number(port),
      socket: { data: () => undefined },
    });
    socket.end();
    return "done";
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

/** connect(2) with a socket that was made before. */
function reconnects(fd: number): number {
  const address = socketAddress("127.0.0.1", Number(port));
  const connect = process.arch === "x64" ? 42 : 203;
  return attempt(() => symbols.syscall(connect, fd, ptr(address), address.length, 0, 0)).errno;
}

/** Whether a client is still served on the listener that was taken along. */
async function serves(fd: number): Promise<string> {
  const server = createServer((socket) => socket.end("served"));
  await new Promise<void>((resolve) => server.listen({ fd }, resolve));
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ listening: typeof address === "object" ? address?.port : 0 })}\n`);
  await new Promise<void>((resolve) => server.once("connection", () => resolve()));
  server.close();
  return "served";
}

function refusals() {
  return {
    fork: call("fork"),
    execve: call("execve", ptr(new TextEncoder().encode("/bin/true\0"))),
    execveat: call("execveat", -1),
    clone3: call("clone3"),
    refused: (
      [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "mount",
        "umount2",
        "setns",
        "unshare",
        "bpf",
        "bind",
        "perf_event_open",
        "keyctl",
        "io_uring_setup",
        "finit_module",
        "kexec_load",
        "reboot",
        "pidfd_open",
      ] as const
    ).filter((name) => call(name) !== 1),
  };
}

const arrival = arrive(process.env);
if (!arrival && mode === "behind") leave();
const { listener, bound, word } = (arrival?.luggage as Luggage | undefined) ?? open();
const served = await serves(listener);
const status = readFileSync("/proc/self/status", "utf8");
const nothing = new Uint8Array(8);
console.log(
  JSON.stringify({
    fence: arrival?.fence ?? "outside",
    word,
    served,
    uid: process.getuid?.(),
    status: /^(?:CapEff|NoNewPrivs|Seccomp):.*$/gm[Symbol.match](status),
    sockets: Object.fromEntries([1, 2, 10, 16, 17].map((family) => [family, call("socket", family, 1)])),
    raw: call("socket", 2, 3, 1),
    connects: await connects(),
    reconnects: reconnects(bound),
    fastopen: call("sendto", bound, ptr(nothing), 8, 0x2000_0000),
    spawn: outcome(() => Bun.spawnSync(["/bin/true"])),
    // Outside they would work, and be the end of this program.
    ...(mode === "behind" ? refusals() : {}),
    secret: outcome(() => readFileSync(secret)),
    users: outcome(() => readFileSync("/etc/passwd")),
    writeOwn: outcome(() => writeFileSync(join(own, "file"), "x")),
    writeOther: outcome(() => writeFileSync(join(other, "file"), "x")),
    signal: outcome(() => process.kill(process.ppid, 0)),
  }),
);
process.exit(0);
