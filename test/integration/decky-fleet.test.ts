// Machines handed to the decoys' process: a parent opens the sockets, real clients are served on them.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Account } from "../../src/decoys/personas/persona.ts";
import type { Held } from "../../src/fleet/handover.ts";
import { newLife } from "../../src/fleet/machine.ts";
import { closeFd } from "../../src/platform/libc/sockets.ts";
import { personaOf } from "../../src/workers/decky/persona-of.ts";
import { temporaryFolder, until } from "../support/evidence-kit.ts";
import type { DeckyProcess } from "../support/fleet-maker.ts";
import {
  collect,
  FLEET_SECRET,
  listenersAt,
  MakerLink,
  socketFor,
  specOf as specAt,
  startDecky,
} from "../support/fleet-maker.ts";

const BASE = 21_000 + Math.floor(Math.random() * 8000);
const SERVICES = [
  socketFor("ssh", BASE + 22),
  socketFor("http", BASE + 80),
  socketFor("ftp", BASE + 21),
  socketFor("redis", BASE + 79),
  socketFor("mysql", BASE + 6),
  socketFor("ftp", BASE + 101, "data"),
  socketFor("ftp", BASE + 102, "data"),
];
const HOST = "127.31.0.5";
/** What a machine offers that has those sockets. */
const OFFERS = SERVICES.filter(({ use }) => use === "service").map(
  ({ service, port }) => `${service}:${port}`,
);
const DONE = { answer: "done" } as const;

const specOf = (decky: string, address: string) => specAt(decky, address, { services: OFFERS });

let folder: ReturnType<typeof temporaryFolder>;
let collector: Awaited<ReturnType<typeof collect>>;
let decky: DeckyProcess;
let link: MakerLink;

beforeEach(async () => {
  folder = temporaryFolder();
  collector = await collect(folder);
  decky = await startDecky(folder);
  link = new MakerLink(folder);
});
afterEach(async () => {
  link[Symbol.dispose]();
  await decky[Symbol.asyncDispose]();
  await collector.close();
  folder[Symbol.dispose]();
});

async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(["timeout", "20", ...command], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
  );
  await child.exited;
  return `${out}${err}`;
}

const redis = (...words: string[]) => run("redis-cli", "-h", HOST, "-p", String(BASE + 79), ...words);

