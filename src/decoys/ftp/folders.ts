// Commands on folders and files that need no data connection: CWD, PWD, MKD, RMD, DELE, RNFR, RNTO, SIZE, MDTM, STAT, SITE.
// All of them act on the login's own view of the machine.

import type { FtpConversation, FtpHandler } from "./conversation.ts";
import { listing } from "./listing.ts";
import { manyLines, statusLines } from "./texts.ts";

const MESSAGE_BYTES = 4096;
const MAX_MESSAGES = 256;
/** vsftpd's idle_session_timeout, seconds. */
export const IDLE_SECONDS = 300;

function quoted(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The `.message` of a folder entered for the first time, as `250-` lines. */
function folderMessage(conversation: FtpConversation, folder: string): string {
  const { user, seenMessages } = conversation;
  if (!user || seenMessages.has(folder) || seenMessages.size >= MAX_MESSAGES) return "";
  seenMessages.add(folder);
  const found = user.files.fs.open(`${folder}/.message`);
  if (!found.ok || found.value.stat.type !== "file") return "";
  const text = Buffer.from(found.value.read(0, MESSAGE_BYTES)).toString("latin1");
  const lines = text.replace(/\r/g, "").replace(/\n$/, "");
  return lines === ""
    ? ""
    : lines
        .split("\n")
        .map((line) => `250-${line}\r\n`)
        .join("");
}

function enter(conversation: FtpConversation, argument: string): Promise<true> {
  const files = conversation.user?.files;
  const target = argument === "" ? undefined : files?.fs.realpath(conversation.path(argument));
  const folder = target?.ok ? target.value : undefined;
  const stat = folder === undefined ? undefined : files?.fs.stat(folder);
  if (
    !files ||
    folder === undefined ||
    !stat?.ok ||
    stat.value.type !== "directory" ||
    !files.canEnter(folder)
  ) {
    return conversation.say(550, "Failed to change directory.");
  }
  conversation.folder = folder;
  return conversation.sayRaw(`${folderMessage(conversation, folder)}250 Directory successfully changed.\r\n`);
}

export const handleCwd: FtpHandler = (conversation, { argument }) => enter(conversation, argument);

export const handleCdup: FtpHandler = (conversation) => enter(conversation, "..");

export const handlePwd: FtpHandler = (conversation) =>
  conversation.say(257, `${quoted(conversation.folder)} is the current directory`);

export const handleMkd: FtpHandler = (conversation, { argument }) => {
  const path = conversation.path(argument);
  const made =
    argument !== "" && conversation.user?.files.fs.mkdir(path, 0o777 & ~conversation.umask).ok === true;
  if (!made) return conversation.say(550, "Create directory operation failed.");
  const folder = conversation.folder.endsWith("/") ? conversation.folder : `${conversation.folder}/`;
  return conversation.say(257, `${quoted(argument.startsWith("/") ? argument : folder + argument)} created`);
};

export const handleRmd: FtpHandler = (conversation, { argument }) => {
  const removed =
    argument !== "" && conversation.user?.files.fs.rmdir(conversation.path(argument)).ok === true;
  if (!removed) return conversation.say(550, "Remove directory operation failed.");
  return conversation.say(250, "Remove directory operation successful.");
};

export const handleDele: FtpHandler = (conversation, { argument }) => {
  const removed =
    argument !== "" && conversation.user?.files.fs.unlink(conversation.path(argument)).ok === true;
  return removed
    ? conversation.say(250, "Delete operation successful.")
    : conversation.say(550, "Delete operation failed.");
};

export const handleRnfr: FtpHandler = (conversation, { argument }) => {
  const path = conversation.path(argument);
  const there = argument !== "" && conversation.user?.files.fs.stat(path).ok === true;
  conversation.renameFrom = there ? path : undefined;
  return there ? conversation.say(350, "Ready for RNTO.") : conversation.say(550, "RNFR command failed.");
};

export const handleRnto: FtpHandler = (conversation, { argument }) => {
  const from = conversation.renameFrom;
  if (from === undefined) return conversation.say(503, "RNFR required first.");
  conversation.renameFrom = undefined;
  const moved =
    argument !== "" && conversation.user?.files.fs.rename(from, conversation.path(argument)).ok === true;
  return moved ? conversation.say(250, "Rename successful.") : conversation.say(550, "Rename failed.");
};

export const handleSize: FtpHandler = (conversation, { argument }) => {
  const found = argument === "" ? undefined : conversation.user?.files.fs.stat(conversation.path(argument));
  if (!found?.ok || found.value.type !== "file") return conversation.say(550, "Could not get file size.");
  return conversation.say(213, String(found.value.size));
};

/** `YYYYMMDDHHMMSS` of Unix ms and back. */
function timeStamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, "").slice(0, 14);
}

function parseTimeStamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function setTime(conversation: FtpConversation, name: string, timeMs: number): Promise<true> {
  const set = conversation.user?.files.fs.utimes(conversation.path(name), timeMs).ok === true;
  return set
    ? conversation.say(213, "File modification time set.")
    : conversation.say(550, "Could not set file modification time.");
}

export const handleMdtm: FtpHandler = (conversation, { argument }) => {
  const { user } = conversation;
  const space = argument.indexOf(" ");
  const time = space < 0 || user?.anonymous ? undefined : parseTimeStamp(argument.slice(0, space));
  if (time !== undefined) return setTime(conversation, argument.slice(space + 1), time);
  const found = argument === "" ? undefined : user?.files.fs.stat(conversation.path(argument));
  if (!found?.ok || found.value.type !== "file") {
    return conversation.say(550, "Could not get file modification time.");
  }
  return conversation.say(213, timeStamp(found.value.mtimeMs));
};

export const handleStat: FtpHandler = (conversation, { argument }) => {
  const { session, server, user } = conversation;
  if (!user) return conversation.say(530, "Please login with USER and PASS.");
  if (argument === "") {
    const status = {
      client: session.connection.remote.ip,
      user: user.anonymous ? "ftp" : user.username,
      ascii: conversation.ascii,
      timeoutSeconds: IDLE_SECONDS,
      clients: conversation.clientsAtStart,
      version: server.version,
    };
    return conversation.sayRaw(statusLines(status));
  }
  const request = { argument, verbose: true, all: true, nowMs: session.clock.now() };
  const rows = listing(user.files.fs, request, (path) => conversation.path(path)) ?? [];
  return conversation.sayRaw(
    manyLines(
      213,
      "Status follows:",
      rows.map((row) => row.slice(0, -2)),
      "End of status",
    ),
  );
};

function changeMode(conversation: FtpConversation, rest: string): Promise<true> {
  const space = rest.indexOf(" ");
  if (space <= 0 || space === rest.length - 1) return conversation.say(500, "SITE CHMOD needs 2 arguments.");
  const digits = /^[0-7]{1,6}/.exec(rest)?.[0] ?? "0";
  const path = conversation.path(rest.slice(space + 1));
  const done = conversation.user?.files.fs.chmod(path, Number.parseInt(digits, 8) & 0o777).ok === true;
  return done
    ? conversation.say(200, "SITE CHMOD command ok.")
    : conversation.say(550, "SITE CHMOD command failed.");
}

function changeUmask(conversation: FtpConversation, rest: string): Promise<true> {
  if (rest === "") {
    return conversation.say(200, `Your current UMASK is 0${conversation.umask.toString(8).padStart(2, "0")}`);
  }
  conversation.umask = Number.parseInt(/^[0-7]{1,6}/.exec(rest)?.[0] ?? "0", 8) & 0o777;
  return conversation.say(200, `UMASK set to 0${conversation.umask.toString(8).padStart(2, "0")}`);
}

export const handleSite: FtpHandler = (conversation, { argument }) => {
  const space = argument.indexOf(" ");
  const verb = (space < 0 ? argument : argument.slice(0, space)).toUpperCase();
  const rest = space < 0 ? "" : argument.slice(space + 1);
  if (verb === "CHMOD") return changeMode(conversation, rest);
  if (verb === "UMASK") return changeUmask(conversation, rest);
  if (verb === "HELP") return conversation.say(214, "CHMOD UMASK HELP");
  return conversation.say(500, "Unknown SITE command.");
};
