// A process without privileges that is handed listeners of another network namespace on descriptor 3 and serves them.
// It answers every TCP connection and every datagram with the listener's label and its own user id.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { receiveRights } from "../../src/platform/libc/messages.ts";

function serve(label: string, fd: number): Promise<void> {
  const answer = `${label} ${process.getuid?.()}`;
  return new Promise((resolve) => {
    if (label.startsWith("tcp")) {
      createServer((socket) => socket.end(`${answer} ${socket.localAddress}`)).listen({ fd }, resolve);
      return;
    }
    const socket = createSocket("udp4");
    socket.on("message", (_data, from) => socket.send(answer, from.port, from.address));
    socket.bind({ fd }, resolve);
  });
}

const received = receiveRights(3, 4096);
if (typeof received === "string") throw new Error(`no listeners came: ${received}`);
process.setgroups?.([]);
process.setgid?.(64_736);
process.setuid?.(64_736);
const labels = new TextDecoder().decode(received.data).split(" ");
await Promise.all(received.fds.map((fd, i) => serve(labels[i] ?? "", fd)));
console.log(/^CapEff:\s+(\S+)/m.exec(await Bun.file("/proc/self/status").text())?.[1]);
