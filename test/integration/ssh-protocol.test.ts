// The ssh decoy under a client that keeps to no rule: wrong order, wrong sizes, damage, and what OpenSSH says to it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { connect } from "node:net";
import { createSeededRandom } from "../../src/contract/random.ts";
import { ssh } from "../../src/decoys/ssh/index.ts";
import { msg } from "../../src/decoys/ssh/numbers.ts";
import { fingerprintOf, signedRequest } from "../../src/decoys/ssh/public-key.ts";
import { message, toBytes, WireReader, WireWriter } from "../../src/decoys/ssh/wire.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN } from "../support/persona.ts";
import { openSession, passwordRequest, TestSshClient } from "../support/ssh-client.ts";

let decoy: RunningDecoy;
beforeAll(async () => {
  decoy = await startDecoy(ssh);
});
afterAll(async () => {
  await decoy.close();
  expect(decoy.broken).toEqual([]);
});

const authRequest = (method: string, username = "alice") =>
  message(msg.userauthRequest).string(username).string("ssh-connection").string(method);
const channelRequest = (name: string, wantsReply = true) =>
  message(msg.channelRequest).u32(0).string(name).boolean(wantsReply);
const exec = (command: string): Uint8Array => channelRequest("exec").string(command).finish();
const data = (bytes: Uint8Array | string): Uint8Array =>
  message(msg.channelData).u32(0).string(bytes).finish();

async function loggedIn(): Promise<TestSshClient> {
  const client = await TestSshClient.open(decoy.port);
  expect(await client.logIn(TEST_LOGIN.username, TEST_LOGIN.password)).toBe(true);
  return client;
}

/** Everything until the decoy closes. */
async function untilClosed(client: TestSshClient): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (let next = await client.next(); next; next = await client.next()) all.push(next);
  return all;
}

function disconnectText(payload: Uint8Array | undefined): string | null {
  if (payload?.[0] !== msg.disconnect) return null;
  const reader = new WireReader(payload);
  reader.u8();
  expect(reader.u32()).toBe(2);
  return reader.text();
}

describe("before login", () => {
  const violations: readonly [string, readonly Uint8Array[], string | null][] = [
    ["a service that is none", [message(5).string("foo").finish()], "bad service request foo"],
    [
      "another name in the middle",
      [
        message(5).string("ssh-userauth").finish(),
        authRequest("none").finish(),
        authRequest("none", "bob").finish(),
      ],
      "Change of username or service not allowed: (alice,ssh-connection) -> (bob,ssh-connection)",
    ],
    [
      "seven failures",
      [message(5).string("ssh-userauth").finish(), ...new Array(8).fill(authRequest("none").finish())],
      "Too many authentication failures",
    ],
    [
      "a login that ends early",
      [message(5).string("ssh-userauth").finish(), message(50).string("alice").finish()],
      null,
    ],
    [
      "a NUL in a name",
      [message(5).string("ssh-userauth").finish(), authRequest("none", "a\0b").finish()],
      null,
    ],
    ["a message type beyond all", [message(200).finish()], "Invalid ssh2 packet type: 200"],
  ];
  for (const [name, messages, text] of violations)
    test(`${name} is broken off`, async () => {
      const client = await TestSshClient.open(decoy.port);
      for (const payload of messages) client.send(payload);
      expect(disconnectText((await untilClosed(client)).at(-1))).toBe(text);
    });

  test("what is not known or not yet allowed is unimplemented, by its number", async () => {
    const client = await TestSshClient.open(decoy.port);
    for (const payload of [authRequest("none").finish(), openSession(0), message(99).finish()]) {
      client.send(payload);
      expect((await client.next())?.[0]).toBe(msg.unimplemented);
    }
    client.close();
  });

  test("an empty password fails at once and counts", async () => {
    const client = await TestSshClient.open(decoy.port);
    await client.requestService();
    for (let i = 0; i < 5; i++) {
      client.send(passwordRequest("alice", ""));
      expect((await client.next())?.[0]).toBe(msg.userauthFailure);
    }
    client.send(passwordRequest("alice", ""));
    expect(disconnectText(await client.expect(msg.disconnect))).toBe("Too many authentication failures");
  });

  test("a proven key is recorded as such and opens nothing; a query is refused", async () => {
    const seed = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 9)]);
    const key = createPrivateKey({ key: seed, format: "der", type: "pkcs8" });
    const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
    const blob = new WireWriter().string("ssh-ed25519").string(point).finish();
    const client = await TestSshClient.open(decoy.port);
    await client.requestService();
    client.send(authRequest("publickey").boolean(false).string("ssh-ed25519").string(blob).finish());
    expect((await client.next())?.[0]).toBe(msg.userauthFailure);
    const request = { username: toBytes("alice"), service: toBytes("ssh-connection"), method: "publickey" };
    const signed = signedRequest(client.sessionId, { ...request, algorithm: toBytes("ssh-ed25519"), blob });
    const signature = new WireWriter()
      .string("ssh-ed25519")
      .string(sign(null, signed, key))
      .finish();
    client.send(
      authRequest("publickey").boolean(true).string("ssh-ed25519").string(blob).string(signature).finish(),
    );
    expect((await client.next())?.[0]).toBe(msg.userauthFailure);
    client.close();
    const keys = decoy.of("auth.attempted").filter((attempt) => attempt.data.method === "publickey");
    expect(
      keys.map((attempt) => [attempt.data.key?.proven, attempt.data.key?.fingerprint, attempt.data.accepted]),
    ).toEqual([
      [false, fingerprintOf(blob), false],
      [true, fingerprintOf(blob), false],
    ]);
  });
});

