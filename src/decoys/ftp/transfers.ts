// Transfers: PASV, EPSV, PORT, EPRT and what goes over the data connection they agree on.
// Opens no connection of its own; what is uploaded is captured, what is read is the login's own files.

import { capture } from "../../contract/captured.ts";
import type { DecoyConnection } from "../decoy.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { OpenFile, WritableFile } from "../shell/shell.ts";
import { upper } from "./codec.ts";
import type { FtpConversation, FtpHandler } from "./conversation.ts";
import type { ActiveTarget } from "./data-channel.ts";
import { parseEprt, parsePort } from "./data-channel.ts";
import { listing } from "./listing.ts";

const BLOCK = 64 * 1024;
/** vsftpd's data_connection_timeout. */
const DATA_TIMEOUT_MS = 300_000;
const MAX_UNIQUE = 1000;
const NO_CHANNEL = "Use PORT or PASV first.";
const NO_CONNECTION = "Failed to establish connection.";

function overIpv6(conversation: FtpConversation): boolean {
  return conversation.session.connection.local.ip.includes(":");
}

export const handlePasv: FtpHandler = async (conversation) => {
  const port = await conversation.data.listen();
  if (port === undefined) return conversation.say(425, NO_CONNECTION);
  const { ip } = conversation.session.connection.local;
  const address = overIpv6(conversation) ? "0,0,0,0" : ip.replaceAll(".", ",");
  return conversation.say(227, `Entering Passive Mode (${address},${port >> 8},${port & 255}).`);
};

export const handleEpsv: FtpHandler = async (conversation, { argument }) => {
  const wanted = upper(argument);
  if (wanted === "ALL") {
    conversation.onlyExtended = true;
    return conversation.say(200, "EPSV ALL ok.");
  }
  if (wanted !== "" && wanted !== (overIpv6(conversation) ? "2" : "1")) {
    return conversation.say(522, "Bad network protocol.");
  }
  const port = await conversation.data.listen();
  if (port === undefined) return conversation.say(425, NO_CONNECTION);
  return conversation.say(229, `Entering Extended Passive Mode (|||${port}|)`);
};

function noteActive(conversation: FtpConversation, target: ActiveTarget): void {
  const port = Math.min(target.port, 65_535);
  conversation.session.record("tunnel.requested", {
    kind: "ftp-active",
    host: capture(target.host, 64),
    port,
  });
}

export const handlePort: FtpHandler = (conversation, { argument }) => {
  conversation.data.reset();
  const target = parsePort(argument);
  if (target) noteActive(conversation, target);
  if (!target || !conversation.data.accepts(target)) return conversation.say(500, "Illegal PORT command.");
  conversation.data.aim(target);
  return conversation.say(200, "PORT command successful. Consider using PASV.");
};

export const handleEprt: FtpHandler = (conversation, { argument }) => {
  conversation.data.reset();
  const target = parseEprt(argument, overIpv6(conversation));
  if (target === "bad-protocol") return conversation.say(500, "Bad EPRT protocol.");
  if (target === "bad-command") return conversation.say(500, "Bad EPRT command.");
  noteActive(conversation, target);
  if (!conversation.data.accepts(target)) return conversation.say(500, "Illegal EPRT command.");
  conversation.data.aim(target);
  return conversation.say(200, "EPRT command successful. Consider using EPSV.");
};

/** Opens the data connection and says 150; null when it failed and that was said. */
async function begin(conversation: FtpConversation, text: string): Promise<DecoyConnection | null> {
  const connection = await conversation.data.open();
  if (!connection) {
    await conversation.say(425, NO_CONNECTION);
    return null;
  }
  await conversation.say(150, text);
  return connection;
}

async function list(conversation: FtpConversation, argument: string, verbose: boolean): Promise<boolean> {
  const { user, session } = conversation;
  if (!user || !conversation.data.ready) return conversation.say(425, NO_CHANNEL);
  const connection = await begin(conversation, "Here comes the directory listing.");
  if (!connection) return true;
  const request = { argument, verbose, all: false, nowMs: session.clock.now() };
  const rows = listing(user.files.fs, request, (path) => conversation.path(path));
  await connection.write(Buffer.from((rows ?? []).join(""), "latin1"));
  connection.close();
  if (!rows) return conversation.say(226, "Transfer done (but failed to open directory).");
  return conversation.say(226, "Directory send OK.");
}

