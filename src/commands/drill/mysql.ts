// A drill over MySQL: a login with caching_sha2_password and one query (protocol 4.1, handshake v10).

import { constants, createHash, publicEncrypt } from "node:crypto";
import { DecnetError } from "../../contract/errors.ts";
import type { Props, Scenario } from "./scenario.ts";
import { attempt, command, WRONG_PASSWORD } from "./scenario.ts";
import type { Target, Wire } from "./wire.ts";
import { connect } from "./wire.ts";

/** CLIENT_LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH. */
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const PLUGIN = "caching_sha2_password";
/** First bytes of what the server sends (MySQL internals, generic response packets and caching_sha2). */
const ERR = 0xff;
const MORE_DATA = 0x01;
const FULL_AUTHENTICATION = 0x04;
const REQUEST_PUBLIC_KEY = 0x02;

interface Packet {
  readonly sequence: number;
  readonly body: Buffer;
}

async function receive(wire: Wire): Promise<Packet> {
  const head = await wire.take(4);
  return { sequence: head.readUInt8(3), body: await wire.take(head.readUIntLE(0, 3)) };
}

function send(wire: Wire, sequence: number, body: Uint8Array): void {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(sequence & 255, 3);
  wire.send(Buffer.concat([head, body]));
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

const xor = (bytes: Uint8Array, mask: Uint8Array): Buffer =>
  Buffer.from(bytes.map((byte, i) => byte ^ (mask[i % mask.length] ?? 0)));

/** SHA256(password) XOR SHA256(SHA256(SHA256(password)), salt). */
function scramble(password: string, salt: Buffer): Buffer {
  const once = sha256(Buffer.from(password));
  return xor(once, sha256(sha256(once), salt));
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

/** Sends the password itself, hidden by the salt and the server's public key, as asked for while its cache is cold. */
async function sendPassword(wire: Wire, asked: Packet, password: string, salt: Buffer): Promise<Packet> {
  send(wire, asked.sequence + 1, new Uint8Array([REQUEST_PUBLIC_KEY]));
  const offer = await receive(wire);
  const key = offer.body.subarray(1).toString("latin1");
  const hidden = xor(Buffer.from(`${password}\0`), salt);
  send(wire, offer.sequence + 1, publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, hidden));
  return receive(wire);
}

/** Logs in; resolves to false when the server denies it. */
async function login(wire: Wire, username: string, password: string): Promise<boolean> {
  const handshake = await receive(wire);
  const salt = saltOf(handshake.body);
  send(wire, 1, response(username, scramble(password, salt)));
  let answer = await receive(wire);
  if (answer.body[0] === MORE_DATA && answer.body[1] === FULL_AUTHENTICATION) {
    answer = await sendPassword(wire, answer, password, salt);
  } else if (answer.body[0] === MORE_DATA) answer = await receive(wire);
  if (answer.body[0] === ERR) return false;
  if (answer.body[0] === 0) return true;
  throw new DecnetError("protocol", "mysql: neither let in nor denied");
}

async function play(target: Target, props: Props): Promise<void> {
  await using refused = await connect(target);
  if (await login(refused, props.username, WRONG_PASSWORD)) {
    throw new DecnetError("protocol", "mysql: a wrong password got in");
  }
  await using wire = await connect(target);
  if (!(await login(wire, props.username, props.password))) {
    throw new DecnetError("protocol", "mysql: the persona's own password was refused");
  }
  send(wire, 0, Buffer.concat([Buffer.from([3]), Buffer.from(`select '${props.mark}'`)]));
  await receive(wire);
  send(wire, 0, new Uint8Array([1]));
  await wire.rest();
}

export const mysqlDrill: Scenario = {
  service: "mysql",
  play,
  expects: (props) => [
    attempt("wrong password refused", false),
    attempt("password accepted", true),
    command("query caught", props.mark),
    { step: "conversation ended", kind: "connection.closed" },
  ],
};
