// A drill over MySQL: a login with mysql_native_password and one query (protocol 4.1, handshake v10).

import { createHash } from "node:crypto";
import { DecnetError } from "../../contract/errors.ts";
import type { Props, Scenario } from "./scenario.ts";
import { command } from "./scenario.ts";
import type { Target, Wire } from "./wire.ts";
import { connect } from "./wire.ts";

/** CLIENT_LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH. */
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const PLUGIN = "mysql_native_password";

interface Packet {
  readonly sequence: number;
  readonly body: Buffer;
}

async function receive(wire: Wire): Promise<Packet> {
  const head = await wire.take(4);
  return { sequence: head.readUInt8(3), body: await wire.take(head.readUIntLE(0, 3)) };
}

function send(wire: Wire, sequence: number, body: Buffer): void {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(sequence & 255, 3);
  wire.send(Buffer.concat([head, body]));
}

const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha1")).digest();

/** SHA1(password) XOR SHA1(salt, SHA1(SHA1(password))). */
function scramble(password: string, salt: Buffer): Buffer {
  const once = sha1(Buffer.from(password));
  const mask = sha1(salt, sha1(once));
  return Buffer.from(once.map((byte, i) => byte ^ (mask[i] ?? 0)));
}

function saltOf(handshake: Buffer): Buffer {
  const at = handshake.indexOf(0, 1) + 5;
  return Buffer.concat([handshake.subarray(at, at + 8), handshake.subarray(at + 27, at + 39)]);
}

function response(username: string, proof: Buffer): Buffer {
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32LE(CAPABILITIES, 0);
  fixed.writeUInt32LE(2 ** 24, 4);
  fixed.writeUInt8(45, 8);
  return Buffer.concat([
    fixed,
    Buffer.from(`${username}\0`),
    Buffer.from([proof.length]),
    proof,
    Buffer.from(`${PLUGIN}\0`),
  ]);
}

async function play(target: Target, props: Props): Promise<void> {
  await using wire = await connect(target);
  const handshake = await receive(wire);
  send(wire, 1, response(props.username, scramble(props.password, saltOf(handshake.body))));
  let answer = await receive(wire);
  if (answer.body[0] === 0xfe) {
    const salt = answer.body.subarray(answer.body.indexOf(0, 1) + 1).subarray(0, 20);
    const native = answer.body.toString("latin1", 1, answer.body.indexOf(0, 1)) === PLUGIN;
    // For any other plugin an empty proof is an attempt too.
    send(wire, answer.sequence + 1, native ? scramble(props.password, salt) : Buffer.alloc(0));
    answer = await receive(wire);
  }
  const denied = answer.body[0] === 0xff;
  if (!denied && answer.body[0] !== 0) throw new DecnetError("protocol", "mysql: neither let in nor denied");
  if (denied) return;
  send(wire, 0, Buffer.concat([Buffer.from([3]), Buffer.from(`select '${props.mark}'`)]));
  await receive(wire);
  send(wire, 0, Buffer.from([1]));
}

export const mysqlDrill: Scenario = {
  service: "mysql",
  play,
  expects: (props) => [
    { step: "login attempt caught", kind: "auth.attempted" },
    command("query caught", props.mark),
    { step: "conversation ended", kind: "connection.closed" },
  ],
};
