import { afterAll, expect, test } from "bun:test";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { inTurns, knock } from "./visit.ts";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function serverThat(does: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    does(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const visit = { address: "127.0.0.1", ask: "", says: [["220 mine"]], ms: 300 };

test("what was expected is well, in whatever pieces it comes", async () => {
  const port = await serverThat((socket) => {
    socket.setNoDelay(true);
    socket.write("22");
    setImmediate(() => socket.write("0 mine\r\n"));
  });
  expect(await knock({ ...visit, port })).toBe("well");
});

test("what has to be asked is asked", async () => {
  const port = await serverThat((socket) =>
    socket.on("data", (bytes) => void socket.end(`220 ${bytes.toString("latin1")}`)),
  );
  expect(await knock({ ...visit, port, ask: "mine" })).toBe("well");
});

test.each([
  ["another product", (socket: Socket) => void socket.end("220 yours\r\n")],
  ["nothing", (socket: Socket) => void socket.on("data", () => undefined)],
  ["nothing, and hangs up", (socket: Socket) => void socket.end()],
  ["a reset", (socket: Socket) => void socket.resetAndDestroy()],
  ["more than is heard before it", (socket: Socket) => void socket.end(`${"x".repeat(4096)}220 mine`)],
])("%s does not fit", async (_, does) => {
  expect(await knock({ ...visit, port: await serverThat(does) })).toBe("greeting");
});

test("a port without anybody refuses", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await knock({ ...visit, port })).toBe("refused");
});

test("all is done, a bounded number at once", async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  await inTurns(
    Array.from({ length: 200 }, (_, i) => i),
    async (i) => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      done.push(i);
    },
  );
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(most).toBeLessThanOrEqual(64);
});
