// Logging in: the greeting, the plugins, the full sha2 exchange that yields the clear password, the record of it all.
// Lets in whom the persona admits; says nothing else than the server would.

import type { Captured } from "../../contract/captured.ts";
import { capture } from "../../contract/captured.ts";
import { isDecnetError } from "../../contract/errors.ts";
import type { Session } from "../decoy.ts";
import { errors } from "./errors.ts";
import type { Login, SqlError } from "./packets.ts";
import { CAP, encodeAuthSwitch, encodeError, encodeGreeting, readLogin } from "./packets.ts";
import type { Plugin } from "./scramble.ts";
import { createSalt, proves, xor } from "./scramble.ts";
import type { Server } from "./server.ts";
import type { Heard, Wire } from "./wire.ts";

/** The server's connect_timeout. */
const LOGIN_MS = 10_000;
const FAST_OK = Buffer.of(1, 3);
const FULL = Buffer.of(1, 4);
const KEY_WANTED = 2;
/** The server's default_authentication_plugin, with which it greets. */
const GREETED: Plugin = "caching_sha2_password";
/** Bytes of a user name that the server keeps. */
const USERNAME = 96;

/** Who asks, and with what. */
export interface Attempt {
  readonly username: string;
  readonly plugin: string;
  readonly capabilities: number;
  readonly response: Buffer;
  readonly salt: Buffer;
}

/** A login that worked. */
export interface Admitted {
  readonly username: string;
  readonly usedPassword: boolean;
}

/** What the proof was and what it showed. */
interface Verdict {
  readonly accepted: boolean;
  readonly usedPassword: boolean;
  readonly secret?: Captured;
  readonly challenge?: { readonly plugin: string; readonly salt: Buffer; readonly response: Buffer };
}

/** Everything a login needs. */
export interface Door {
  readonly session: Session;
  readonly server: Server;
  readonly wire: Wire;
  /** The client's address as errors show it. */
  readonly host: string;
}

/** The server's answer to a read that brought no packet; null when there is nobody to answer. */
export function readFailure(heard: Exclude<Heard, { kind: "packet" }>): SqlError | null {
  if (heard === null) return null;
  if (heard.kind === "timeout") return errors.readTimeout;
  return heard.kind === "out-of-order" ? errors.outOfOrder : errors.tooLarge;
}

/** Reads a packet of the login; what is none is answered and gives null. */
async function readPayload({ session, wire }: Door): Promise<Buffer | null> {
  const heard = await wire.read(LOGIN_MS);
  if (heard?.kind === "packet") return heard.payload;
  const failure = readFailure(heard);
  if (!failure) return null;
  if (heard?.kind !== "timeout") {
    session.record("protocol.violated", { violation: `mysql-${heard?.kind}`, bytes: capture(failure.text) });
  }
  await wire.send(encodeError(failure));
  return null;
}

function isSchemeWord(text: string): boolean {
  return /^[A-Za-z0-9_]{1,64}$/.test(text);
}

function recordAttempt({ session }: Door, username: string, verdict: Verdict): void {
  const { challenge, secret } = verdict;
  const told = challenge && challenge.response.length > 0 && challenge.response.length <= 1024;
  session.record("auth.attempted", {
    method: challenge ? "challenge" : "password",
    username: capture(username, 512),
    ...(secret ? { secret } : {}),
    ...(told
      ? {
          challenge: {
            scheme: isSchemeWord(challenge.plugin) ? challenge.plugin : "unknown",
            salt_hex: challenge.salt.toString("hex"),
            response_hex: challenge.response.toString("hex"),
          },
        }
      : {}),
    accepted: verdict.accepted,
  });
}

/** Whether an answer proves the password of an account that is let in. */
function isProven({ server }: Door, plugin: Plugin, attempt: Attempt): boolean {
  return server.persona.accounts.some(({ name, password }) => {
    if (name !== attempt.username || password === null) return false;
    return server.persona.admits(name, password) && proves(plugin, password, attempt.salt, attempt.response);
  });
}

/** The clear password in what a client sends when asked for full authentication; null when it left. */
async function readSecret(door: Door, salt: Buffer): Promise<Buffer | null> {
  await door.wire.send(FULL);
  let payload = await readPayload(door);
  if (payload?.length === 1 && payload[0] === KEY_WANTED) {
    await door.wire.send(Buffer.concat([Buffer.of(1), Buffer.from(door.server.key().publicPem)]));
    payload = await readPayload(door);
  }
  if (!payload) return null;
  const clear = payload.length === 256 ? door.server.key().decrypt(payload) : null;
  const text = clear ? xor(clear, salt) : payload;
  return text.at(-1) === 0 ? text.subarray(0, -1) : text;
}

const isEmpty = (response: Buffer): boolean =>
  response.length === 0 || (response.length === 1 && response[0] === 0);

function judgeEmpty(door: Door, username: string): Verdict {
  return { accepted: door.server.persona.admits(username, ""), usedPassword: false, secret: capture("") };
}

