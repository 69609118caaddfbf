// The bounds of a conversation over real sockets: nothing that a client does holds more than its bound.

import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import type { Session } from "../../src/decoys/decoy.ts";
import { defineDecoy } from "../../src/decoys/decoy.ts";
import { openListener } from "../../src/platform/libc/sockets.ts";
import { startDecoy } from "../support/decoy-host.ts";

/** A decoy of one function, for the host's own behaviour. */
function decoyOf(serve: (session: Session) => Promise<void>) {
  return defineDecoy({
    name: "ssh",
    summary: "test",
    port: 1,
    transport: "tcp",
    load: async () => ({ serve }),
  });
}

async function echo(session: Session): Promise<void> {
  for (let bytes = await session.connection.read(); bytes; bytes = await session.connection.read()) {
    await session.connection.write(bytes);
  }
}

async function dial(port: number, host = "127.0.0.1", localAddress?: string): Promise<Socket> {
  const socket = createConnection({ port, host, ...(localAddress ? { localAddress } : {}) });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("a conversation's bounds", () => {
  test("what a client sends comes back, and both ends are recorded with their bytes", async () => {
    await using decoy = await startDecoy(decoyOf(echo));
    const socket = await dial(decoy.port);
    socket.end("hello");
    expect((await readAll(socket)).toString()).toBe("hello");
    const closed = await decoy.waitFor("connection.closed");
    expect(closed.data).toMatchObject({ reason: "client", bytes_in: 5, bytes_out: 5 });
    expect(decoy.of("connection.opened")).toHaveLength(1);
    expect(closed.session).toBe(decoy.of("connection.opened")[0]?.session ?? null);
  });

  test("who resets the connection before anybody looks is known all the same, and is nobody else", async () => {
    const fd = openListener({ transport: "tcp", address: "::", port: 0 });
    await using decoy = await startDecoy(decoyOf(echo), { fd });
    const { port } = decoy;
    const scan = `const socket = require("node:net").connect({ port: ${port}, host: "127.0.0.1", localAddress: "127.0.0.77" });
      socket.once("connect", () => { console.log(socket.localPort); socket.resetAndDestroy(); })`;
    // While this process waits for the other one it accepts nobody.
    const { stdout } = Bun.spawnSync([process.execPath, "-e", scan]);
    const closed = await decoy.waitFor("connection.closed");
    const src = { ip: "127.0.0.77", port: Number(stdout.toString()) };
    const dst = { ip: "127.0.0.1", port };
    expect(decoy.evidence.map(({ kind, src, dst }) => ({ kind, src, dst }))).toEqual([
      { kind: "connection.opened", src, dst },
      { kind: "connection.closed", src, dst },
    ]);
    expect(closed.data.reason).toBe("client");
  });

  test("silence ends it", async () => {
    await using decoy = await startDecoy(decoyOf(echo), { limits: { idleMs: 100 } });
    const socket = await dial(decoy.port);
    await readAll(socket);
    expect((await decoy.waitFor("connection.closed")).data.reason).toBe("idle");
  });

  test("its time ends it however busy it is", async () => {
    await using decoy = await startDecoy(decoyOf(echo), { limits: { sessionMs: 300 } });
    const socket = await dial(decoy.port);
    const beat = setInterval(() => socket.write("x"), 20);
    await readAll(socket).catch(() => undefined);
    clearInterval(beat);
    expect((await decoy.waitFor("connection.closed")).data.reason).toBe("time");
  });

  test("endless input ends at the byte bound, without an end of its own", async () => {
    const limit = 1024 * 1024;
    await using decoy = await startDecoy(
      decoyOf(async (session) => {
        while (await session.connection.read());
      }),
      { limits: { sessionBytes: limit } },
    );
    const socket = await dial(decoy.port);
    const block = Buffer.alloc(64 * 1024, 120);
    let sent = 0;
    while (!socket.destroyed && sent < 16 * limit) {
      sent += block.length;
      if (!socket.write(block)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    }
    const closed = await decoy.waitFor("connection.closed");
    expect(closed.data.reason).toBe("bytes");
    expect(closed.data.bytes_in).toBeLessThan(limit + 1024 * 1024);
  });

  test("a decoy that does not read holds back the client instead of buffering it", async () => {
    const release = Promise.withResolvers<void>();
    await using decoy = await startDecoy(
      decoyOf(() => release.promise),
      { limits: { sessionBytes: 2 ** 30 } },
    );
    const socket = await dial(decoy.port);
    const block = Buffer.alloc(1024 * 1024, 120);
    let accepted = 0;
    while (accepted < 256 && socket.write(block)) accepted++;
    // The kernel's buffers and one window are all that can be taken; the rest waits at the client.
    expect(socket.writableLength).toBeGreaterThan(0);
    release.resolve();
    const closed = await decoy.waitFor("connection.closed");
    expect(closed.data.bytes_in).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });

  test("a decoy that throws ends its own conversation alone", async () => {
    await using decoy = await startDecoy(
      decoyOf(async (session) => {
        const bytes = await session.connection.read();
        if (bytes?.[0] === 33) throw new Error("a bug");
        await session.connection.write("fine");
      }),
    );
    const [bad, good] = await Promise.all([dial(decoy.port), dial(decoy.port)]);
    bad.write("!");
    await readAll(bad);
    good.write("?");
    expect((await readAll(good)).toString()).toBe("fine");
    await decoy.waitFor("connection.closed", (record) => record.data.reason === "broken");
    expect(decoy.broken).toHaveLength(1);
  });

  test("records and captured files of one conversation are bounded; its end is always recorded", async () => {
    await using decoy = await startDecoy(
      decoyOf(async (session) => {
        for (let i = 0; i < 50; i++)
          session.record("command.executed", { command: { enc: "utf8", val: "x", len: 1 }, via: "shell" });
        const kept: unknown[] = [];
        for (let i = 0; i < 5; i++) {
          const file = session.captureFile();
          file.write(new Uint8Array(100));
          kept.push(await file.finish());
        }
        await session.connection.write(JSON.stringify(kept.map((file) => file !== null)));
      }),
      { limits: { records: 10, files: 2, fileBytes: 64 } },
    );
    const text = (await readAll(await dial(decoy.port))).toString();
    expect(JSON.parse(text)).toEqual([true, true, false, false, false]);
    await decoy.waitFor("connection.closed");
    expect(decoy.of("command.executed")).toHaveLength(9);
    for (const blob of decoy.blobs.values()) expect(blob).toHaveLength(64);
  });

  test("a data port takes the client's own address only", async () => {
    await using decoy = await startDecoy(
      decoyOf(async (session) => {
        const data = await session.openDataPort();
        if (!data) throw new Error("no data port");
        await session.connection.write(`${data.port}\n`);
        const connection = await data.accept();
        const bytes = await connection?.read();
        await session.connection.write(bytes ?? "nobody");
      }),
    );
    const control = await dial(decoy.port);
    const [line] = (await once(control, "data")) as [Buffer];
    const port = Number(line.toString());
    const stranger = await dial(port, "127.0.0.1", "127.0.0.99");
    expect(await readAll(stranger).catch(() => Buffer.alloc(0))).toHaveLength(0);
    const own = await dial(port);
    own.write("mine");
    expect((await readAll(control)).toString()).toBe("mine");
    own.destroy();
  });
});