describe("after login", () => {
  const violations: readonly [string, Uint8Array, string][] = [
    ["data", message(94).u32(5).string("x").finish(), "data packet referred to nonexistent channel 5"],
    ["an end", message(96).u32(5).finish(), "ieof packet referred to nonexistent channel 5"],
    ["a close", message(97).u32(5).finish(), "oclose packet referred to nonexistent channel 5"],
    [
      "a request",
      message(98).u32(5).string("shell").boolean(true).finish(),
      "server_input_channel_req: unknown channel 5",
    ],
  ];
  for (const [name, payload, text] of violations)
    test(`${name} for no channel is broken off`, async () => {
      const client = await loggedIn();
      client.send(payload);
      expect(disconnectText((await untilClosed(client)).at(-1))).toBe(text);
    });

  test("keys are announced, keepalives answered, new keys made on request", async () => {
    const client = await loggedIn();
    const announced = new WireReader(await client.expect(msg.globalRequest));
    announced.u8();
    expect(announced.text()).toBe("hostkeys-00@openssh.com");
    client.send(message(msg.globalRequest).string("keepalive@openssh.com").boolean(true).finish());
    expect((await client.next())?.[0]).toBe(msg.requestFailure);
    await client.exchangeKeys();
    client.send(message(msg.globalRequest).string("keepalive@openssh.com").boolean(true).finish());
    expect((await client.next())?.[0]).toBe(msg.requestFailure);
    client.close();
  });

  test("ten sessions at once and no more", async () => {
    const client = await loggedIn();
    await client.expect(msg.globalRequest);
    for (let i = 0; i < 11; i++) client.send(openSession(i));
    for (let i = 0; i < 10; i++) expect((await client.next())?.[0]).toBe(msg.channelOpenConfirmation);
    expect((await client.next())?.[0]).toBe(msg.channelOpenFailure);
    client.close();
  });

  test("output waits for the client's window and keeps to it", async () => {
    const client = await loggedIn();
    client.send(openSession(0, 10));
    client.send(exec("echo 0123456789abcdef"));
    const piece = async (): Promise<string> => {
      const reader = new WireReader(await client.expect(msg.channelData));
      reader.raw(5);
      return reader.text();
    };
    expect(await piece()).toBe("0123456789");
    client.send(message(msg.channelWindowAdjust).u32(0).u32(100).finish());
    expect(await piece()).toBe("abcdef\n");
    await client.expect(msg.channelEof);
    await client.expect(msg.channelRequest);
    await client.expect(msg.channelClose);
    client.close();
  });

  test("a client that ignores our window is broken off", async () => {
    const client = await loggedIn();
    client.send(openSession(0));
    client.send(exec("sleep 60"));
    await client.expect(msg.channelSuccess);
    for (let i = 0; i < 75; i++) client.send(data(new Uint8Array(32 * 1024)));
    const last = (await untilClosed(client)).at(-1);
    expect(disconnectText(last)).toBe("channel 0: peer ignored channel window");
  });

  test("sftp ends on a message that is too long, as the real one does", async () => {
    const client = await loggedIn();
    client.send(openSession(0));
    client.send(channelRequest("subsystem").string("sftp").finish());
    client.send(data(Uint8Array.of(255, 255, 255, 255, 1)));
    const reader = new WireReader(await client.expect(msg.channelRequest));
    reader.raw(5);
    expect([reader.text(), reader.boolean(), reader.u32()]).toEqual(["exit-status", false, 11]);
    client.close();
  });
});

describe("damage", () => {
  test("seeded junk of every message type never breaks the decoy", async () => {
    const random = createSeededRandom("ssh junk");
    for (let round = 0; round < 12; round++) {
      const client = await loggedIn();
      client.send(openSession(0));
      if (round % 3 === 0) client.send(channelRequest("subsystem", false).string("sftp").finish());
      for (let i = 0; i < 60; i++) {
        const type = random.pick([2, 5, 20, 21, 30, 50, 80, 90, 93, 94, 94, 95, 96, 98, 98, 100]);
        const body = random.bytes(random.below(60));
        if (body.length > 8) body.set([0, 0, 0, 0, 0, 0, 0, random.below(20)]);
        client.send(message(type).raw(body).finish());
      }
      client.send(message(msg.disconnect).u32(11).string("").string("").finish());
      await untilClosed(client).catch(() => []);
      client.close();
    }
    expect(decoy.broken).toEqual([]);
  });

  test("damaged bytes on the wire are not answered", async () => {
    const random = createSeededRandom("ssh wire");
    for (let round = 0; round < 12; round++) {
      const closed = new Promise<void>((resolve) => {
        const socket = connect(decoy.port, "127.0.0.1", () => {
          socket.write("SSH-2.0-junk\r\n");
          socket.write(random.bytes(64).map((byte, at) => (at === 0 ? byte | 0x80 : byte)));
        });
        socket
          .on("close", () => resolve())
          .on("error", () => undefined)
          .resume();
      });
      await closed;
    }
    expect(decoy.broken).toEqual([]);
  });
});