export const handleList: FtpHandler = (conversation, { argument }) => list(conversation, argument, true);

export const handleNlst: FtpHandler = (conversation, { argument }) => list(conversation, argument, false);

/** Anonymous gets only what everybody may read (vsftpd's anon_world_readable_only). */
function openToRead(conversation: FtpConversation, argument: string): OpenFile | undefined {
  const { user } = conversation;
  const found = argument === "" ? undefined : user?.files.fs.open(conversation.path(argument));
  if (!found?.ok || found.value.stat.type !== "file") return undefined;
  if (user?.anonymous && (found.value.stat.mode & 0o004) === 0) return undefined;
  return found.value;
}

export const handleRetr: FtpHandler = async (conversation, { argument }) => {
  const { session } = conversation;
  const from = conversation.restart;
  conversation.restart = 0;
  if (!conversation.data.ready) return conversation.say(425, NO_CHANNEL);
  const file = openToRead(conversation, argument);
  if (!file) return conversation.say(550, "Failed to open file.");
  const { size } = file.stat;
  session.record("file.read", {
    name: capture(fromByteString(conversation.path(argument)), 1024),
    size,
    via: "ftp",
  });
  const connection = await begin(
    conversation,
    `Opening BINARY mode data connection for ${argument} (${size} bytes).`,
  );
  if (!connection) return true;
  for (let at = from; at < size && !connection.closed; at += BLOCK) {
    await connection.write(file.read(at, Math.min(BLOCK, size - at)));
  }
  if (connection.closed) return conversation.say(426, "Failure writing network stream.");
  connection.close();
  return conversation.say(226, "Transfer complete.");
};

interface Upload {
  readonly argument: string;
  readonly append: boolean;
  readonly unique: boolean;
}

/** vsftpd's name for STOU: the name itself where it is free, else with the first free number. */
function uniqueName(conversation: FtpConversation, argument: string): string {
  const taken = (name: string): boolean =>
    conversation.user?.files.fs.stat(conversation.path(name)).ok === true;
  if (argument !== "" && !taken(argument)) return argument;
  const base = argument === "" ? "STOU" : argument;
  let suffix = 1;
  while (suffix < MAX_UNIQUE && taken(`${base}.${suffix}`)) suffix++;
  return `${base}.${suffix}`;
}

function openToWrite(conversation: FtpConversation, name: string, keep: boolean): WritableFile | undefined {
  const { user, umask } = conversation;
  const options = {
    via: "ftp",
    mode: 0o666 & ~umask,
    truncate: !keep,
    exclusive: user?.anonymous === true,
  } as const;
  const opened = name === "" ? undefined : user?.files.fs.openWrite(conversation.path(name), options);
  return opened?.ok ? opened.value : undefined;
}

/** Takes the upload; false when the disk is full. */
async function receive(
  conversation: FtpConversation,
  connection: DecoyConnection,
  file: WritableFile,
  start: number,
) {
  const { clock } = conversation.session;
  let at = start;
  for (;;) {
    const cancel = clock.after(DATA_TIMEOUT_MS, () => connection.close());
    const bytes = await connection.read();
    cancel();
    if (bytes === null) return true;
    if (!file.write(at, bytes).ok) return false;
    at += bytes.length;
  }
}

async function upload(conversation: FtpConversation, { argument, append, unique }: Upload): Promise<boolean> {
  const from = conversation.restart;
  conversation.restart = 0;
  if (!conversation.data.ready) return conversation.say(425, NO_CHANNEL);
  const name = unique ? uniqueName(conversation, argument) : argument;
  const file = openToWrite(conversation, name, append || from > 0);
  if (!file) return conversation.say(553, "Could not create file.");
  const connection = await begin(conversation, unique ? `FILE: ${name}` : "Ok to send data.");
  const start = append ? file.stat().size : from;
  const stored = connection ? await receive(conversation, connection, file, start) : true;
  await file.close();
  if (!connection) return true;
  connection.close();
  return stored
    ? conversation.say(226, "Transfer complete.")
    : conversation.say(451, "Failure writing to local file.");
}

export const handleStor: FtpHandler = (conversation, { argument }) =>
  upload(conversation, { argument, append: false, unique: false });

export const handleAppe: FtpHandler = (conversation, { argument }) =>
  upload(conversation, { argument, append: true, unique: false });

export const handleStou: FtpHandler = (conversation, { argument }) =>
  upload(conversation, { argument, append: false, unique: true });
