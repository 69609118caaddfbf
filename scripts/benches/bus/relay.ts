// A relay in a broker's place: `bun relay.ts PATH`. What a connection writes goes on, read by read and unseen, to all that
// subscribed: no frame is found, no topic matched, nothing waits. What it costs is what the runtime and the kernel cost.

import type { Socket } from "bun";
import { protocols } from "./protocol.ts";

const [path = ""] = process.argv.slice(2);
/** How SUB begins, the first word of a subscriber. */
const S = 0x53;
const subscribers = new Set<Socket<undefined>>();

Bun.listen({
  unix: path,
  socket: {
    binaryType: "buffer",
    data(socket, chunk) {
      if (chunk[0] === S) {
        // SUB and the ping behind it: all that a subscriber ever says.
        subscribers.add(socket);
        socket.write(protocols.decnet.pong);
      } else for (const subscriber of subscribers) subscriber.write(chunk);
    },
    close(socket) {
      subscribers.delete(socket);
    },
  },
});
