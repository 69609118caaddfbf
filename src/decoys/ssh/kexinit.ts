// SSH_MSG_KEXINIT: its bytes (RFC 4253 section 7.1) and the choice that follows from two of them.
// Refuses to guess: what both sides do not share ends the exchange.

import type { AlgorithmLists } from "./algorithms.ts";
import { EXT_INFO_CLIENT, STRICT_CLIENT, STRICT_SERVER } from "./algorithms.ts";
import { msg } from "./numbers.ts";
import { malformed, message, WireReader } from "./wire.ts";

/** One side's offer. */
export interface KexInit {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphersToServer: readonly string[];
  readonly ciphersToClient: readonly string[];
  readonly macsToServer: readonly string[];
  readonly macsToClient: readonly string[];
  readonly compressionToServer: readonly string[];
  readonly compressionToClient: readonly string[];
  readonly firstKexFollows: boolean;
}

/** The algorithms of one direction. `mac` is null where the cipher authenticates by itself. */
export interface DirectionChoice {
  readonly cipher: string;
  readonly mac: string | null;
  readonly compression: string;
}

/** What was agreed. */
export interface Choice {
  readonly kex: string;
  readonly hostKey: string;
  readonly toServer: DirectionChoice;
  readonly toClient: DirectionChoice;
  /** Both sides follow strict key exchange; known from the first exchange only. */
  readonly strict: boolean;
  /** The client takes SSH_MSG_EXT_INFO. */
  readonly extInfo: boolean;
  /** The client's guess of the first kex packet is wrong: that packet is to be thrown away. */
  readonly skipGuess: boolean;
}

/** The server's KEXINIT payload. `cookie` is 16 random bytes. */
export function formatKexInit(lists: AlgorithmLists, cookie: Uint8Array): Uint8Array {
  const twice = [lists.ciphers, lists.macs, lists.compression].flatMap((names) => [names, names]);
  const writer = message(msg.kexinit, 1200).raw(cookie).nameList(lists.kex).nameList(lists.hostKeys);
  for (const names of twice) writer.nameList(names);
  return writer.nameList([]).nameList([]).boolean(false).u32(0).finish();
}

/** Reads a KEXINIT payload, its type included. Throws DecnetError `protocol` where it is malformed. */
export function parseKexInit(payload: Uint8Array): KexInit {
  const reader = new WireReader(payload);
  if (reader.u8() !== msg.kexinit) throw malformed("not a KEXINIT");
  reader.raw(16);
  const list = (): string[] => reader.nameList();
  const init = {
    kex: list(),
    hostKeys: list(),
    ciphersToServer: list(),
    ciphersToClient: list(),
    macsToServer: list(),
    macsToClient: list(),
    compressionToServer: list(),
    compressionToClient: list(),
  };
  list();
  list();
  const firstKexFollows = reader.boolean();
  reader.u32();
  return { ...init, firstKexFollows };
}

/** What could not be agreed, in the order in which OpenSSH looks. */
export type Disagreement = "kex" | "host-key" | "cipher" | "mac" | "compression";

/** A name both sides list, the client's preference first (RFC 4253 section 7.1). */
function firstShared(client: readonly string[], server: readonly string[]): string | undefined {
  const offered = new Set(server);
  return client.find((name) => offered.has(name));
}

/** Ciphers that carry their own authentication tag. */
export function isAead(cipher: string): boolean {
  return cipher.endsWith("-gcm@openssh.com") || cipher.startsWith("chacha20-poly1305");
}

function chooseDirection(
  client: readonly [readonly string[], readonly string[], readonly string[]],
  server: AlgorithmLists,
): DirectionChoice | Disagreement {
  const cipher = firstShared(client[0], server.ciphers);
  if (cipher === undefined) return "cipher";
  const mac = isAead(cipher) ? null : firstShared(client[1], server.macs);
  if (mac === undefined) return "mac";
  const compression = firstShared(client[2], server.compression);
  if (compression === undefined) return "compression";
  return { cipher, mac, compression };
}

/** Markers that travel among the key exchanges but are none. */
const MARKERS = new Set([EXT_INFO_CLIENT, STRICT_CLIENT, STRICT_SERVER, "ext-info-s"]);

/** Chooses from the client's offer and ours. */
export function negotiate(client: KexInit, server: AlgorithmLists): Choice | Disagreement {
  const kex = firstShared(
    client.kex.filter((name) => !MARKERS.has(name)),
    server.kex,
  );
  if (kex === undefined) return "kex";
  const hostKey = firstShared(client.hostKeys, server.hostKeys);
  if (hostKey === undefined) return "host-key";
  const toServer = chooseDirection(
    [client.ciphersToServer, client.macsToServer, client.compressionToServer],
    server,
  );
  if (typeof toServer === "string") return toServer;
  const toClient = chooseDirection(
    [client.ciphersToClient, client.macsToClient, client.compressionToClient],
    server,
  );
  if (typeof toClient === "string") return toClient;
  return {
    kex,
    hostKey,
    toServer,
    toClient,
    strict: client.kex.includes(STRICT_CLIENT) && server.kex.includes(STRICT_SERVER),
    extInfo: client.kex.includes(EXT_INFO_CLIENT),
    skipGuess:
      client.firstKexFollows &&
      (client.kex[0] !== server.kex[0] || client.hostKeys[0] !== server.hostKeys[0]),
  };
}
