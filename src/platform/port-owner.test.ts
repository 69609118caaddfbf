// Who has an address: rows as proc_net(5) shows them, neighbours on the same port, and this very process.

import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { inTheWay, parseListeners, portOwner } from "./port-owner.ts";

const TABLE = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 1E00007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 64736        0 111 1 0000000000000000 100 0 0 10 0
   1: 1400007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 100 0 0 10 0
   2: 1400007F:0016 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0017 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 444 1 0000000000000000 100 0 0 10 0
   1: 0000000000000000FFFF00000A00A8C0:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 555 1 0000000000000000 100 0 0 10 0
   2: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 666 1 0000000000000000 100 0 0 10 0
   3: nonsense:0016 x 0A
`;

test("rows that listen are read, in both families", () => {
  expect(parseListeners(TABLE)).toEqual([
    { address: "127.0.0.30", port: 22, uid: 64_736, inode: "111" },
    { address: "127.0.0.20", port: 22, uid: 0, inode: "222" },
    { address: "::", port: 23, uid: 1000, inode: "444" },
    { address: "192.168.0.10", port: 80, uid: 33, inode: "555" },
    { address: "2001:db8::1", port: 80, uid: 33, inode: "666" },
  ]);
});

test("who has the same port of another address is not in the way", () => {
  const listeners = parseListeners(TABLE);
  const inodes = (host: string, port: number): readonly string[] =>
    inTheWay(listeners, host, port).map(({ inode }) => inode);
  expect(inodes("127.0.0.20", 22)).toEqual(["222"]);
  expect(inodes("::ffff:127.0.0.20", 22)).toEqual(["222"]);
  expect(inodes("127.0.0.1", 22)).toEqual([]);
  expect(inodes("127.0.0.1", 23)).toEqual(["444"]);
  expect(inodes("2001:0db8:0::1", 80)).toEqual(["666"]);
  expect(inodes("::", 22)).toEqual(["111", "222"]);
  expect(inodes("0.0.0.0", 80)).toEqual(["555", "666"]);
});

test("the process is named, or else its user", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as { port: number };
    expect(portOwner("127.0.0.1", port)).toMatch(new RegExp(`^\\S.* \\(pid ${process.pid}\\)$`));
    expect(portOwner("127.0.0.2", port)).toBeUndefined();
  } finally {
    server.close();
  }
});

test.skipIf(process.getuid?.() !== 0)(
  "an unprivileged user is told the user of a process that is another's",
  async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as { port: number };
      const code = `
      const { portOwner } = await import(${JSON.stringify(`${import.meta.dirname}/port-owner.ts`)});
      process.setgid(65534);
      process.setuid(65534);
      console.log(portOwner("127.0.0.1", ${port}));`;
      const child = Bun.spawn([process.execPath, "-e", code], {
        cwd: "/",
        stdout: "pipe",
        stderr: "inherit",
      });
      expect(await new Response(child.stdout).text()).toBe("a process of root\n");
    } finally {
      server.close();
    }
  },
);
