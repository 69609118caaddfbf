// A client of the bus in a process of its own, without a library: its arguments are the socket's path and what it does.
// Prints `ready`, then the number of each event `load.<n>` that came whole, or `bad`; at the broker's end, `end`.

import { connect } from "node:net";
import { encodeFrame, FrameParser } from "../../src/bus/wire.ts";

/** The event after which a peer that reads half shuts down its writing side. */
const LAST_OF_HALF = "3";

const [path = "", role = ""] = process.argv.slice(2);
const socket = connect({ path, allowHalfOpen: true });

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function isWhole(number: string, body: Uint8Array): boolean {
  return body.length > 0 && body.every((byte) => byte === (Number(number) & 255));
}

const parser = new FrameParser(({ verb, args, buffer, body, end }) => {
  if (verb === "PONG") print("ready");
  if (verb !== "EVT") return;
  const number = args.split(".")[1] ?? "";
  print(isWhole(number, buffer.subarray(body, end)) ? number : "bad");
  if (role === "half" && number === LAST_OF_HALF) socket.end();
});
socket.on("data", (chunk) => parser.feed(chunk));
socket.on("end", () => {
  print("end");
  socket.end();
});
socket.on("connect", () => {
  if (role === "silent") {
    print("ready");
    return;
  }
  socket.write(encodeFrame("HELLO", role));
  socket.write(encodeFrame("SUB", "load.*"));
  const ping = encodeFrame("PING");
  const cut = encodeFrame("PUB", "load.1", new Uint8Array(4096).fill(1)).subarray(0, 2000);
  socket.write(role === "cut" ? Buffer.concat([ping, cut]) : ping);
});