async function judgeSha2(door: Door, attempt: Attempt): Promise<Verdict> {
  const { username, salt, response } = attempt;
  if (isEmpty(response)) return judgeEmpty(door, username);
  const challenge = { plugin: "caching_sha2_password", salt, response };
  if (door.server.cached.has(username) && isProven(door, "caching_sha2_password", attempt)) {
    await door.wire.send(FAST_OK);
    return { accepted: true, usedPassword: true, challenge };
  }
  const secret = await readSecret(door, salt);
  if (!secret) return { accepted: false, usedPassword: true, challenge };
  const accepted = door.server.persona.admits(username, secret.toString("utf8"));
  if (accepted) door.server.cached.add(username);
  return { accepted, usedPassword: true, challenge, secret: capture(secret, 1024) };
}

function judgeNative(door: Door, attempt: Attempt): Verdict {
  const { username, salt, response } = attempt;
  if (isEmpty(response)) return judgeEmpty(door, username);
  const challenge = { plugin: "mysql_native_password", salt, response };
  return { accepted: isProven(door, "mysql_native_password", attempt), usedPassword: true, challenge };
}

/** Moves the client to the account's plugin; null when it can't or won't go there. */
async function switchPlugin(door: Door, attempt: Attempt, plugin: Plugin): Promise<Attempt | null> {
  if ((attempt.capabilities & CAP.pluginAuth) === 0) {
    await door.wire.send(encodeError(errors.oldClient));
    return null;
  }
  const salt = createSalt(door.session.random);
  await door.wire.send(encodeAuthSwitch(plugin, salt));
  const response = await readPayload(door);
  return response && { ...attempt, plugin, salt, response };
}

/**
 * Whether a server asks for the proof anew. It does for each account that has not the plugin of its greeting, even of a
 * client that has used that account's plugin at once: what such a client sends first may well be empty.
 */
function asksAnew(first: Attempt, plugin: Plugin): boolean {
  if (first.plugin !== plugin) return true;
  return plugin !== GREETED && (first.capabilities & CAP.pluginAuth) !== 0;
}

/** Judges one login and records it; a refusal is told to the client. */
export async function judge(door: Door, first: Attempt, alwaysSwitch = false): Promise<Admitted | null> {
  const plugin = door.server.pluginOf(first.username);
  const attempt = alwaysSwitch || asksAnew(first, plugin) ? await switchPlugin(door, first, plugin) : first;
  if (!attempt) {
    // The client gave up, but what it had sent is worth keeping.
    const { salt, response } = first;
    if (!isEmpty(response)) {
      const challenge = { plugin: first.plugin, salt, response };
      recordAttempt(door, first.username, { accepted: false, usedPassword: true, challenge });
    }
    return null;
  }
  const verdict =
    plugin === "caching_sha2_password" ? await judgeSha2(door, attempt) : judgeNative(door, attempt);
  recordAttempt(door, attempt.username, verdict);
  if (verdict.accepted) return { username: attempt.username, usedPassword: verdict.usedPassword };
  if (!door.session.connection.closed) {
    await door.wire.send(encodeError(errors.accessDenied(attempt.username, door.host, verdict.usedPassword)));
  }
  return null;
}

/** What the client says of itself. */
export function recordAttributes(session: Session, attributes: Login["attributes"]): void {
  const known = new Map(attributes.map(([name, value]) => [name.toString("latin1"), value]));
  const words = ["_client_name", "_client_version", "program_name", "_os", "_platform"].flatMap((name) => {
    const value = known.get(name);
    return value ? [`${name}=${value.subarray(0, 128).toString("utf8")}`] : [];
  });
  if (words.length === 0) return;
  session.record("client.identified", {
    via: "connect-attributes",
    software: capture(words.join(" "), 1024),
  });
}

/** A login that was let in, and what its packet asked for besides. */
export interface Entered extends Admitted {
  readonly threadId: number;
  readonly capabilities: number;
  readonly database: string | null;
}

async function readFirst(door: Door): Promise<Login | null> {
  const payload = await readPayload(door);
  if (!payload) return null;
  try {
    const login = readLogin(payload);
    if (!login) {
      await door.wire.send(encodeError(errors.oldClient));
      return null;
    }
    if ((login.capabilities & CAP.ssl) === 0) return login;
  } catch (error) {
    if (!isDecnetError(error, "protocol")) throw error;
  }
  door.session.record("protocol.violated", {
    violation: "mysql-bad-handshake",
    bytes: capture(payload, 512),
  });
  await door.wire.send(encodeError(errors.badHandshake));
  return null;
}

/** Greets a client and sees it through its login; null when it is not let in. */
export async function enter(door: Door): Promise<Entered | null> {
  const { session, server, wire } = door;
  const threadId = server.nextThread();
  const salt = createSalt(session.random);
  await wire.send(encodeGreeting({ version: server.version, threadId, salt, plugin: GREETED }));
  const login = await readFirst(door);
  if (!login) return null;
  recordAttributes(session, login.attributes);
  const username = login.username.subarray(0, USERNAME).toString("utf8");
  const admitted = await judge(door, {
    username,
    plugin: login.plugin || "mysql_native_password",
    capabilities: login.capabilities,
    response: login.response,
    salt,
  });
  if (!admitted) return null;
  const database = login.database && login.database.length > 0 ? login.database.toString("utf8") : null;
  return { ...admitted, threadId, capabilities: login.capabilities, database };
}
