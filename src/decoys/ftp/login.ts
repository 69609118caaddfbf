// USER and PASS: who gets in, how slowly the others are told, and after how many tries the line is cut.
// Lets in whom the machine admits, and anonymous where the persona has it.

import { capture } from "../../contract/captured.ts";
import { fromByteString } from "../shell/bytes.ts";
import { machineOf } from "../shell/shell.ts";
import { upper } from "./codec.ts";
import type { FtpHandler } from "./conversation.ts";
import { openFtpFiles } from "./files.ts";

const MAX_FAILURES = 3;
/** vsftpd waits a second before PAM and PAM up to three more: measured 2.4 to 3.3 s on Debian 12. */
const FAILURE_MS = { least: 2400, spread: 900 };

function isAnonymous(username: string): boolean {
  const name = upper(username);
  return name === "ANONYMOUS" || name === "FTP";
}

/** USER. */
export const handleUser: FtpHandler = (conversation, { argument }) => {
  const { user } = conversation;
  if (!user) {
    conversation.pendingUser = argument;
    return conversation.say(331, "Please specify the password.");
  }
  if (user.anonymous) return conversation.say(530, "Can't change from guest user.");
  if (user.username === argument) return conversation.say(331, "Any password will do.");
  return conversation.say(530, "Can't change to another user.");
};

/** PASS. */
export const handlePass: FtpHandler = async (conversation, { argument }) => {
  const { session, server } = conversation;
  if (conversation.user) return conversation.say(230, "Already logged in.");
  const username = conversation.pendingUser;
  if (username === undefined || username === "") return conversation.say(503, "Login with USER first.");
  conversation.pendingUser = undefined;
  const anonymous = isAnonymous(username);
  const text = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");
  const accepted = anonymous
    ? server.anonymous
    : server.persona.shared(machineOf).admits(session.connection.remote.ip, text(username), text(argument));
  session.record("auth.attempted", {
    method: anonymous ? "anonymous" : "password",
    username: capture(fromByteString(username), 1024),
    secret: capture(fromByteString(argument), 1024),
    accepted,
  });
  if (accepted) {
    const login = { anonymous, username };
    conversation.user = { ...login, files: openFtpFiles(session, server.persona, login) };
    conversation.folder = conversation.user.files.home;
    return conversation.say(230, "Login successful.");
  }
  await session.clock.sleep(FAILURE_MS.least + session.random.below(FAILURE_MS.spread), session.signal);
  conversation.failures++;
  await conversation.say(530, "Login incorrect.");
  return conversation.failures < MAX_FAILURES;
};
