// State of one FTP conversation and what its commands share: answers, the login, paths, evidence.
// Decides nothing about single commands: those are login.ts, folders.ts, transfers.ts and settings.ts.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { FilesLogin } from "../shell/shell.ts";
import type { FtpCommand } from "./codec.ts";
import { DataChannel } from "./data-channel.ts";
import type { FtpLogin } from "./files.ts";

/** What the conversations of one machine share. */
export interface FtpServer {
  readonly persona: Persona;
  /** As in the banner: `3.0.3`. */
  readonly version: string;
  /** Whether anonymous gets in. */
  readonly anonymous: boolean;
  /** Conversations under way. */
  clients: number;
}

/** One logged-in user. */
export interface FtpUser extends FtpLogin {
  readonly files: FilesLogin;
}

/** A command's work. Resolves to false to end the conversation. */
export type FtpHandler = (conversation: FtpConversation, command: FtpCommand) => Promise<boolean>;

/** One conversation. */
export class FtpConversation {
  readonly session: Session;
  readonly server: FtpServer;
  readonly data: DataChannel;
  readonly clientsAtStart: number;
  /** Set by PASS. */
  user: FtpUser | undefined;
  /** Name of the last USER, a byte string; undefined before it. */
  pendingUser: string | undefined;
  failures = 0;
  folder = "/";
  ascii = true;
  restart = 0;
  renameFrom: string | undefined;
  onlyExtended = false;
  umask = 0o077;
  readonly seenMessages = new Set<string>();

  constructor(session: Session, server: FtpServer) {
    this.session = session;
    this.server = server;
    this.data = new DataChannel(session);
    this.clientsAtStart = server.clients;
  }

  /** Sends one line. */
  async say(code: number, text: string): Promise<true> {
    await this.session.connection.write(Buffer.from(`${code} ${text}\r\n`, "latin1"));
    return true;
  }

  /** Sends lines that are complete already. */
  async sayRaw(lines: string): Promise<true> {
    await this.session.connection.write(Buffer.from(lines, "latin1"));
    return true;
  }

  /** The absolute path of an argument, `~` being the home. */
  path(argument: string): string {
    const home = this.user?.files.home ?? "/";
    const whole = argument === "~" || argument.startsWith("~/") ? `${home}${argument.slice(1)}` : argument;
    return whole.startsWith("/") ? whole : `${this.folder}/${whole}`;
  }

  /** Records a command as evidence. */
  noteCommand(command: FtpCommand): void {
    this.session.record("command.executed", {
      command: capture(fromByteString(command.line), 1024),
      via: "protocol",
    });
  }

  /** Frees what the conversation holds. */
  async close(): Promise<void> {
    this.data.reset();
    await this.user?.files.close();
  }
}
