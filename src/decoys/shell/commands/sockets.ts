// Sockets of the machine: netstat and ss over one table of listeners, so that they never differ.

import type { Proc } from "../run/proc.ts";
import type { Listener } from "../world/network.ts";
import { tcpNames } from "../world/port-names.ts";
import { program } from "./options.ts";

const portName = (port: number, numeric: boolean): string =>
  (numeric ? undefined : tcpNames.get(port)) ?? String(port);

const ownerOf = (proc: Proc, one: Listener): number =>
  proc.world.processes.find((process) => one.match.test(process.command))?.pid ?? 1;

/** Which sockets a command line asks for. `a` is all, `l` those that listen. */
function asked(proc: Proc) {
  const flags = proc.args
    .map((arg) =>
      arg.startsWith("--")
        ? ({ "--listening": "l", "--all": "a", "--numeric": "n", "--tcp": "t", "--programs": "p" }[arg] ?? "")
        : arg,
    )
    .join("");
  const udpOnly = flags.includes("u") && !flags.includes("t");
  return {
    flags,
    numeric: flags.includes("n"),
    programs: flags.includes("p"),
    listening: /[al]/.test(flags) && !udpOnly,
    established: (!flags.includes("l") || flags.includes("a")) && !udpOnly,
  };
}

async function netstat(proc: Proc): Promise<number> {
  const { network } = proc.world;
  const { flags, numeric, programs, listening, established } = asked(proc);
  if (flags.includes("r")) return proc.spawn(["route", ...(numeric ? ["-n"] : [])]);
  const row = (local: string, far: string, how: { state: string; who: string }): string =>
    `tcp        0      0 ${local.padEnd(23)} ${far.padEnd(23)} ${how.state.padEnd(11)}${programs ? ` ${how.who.slice(0, 19).padEnd(20)}` : ""}\n`;
  const rows = listening
    ? network.listeners.map((one) =>
        row(`${one.address}:${portName(one.port, numeric)}`, "0.0.0.0:*", {
          state: "LISTEN",
          who: proc.user.uid === 0 ? `${ownerOf(proc, one)}/${one.title}` : "-",
        }),
      )
    : [];
  const { remote } = proc.login.session.connection;
  if (established)
    rows.push(
      row(
        `${network.address(proc.login.session)}:${portName(proc.login.session.port, numeric)}`,
        `${remote.ip}:${remote.port}`,
        { state: "ESTABLISHED", who: "-" },
      ),
    );
  const what = flags.includes("l") ? "only servers" : listening ? "servers and established" : "w/o servers";
  await proc.out(
    `Active Internet connections (${what})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? " PID/Program name    " : ""}\n${rows.join("")}`,
  );
  return 0;
}

interface Socket {
  readonly state: string;
  readonly queue: number;
  readonly local: readonly [string, string];
  readonly peer: readonly [string, string];
  readonly process: string;
}

async function ss(proc: Proc): Promise<number> {
  const { network } = proc.world;
  const { flags, numeric, programs, listening, established } = asked(proc);
  const sockets: Socket[] = [];
  if (listening)
    for (const one of network.listeners)
      sockets.push({
        state: "LISTEN",
        queue: one.backlog,
        local: [one.address, portName(one.port, numeric)],
        peer: ["0.0.0.0", "*"],
        process:
          programs && proc.user.uid === 0
            ? ` users:(("${one.program}",pid=${ownerOf(proc, one)},fd=${one.descriptor}))`
            : "",
      });
  const { remote } = proc.login.session.connection;
  if (established)
    sockets.push({
      state: "ESTAB",
      queue: 0,
      local: [network.address(proc.login.session), portName(proc.login.session.port, numeric)],
      peer: [remote.ip, String(remote.port)],
      process: "",
    });
  const netid = !flags.includes("t") || flags.includes("u") ? "tcp   " : "";
  const width = (head: string, values: readonly string[]): number =>
    Math.max(head.length, ...values.map((value) => value.length));
  const widths = {
    state:
      width(
        "State",
        sockets.map((one) => one.state),
      ) + 1,
    local: width(
      "Local Address",
      sockets.map((one) => one.local[0]),
    ),
    localPort:
      width(
        "Port",
        sockets.map((one) => one.local[1]),
      ) + 1,
    peer: width(
      "Peer Address",
      sockets.map((one) => one.peer[0]),
    ),
    peerPort: width(
      "Port",
      sockets.map((one) => one.peer[1]),
    ),
    process: width(
      "Process",
      sockets.map((one) => one.process),
    ),
  };
  const line = (cells: readonly string[], prefix: string): string => {
    const [
      state = "",
      received = "",
      sent = "",
      local = "",
      localPort = "",
      peer = "",
      peerPort = "",
      who = "",
    ] = cells;
    return `${prefix}${state.padEnd(widths.state)}${received.padEnd(7)}${sent.padEnd(7)}${local.padStart(widths.local)}:${localPort.padEnd(widths.localPort)}${peer.padStart(widths.peer)}:${peerPort.padEnd(widths.peerPort)}${who.padEnd(widths.process)}\n`;
  };
  await proc.out(
    line(
      ["State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process"],
      netid === "" ? "" : "Netid ",
    ),
  );
  for (const one of sockets)
    await proc.out(line([one.state, "0", String(one.queue), ...one.local, ...one.peer, one.process], netid));
  return 0;
}

/** The programs of this file. */
export const socketPrograms = [program("netstat", netstat), program("ss", ss)];
