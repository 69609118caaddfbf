// Every command of the server: its handler and who may give it. The only list of its kind.
// What is not here is answered as unknown.

import { capture } from "../../contract/captured.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { FtpCommand } from "./codec.ts";
import { upper } from "./codec.ts";
import type { FtpConversation, FtpHandler } from "./conversation.ts";
import {
  handleCdup,
  handleCwd,
  handleDele,
  handleMdtm,
  handleMkd,
  handlePwd,
  handleRmd,
  handleRnfr,
  handleRnto,
  handleSite,
  handleSize,
  handleStat,
} from "./folders.ts";
import { handlePass, handleUser } from "./login.ts";
import { FEATURES, HELP_ROWS, manyLines } from "./texts.ts";
import {
  handleAppe,
  handleEprt,
  handleEpsv,
  handleList,
  handleNlst,
  handlePasv,
  handlePort,
  handleRetr,
  handleStor,
  handleStou,
} from "./transfers.ts";

interface CommandEntry {
  readonly handle: FtpHandler;
  /** May be given before the login. */
  readonly early?: boolean;
  /** Refused to anonymous. */
  readonly localOnly?: boolean;
  /** Refused after EPSV ALL. */
  readonly notExtended?: boolean;
}

const say =
  (code: number, text: string): FtpHandler =>
  (conversation) =>
    conversation.say(code, text);

const handleFeat: FtpHandler = (conversation) =>
  conversation.sayRaw(
    manyLines(
      211,
      "Features:",
      FEATURES.map((name) => ` ${name}`),
      "End",
    ),
  );

const handleHelp: FtpHandler = (conversation) =>
  conversation.sayRaw(
    manyLines(
      214,
      "The following commands are recognized.",
      HELP_ROWS.map((row) => ` ${row}`),
      "Help OK.",
    ),
  );

const handleOpts: FtpHandler = (conversation, { argument }) =>
  upper(argument) === "UTF8 ON"
    ? conversation.say(200, "Always in UTF8 mode.")
    : conversation.say(501, "Option not understood.");

const handleType: FtpHandler = (conversation, { argument }) => {
  const type = upper(argument);
  const binary = type === "I" || type === "L8" || type === "L 8";
  if (!binary && type !== "A" && type !== "A N") return conversation.say(500, "Unrecognised TYPE command.");
  conversation.ascii = !binary;
  return conversation.say(200, `Switching to ${binary ? "Binary" : "ASCII"} mode.`);
};

const handleRest: FtpHandler = (conversation, { argument }) => {
  const digits = /^[0-9]{1,15}(?![0-9])/.exec(argument)?.[0];
  conversation.restart = digits === undefined ? 0 : Number(digits);
  return conversation.say(350, `Restart position accepted (${conversation.restart}).`);
};

const handleMode: FtpHandler = (conversation, { argument }) =>
  upper(argument) === "S"
    ? conversation.say(200, "Mode set to S.")
    : conversation.say(504, "Bad MODE command.");

const handleStru: FtpHandler = (conversation, { argument }) =>
  upper(argument) === "F"
    ? conversation.say(200, "Structure set to F.")
    : conversation.say(504, "Bad STRU command.");

const handleQuit: FtpHandler = async (conversation) => {
  await conversation.say(221, "Goodbye.");
  return false;
};

const denied: CommandEntry = { handle: say(550, "Permission denied.") };

/** Commands by verb. */
const commands = new Map<string, CommandEntry>([
  ["USER", { handle: handleUser, early: true }],
  ["PASS", { handle: handlePass, early: true }],
  ["QUIT", { handle: handleQuit, early: true }],
  ["FEAT", { handle: handleFeat, early: true }],
  ["OPTS", { handle: handleOpts, early: true }],
  ["PWD", { handle: handlePwd }],
  ["XPWD", { handle: handlePwd }],
  ["CWD", { handle: handleCwd }],
  ["XCWD", { handle: handleCwd }],
  ["CDUP", { handle: handleCdup }],
  ["XCUP", { handle: handleCdup }],
  ["PASV", { handle: handlePasv, notExtended: true }],
  ["P@SW", { handle: handlePasv, notExtended: true }],
  ["EPSV", { handle: handleEpsv }],
  ["PORT", { handle: handlePort, notExtended: true }],
  ["EPRT", { handle: handleEprt }],
  ["RETR", { handle: handleRetr }],
  ["STOR", { handle: handleStor }],
  ["STOU", { handle: handleStou }],
  ["APPE", { handle: handleAppe, localOnly: true }],
  ["LIST", { handle: handleList }],
  ["NLST", { handle: handleNlst }],
  ["MKD", { handle: handleMkd }],
  ["XMKD", { handle: handleMkd }],
  ["RMD", { handle: handleRmd, localOnly: true }],
  ["XRMD", { handle: handleRmd, localOnly: true }],
  ["DELE", { handle: handleDele, localOnly: true }],
  ["RNFR", { handle: handleRnfr, localOnly: true }],
  ["RNTO", { handle: handleRnto, localOnly: true }],
  ["SITE", { handle: handleSite, localOnly: true }],
  ["SIZE", { handle: handleSize }],
  ["MDTM", { handle: handleMdtm }],
  ["STAT", { handle: handleStat }],
  ["TYPE", { handle: handleType }],
  ["REST", { handle: handleRest }],
  ["MODE", { handle: handleMode }],
  ["STRU", { handle: handleStru }],
  ["NOOP", { handle: say(200, "NOOP ok.") }],
  ["SYST", { handle: say(215, "UNIX Type: L8") }],
  ["HELP", { handle: handleHelp }],
  ["ABOR", { handle: say(225, "No transfer to ABOR.") }],
  ["ALLO", { handle: say(202, "ALLO command ignored.") }],
  ["REIN", { handle: say(502, "REIN not implemented.") }],
  ["ACCT", { handle: say(502, "ACCT not implemented.") }],
  ["SMNT", { handle: say(502, "SMNT not implemented.") }],
  ["PBSZ", denied],
  ["PROT", denied],
]);

/** Verbs whose line is evidence of another kind. */
const RECORDED_OTHERWISE = new Set(["USER", "PASS"]);

/** Answers one command; false ends the conversation. */
export function runCommand(conversation: FtpConversation, command: FtpCommand): Promise<boolean> {
  if (command.line === "") return Promise.resolve(true);
  if (!RECORDED_OTHERWISE.has(command.verb)) conversation.noteCommand(command);
  if (command.verb === "CLNT" && command.argument !== "") {
    const software = capture(fromByteString(command.argument), 1024);
    conversation.session.record("client.identified", { via: "clnt", software });
  }
  const entry = commands.get(command.verb);
  const { user } = conversation;
  if (!user) {
    if (entry?.early) return entry.handle(conversation, command);
    return conversation.say(530, "Please login with USER and PASS.");
  }
  if (!entry) return conversation.say(500, "Unknown command.");
  const refused = (entry.localOnly && user.anonymous) || (entry.notExtended && conversation.onlyExtended);
  return refused ? conversation.say(550, "Permission denied.") : entry.handle(conversation, command);
}
