// The ssh decoy: one conversation from accept to close, and what all conversations of a decky share.
// Lets in whom the persona admits, runs nothing real, and ends as OpenSSH's sshd would.

import { capture } from "../../contract/captured.ts";
import type { Clock } from "../../contract/clock.ts";
import { isDecnetError } from "../../contract/errors.ts";
import { hassh } from "../../fingerprints/hassh.ts";
import type { Decoy, Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import { toByteString } from "../shell/bytes.ts";
import type { Login, Machine } from "../shell/shell.ts";
import { machineOf } from "../shell/shell.ts";
import { algorithmsOf } from "./algorithms.ts";
import type { AuthPolicy } from "./auth.ts";
import { Authentication } from "./auth.ts";
import { SshConnection } from "./connection.ts";
import { disconnectText, isHangUp } from "./disconnect.ts";
import { announceHostKeys, proveHostKeys } from "./host-key-rotation.ts";
import { createHostKeys } from "./host-keys.ts";
import { SessionChannel } from "./session-channel.ts";
import type { ServerIdentity } from "./transport.ts";
import { Transport } from "./transport.ts";

/** OpenSSH's LoginGraceTime in ms. */
const LOGIN_GRACE_MS = 120_000;
/** How long a client that has said goodbye is given to close by itself. */
const GOODBYE_MS = 200;

/** Settings of the server that are not the persona's. */
export interface SshSettings {
  /** Offer keyboard-interactive beside public key and password, as upstream's sshd does. Default true. */
  readonly keyboardInteractive?: boolean;
  /** Makes the machine that logins work on. Default: one of the persona's own. */
  readonly createMachine?: (persona: Persona, clock: Clock) => Machine;
}

/** `SSH-2.0-OpenSSH_9.2p1 Debian-…`, with as much of it as the claim lacks. */
function bannerOf(persona: Persona): string {
  const version = persona.products["ssh"]?.version ?? "9.2p1 Debian-2+deb12u3";
  if (version.startsWith("SSH-2.0-")) return version;
  return `SSH-2.0-${version.startsWith("OpenSSH_") ? "" : "OpenSSH_"}${version}`;
}

/** What the conversations of one decky share. */
interface Server {
  readonly identity: ServerIdentity;
  readonly keyboardInteractive: boolean;
  machine(clock: Clock): Machine;
}

/** Makes the decoy of one machine. */
export async function createSshDecoy(persona: Persona, settings: SshSettings = {}): Promise<Decoy> {
  const banner = bannerOf(persona);
  const identity: ServerIdentity = {
    banner,
    lists: algorithmsOf(banner),
    hostKeys: persona.shared(createHostKeys),
  };
  let machine: Machine | null = null;
  const server: Server = {
    identity,
    keyboardInteractive: settings.keyboardInteractive ?? true,
    machine: (clock) => {
      machine ??= settings.createMachine?.(persona, clock) ?? persona.shared(machineOf);
      return machine;
    },
  };
  return { serve: (session) => serve(server, session) };
}

async function serve(server: Server, session: Session): Promise<void> {
  const transport = new Transport(session, server.identity);
  const broken: { error?: unknown } = {};
  try {
    await converse(server, {
      session,
      transport,
      onBroken: (error) => {
        broken.error ??= error;
      },
    });
    if (transport.clientLeft)
      await Promise.race([session.connection.read(), session.clock.sleep(GOODBYE_MS, session.signal)]);
  } catch (error) {
    if (!isDecnetError(error, "protocol")) throw error;
    if (isHangUp(error)) return;
    const text = disconnectText(error);
    session.record("protocol.violated", {
      violation: text === null ? "malformed" : "disconnected",
      bytes: capture(transport.lastPayload, 1024),
    });
    if (text !== null) await transport.sendDisconnect(text).catch(() => undefined);
  } finally {
    transport.dispose();
    session.connection.close();
  }
  // A program that failed is a fault of ours: it is told once the client has been let go.
  if (broken.error !== undefined) throw broken.error;
}

interface Conversation {
  readonly session: Session;
  readonly transport: Transport;
  readonly onBroken: (error: unknown) => void;
}

async function converse(server: Server, conversation: Conversation): Promise<void> {
  const { session } = conversation;
  const cancelGrace = session.clock.after(LOGIN_GRACE_MS, () => session.connection.close());
  const username = await logIn(server, conversation).finally(cancelGrace);
  if (!username) return;
  const machine = server.machine(session.clock);
  const login = machine.login({ account: machine.account(toByteString(username)), session, service: "ssh" });
  try {
    await connect(server, conversation, login);
  } finally {
    await login.close();
  }
}

/** Who is let in from the client's address. */
function policyOf({ keyboardInteractive, machine }: Server, session: Session): AuthPolicy {
  const { ip } = session.connection.remote;
  return {
    keyboardInteractive,
    admits: (username, password) => machine(session.clock).admits(ip, username, password),
    acceptsKey: (username, blob) => machine(session.clock).acceptsKey(ip, username, blob),
  };
}

/** From the first byte to a login: the name that was let in, or null. */
async function logIn(server: Server, { session, transport }: Conversation): Promise<Uint8Array | null> {
  const client = await transport.identify();
  if (!client) return null;
  if (!client.ok) return refuse(session, client);
  session.record("client.identified", { via: "banner", software: capture(client.line) });
  const keyed = await transport.exchangeFirstKeys((offer) => {
    const { hash, raw } = hassh(offer);
    session.record("client.fingerprinted", { family: "hassh", hash, raw: capture(raw) });
  });
  if (!keyed) return null;
  const parts = { policy: policyOf(server, session), hostKeys: server.identity.hostKeys };
  return new Authentication(session, transport, parts).run();
}

/** Says why and hangs up: with a reset where bytes were left unread, as the kernel does for sshd. */
async function refuse(
  session: Session,
  client: { readonly text: string | null; readonly line: Uint8Array; readonly rest: Uint8Array },
): Promise<null> {
  session.record("protocol.violated", { violation: "bad-identification", bytes: capture(client.line, 1024) });
  if (client.text !== null) await session.connection.write(client.text);
  if (client.rest.length > 0) session.connection.reset();
  return null;
}

async function connect(
  { identity }: Server,
  { session, transport, onBroken }: Conversation,
  login: Login,
): Promise<void> {
  const send = (payload: Uint8Array): Promise<void> => transport.send(payload);
  await send(announceHostKeys(identity.hostKeys));
  const connection = new SshConnection({
    session,
    send,
    ready: () => transport.ready(),
    abandon: () => transport.abandon(),
    receive: () => transport.receive(),
    unimplemented: (sequence) => transport.unimplemented(sequence),
    proveHostKeys: (request) => proveHostKeys(identity.hostKeys, transport, request),
    openSession: (channel) =>
      new SessionChannel({
        session,
        login,
        channel,
        openssh: transport.clientSoftware.startsWith("OpenSSH"),
        onBroken,
      }),
  });
  await connection.run();
}