async function dial(port: number): Promise<Socket> {
  const socket = createConnection({ host: HOST, port });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Says a command of Redis on a connection of one's own; the answer. */
async function ask(socket: Socket, words: string): Promise<string> {
  socket.write(`${words}\r\n`);
  const [bytes] = (await once(socket, "data")) as [Buffer];
  return bytes.toString();
}

/** Somebody whom a machine lets in. */
function owner(decky: string): Account {
  const { accounts } = personaOf(FLEET_SECRET, specOf(decky, HOST), new Map());
  const found = accounts.find(({ password }) => password !== null);
  if (!found) throw new Error("nobody is let in");
  return found;
}

const states = () => collector.changes.map(({ data }) => data.state);
const descriptors = () => readdirSync(`/proc/${decky.pid}/fd`).length;

describe("a machine that is handed over", () => {
  test("serves redis-cli, curl, ssh-keyscan and mysql's greeting as one machine, and is announced", async () => {
    expect(await link.serve(specOf("web-1", HOST), SERVICES)).toEqual(DONE);
    expect(await redis("PING")).toBe("PONG\n");
    expect(await run("curl", "-sI", `http://${HOST}:${BASE + 80}/`)).toContain("Server: nginx/1.22.1");
    expect(await run("ssh-keyscan", "-T", "15", "-t", "ed25519", "-p", String(BASE + 22), HOST)).toContain(
      `[${HOST}]:${BASE + 22} ssh-ed25519 `,
    );
    const greeting = (await once(await dial(BASE + 6), "data")) as [Buffer];
    expect(greeting[0].toString("latin1")).toContain("8.0.");
    await until(() => collector.changes.length === 1);
    expect(collector.changes[0]).toMatchObject({
      decky: "web-1",
      src: { ip: HOST },
      data: {
        state: "running",
        previous: "unknown",
        address: HOST,
        mac: "18:66:da:00:00:01",
        persona: { hostname: "web-1", archetype: "linux-server" },
      },
    });
    expect(collector.changes[0]?.data.services).toHaveLength(5);
  }, 60_000);

  test("lends its data ports to one transfer each: curl lists, a third conversation gets none, a stranger gets nothing", async () => {
    // A machine that lets anonymous in, as every second one does.
    await link.serve(specOf("web-3", HOST), SERVICES);
    const login = async (): Promise<Socket> => {
      const socket = await dial(BASE + 21);
      await once(socket, "data");
      await ask(socket, "USER anonymous");
      expect(await ask(socket, "PASS a@b")).toContain("230");
      return socket;
    };
    const { name, password } = owner("web-1");
    const upload = async (words: string): Promise<void> => {
      const there = ["-sS", "--user", `${name}:${password}`, `ftp://${HOST}:${BASE + 21}/${words}`];
      const local = join(folder.root, words);
      writeFileSync(local, words);
      expect(await run("curl", "-T", local, ...there)).toBe("");
      expect(await run("curl", ...there)).toBe(words);
    };
    const listing = () => run("curl", "-sv", `ftp://${HOST}:${BASE + 21}/`);
    expect(await listing()).toContain("226");
    await upload("first");
    // Nobody is lent one now: a scan finds it closed.
    await expect(dial(BASE + 101)).rejects.toThrow();
    const [one, two, three] = [await login(), await login(), await login()];
    expect(await ask(one, "EPSV")).toContain(`(|||${BASE + 101}|)`);
    await upload("second");
    expect(await ask(two, "EPSV")).toContain(`(|||${BASE + 102}|)`);
    expect(await ask(three, "EPSV")).not.toContain("|||");
    const stranger = createConnection({ host: HOST, port: BASE + 101, localAddress: "127.31.0.99" });
    stranger.on("error", () => undefined);
    await once(stranger, "close");
    for (const socket of [one, two, three]) socket.destroy();
    await until(async () => (await listing()).includes("226"));
  }, 60_000);

  test("one that lacks sockets is degraded, says which, and is whole when they come", async () => {
    const spec = specOf("web-1", HOST);
    await link.serve(spec, SERVICES.slice(3, 5));
    await link.serve(spec, SERVICES.slice(0, 3));
    await until(() => collector.changes.length === 2);
    expect(states()).toEqual(["degraded", "running"]);
    expect(collector.changes[0]?.data.services.filter(({ state }) => state === "failed")).toHaveLength(3);
    expect(collector.changes[1]?.data.previous).toBe("degraded");
  });

  test("the process killed: the same orders make the same machines in the next one", async () => {
    const key = () => run("ssh-keyscan", "-T", "15", "-t", "ed25519", "-p", String(BASE + 22), HOST);
    await link.serve(specOf("web-1", HOST), SERVICES);
    const before = await key();
    await decky.kill();
    expect(await link.answer().catch(() => "end")).toBe("end");
    await expect(dial(BASE + 22)).rejects.toThrow();
    decky = await startDecky(folder);
    link = new MakerLink(folder);
    expect(await link.order({ order: "look" })).toEqual({ answer: "held", deckies: [], more: false });
    await link.serve(specOf("web-1", HOST), SERVICES);
    expect(await key()).toBe(before);
  }, 60_000);
});

describe("a change", () => {
  test("without a reboot cuts nobody, closes services no longer named, keeps what intruders left", async () => {
    const spec = specOf("web-1", HOST);
    await link.serve(spec, SERVICES);
    const inside = await dial(BASE + 79);
    await ask(inside, "SET left behind");
    const next = { ...spec, services: OFFERS.filter((offer) => /^(ssh|redis)/.test(offer)) };
    expect(await link.serve(next, [])).toEqual(DONE);
    expect(await ask(inside, "GET left")).toContain("behind");
    expect(await redis("GET", "left")).toBe("behind\n");
    await expect(dial(BASE + 80)).rejects.toThrow();
    const held = (await link.order({ order: "look" })) as { deckies: Held[] };
    expect(held.deckies.map(({ decky, sockets }) => [decky, sockets.length])).toEqual([[next, 2]]);
    inside.destroy();
  });

  test("drops one port of a service: its other port, those who are there and what they left stay", async () => {
    const second = socketFor("http", BASE + 88);
    const [sshd, more] = [BASE + 22, BASE + 23];
    const spec = { ...specOf("web-1", HOST), services: [...OFFERS, `http:${second.port}`, `ssh:${more}`] };
    await link.serve(spec, [...SERVICES, second, socketFor("ssh", more)]);
    const key = async (port: number) =>
      (await run("ssh-keyscan", "-T", "15", "-t", "ed25519", "-p", String(port), HOST)).split(" ").at(-1);
    expect(await key(more)).toBe(await key(sshd));
    await until(() => collector.changes.length === 1);
    expect(collector.changes[0]?.data.services.filter(({ name }) => name === "http")).toEqual(
      [BASE + 80, second.port].map((port) => ({ name: "http", port, transport: "tcp", state: "listening" })),
    );
    const inside = await dial(BASE + 80);
    const there = await dial(second.port);
    const request = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";
    const said = async (socket: Socket) => {
      socket.write(request);
      return ((await once(socket, "data")) as [Buffer])[0].toString("latin1");
    };
    expect(await said(inside)).toContain("200 OK");
    expect(await said(there)).toContain("200 OK");
    expect(await link.serve({ ...spec, services: OFFERS }, [])).toEqual(DONE);
    await expect(dial(second.port)).rejects.toThrow();
    await expect(dial(more)).rejects.toThrow();
    expect(await said(inside)).toContain("200 OK");
    expect(await said(there)).toContain("200 OK");
    expect(await run("curl", "-sI", `http://${HOST}:${BASE + 80}/`)).toContain("200 OK");
    await until(() => collector.changes.length === 2);
    expect(states()).toEqual(["running", "running"]);
    expect(collector.changes[1]?.data.services).toHaveLength(5);
    for (const socket of [inside, there]) socket.destroy();
  }, 60_000);

  test("moves a service: its server says where it is", async () => {
    const spec = specOf("web-1", HOST);
    await link.serve(spec, SERVICES);
    expect(await redis("INFO", "server")).toContain(`tcp_port:${BASE + 79}`);
    const port = BASE + 179;
    const services = OFFERS.map((offer) => (offer.startsWith("redis") ? `redis:${port}` : offer));
    expect(await link.serve({ ...spec, services }, [socketFor("redis", port)])).toEqual(DONE);
    expect(await run("redis-cli", "-h", HOST, "-p", String(port), "CONFIG", "GET", "port")).toBe(
      `port\n${port}\n`,
    );
    await expect(dial(BASE + 79)).rejects.toThrow();
  });

  test("with a reboot cuts everybody, and the machine is as it was made", async () => {
    const spec = specOf("web-1", HOST);
    await link.serve(spec, SERVICES);
    const inside = await dial(BASE + 79);
    await ask(inside, "SET left behind");
    const ended = once(inside, "end");
    const bootedAt = Date.now();
    expect(await link.serve({ ...spec, life: { ...newLife, bootedAt } }, [], true)).toEqual(DONE);
    await ended;
    expect(await redis("GET", "left")).toBe("\n");
    const uptime = /uptime_in_seconds:(\d+)/.exec(await redis("INFO", "server"))?.[1];
    expect(Number(uptime)).toBeLessThan(60);
  });

  test("a removal ends conversations and listeners, and is told", async () => {
    await link.serve(specOf("web-1", HOST), SERVICES);
    const before = descriptors();
    const inside = await dial(BASE + 79);
    expect(await ask(inside, "PING")).toContain("PONG");
    const ended = once(inside, "end");
    expect(await link.order({ order: "remove", decky: "web-1" })).toEqual(DONE);
    await ended;
    inside.destroy();
    await expect(dial(BASE + 79)).rejects.toThrow();
    await until(() => states().at(-1) === "removed");
    await until(() => descriptors() <= before - SERVICES.length);
    expect(await link.order({ order: "remove", decky: "web-1" })).toEqual(DONE);
  });

  test("sockets of the same ports replace those of before, and none leaks", async () => {
    const spec = specOf("web-1", HOST);
    const fds = listenersAt(HOST, SERVICES);
    const order = { order: "serve", decky: spec, sockets: SERVICES, reboot: false } as const;
    await link.order(order, fds);
    const before = descriptors();
    for (let i = 0; i < 20; i++) expect(await link.order(order, fds)).toEqual(DONE);
    for (const fd of fds) closeFd(fd);
    expect(descriptors()).toBe(before);
    expect(await redis("PING")).toBe("PONG\n");
  });
});

describe("hostile messages", () => {
  test("are answered, their descriptors are closed, and the next order is carried out", async () => {
    await link.order({ order: "look" });
    const before = descriptors();
    const spec = specOf("web-1", HOST);
    const fds = listenersAt(HOST, SERVICES.slice(0, 2));
    const file = openSync("/dev/null", "r");
    const bad: [string | Uint8Array, readonly number[]][] = [
      ["nonsense", fds],
      [new Uint8Array([0xff, 0xfe]), fds],
      [JSON.stringify({ order: "look" }), fds],
      [JSON.stringify({ order: "serve", decky: spec, sockets: [], reboot: false }), fds],
      [JSON.stringify({ order: "serve", decky: spec, sockets: [SERVICES[0]], reboot: false }), [file]],
      [
        JSON.stringify({
          order: "serve",
          decky: { ...spec, archetype: "x" },
          sockets: SERVICES.slice(0, 2),
          reboot: false,
        }),
        fds,
      ],
      ["x".repeat(70_000), fds],
    ];
    for (const [data, handed] of bad) {
      link.send(data, handed);
      expect(await link.answer()).toEqual({ answer: "failed", reason: expect.any(String) });
    }
    for (const fd of [...fds, file]) closeFd(fd);
    expect(descriptors()).toBe(before);
    expect(await link.serve(spec, SERVICES)).toEqual(DONE);
  });

  test("a peer that reads no answer is not waited for by the others", async () => {
    for (let i = 0; i < 40; i++)
      await link.serve(specAt(`web-${i}`, "127.31.1.1", { services: [`redis:${BASE + 200 + i}`] }), [
        socketFor("redis", BASE + 200 + i),
      ]);
    using deaf = new MakerLink(folder);
    for (let i = 0; i < 200; i++) deaf.send(JSON.stringify({ order: "look" }));
    using other = new MakerLink(folder);
    expect(await other.order({ order: "remove", decky: "web-0" })).toEqual(DONE);
  });

  test("more connections than the maker needs are refused", async () => {
    const links = Array.from({ length: 12 }, () => {
      try {
        return new MakerLink(folder);
      } catch {
        return undefined;
      }
    });
    const answers = await Promise.all(
      links.map(async (one) => {
        const held = one?.order({ order: "look" }) ?? Promise.resolve("end");
        return await held.catch(() => "end");
      }),
    );
    expect(answers.filter((answer) => answer === "end").length).toBeGreaterThanOrEqual(4);
    for (const one of links) one?.[Symbol.dispose]();
  });
});

test.skipIf(process.getuid?.() !== 0)("another user is not let in", async () => {
  const place = mkdtempSync(join(tmpdir(), "decnet-peer-"));
  try {
    mkdirSync(dirname(folder.deckySocket), { recursive: true });
    const script = join(place, "peer.py");
    writeFileSync(
      script,
      `import socket,sys,os\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\nfd=os.open(sys.argv[1],os.O_PATH|os.O_DIRECTORY)\nos.setresuid(65534,65534,65534)\ns.connect('/proc/self/fd/%d/decky.sock'%fd)\ns.send(b'{"order":"look"}')\nprint(s.recv(100))`,
    );
    Bun.spawnSync(["chmod", "0666", folder.deckySocket]);
    const said = await run("python3", script, dirname(folder.deckySocket));
    expect(said).toMatch(/b''|BrokenPipe|ConnectionReset/);
  } finally {
    rmSync(place, { recursive: true });
  }
});
