// A session channel's requests (RFC 4254 section 6) as OpenSSH answers them, and the program that they start.
// Runs programs of the fake machine only. Before a program runs it takes a terminal and variables; after, signals.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { toByteString } from "../shell/bytes.ts";
import type { Interactive } from "../shell/interactive.ts";
import { runInteractive } from "../shell/interactive.ts";
import type { ByteString, Login, Shell } from "../shell/shell.ts";
import type { Channel } from "./channel.ts";
import type { SessionHandler } from "./connection.ts";
import { disconnectError } from "./disconnect.ts";
import { runPipedShell } from "./piped-shell.ts";
import { parseScp, runScp } from "./scp.ts";
import { runSftp } from "./sftp/server.ts";
import { toText, type WireReader } from "./wire.ts";

/** What a session channel needs. */
export interface SessionChannelParts {
  readonly session: Session;
  readonly login: Login;
  readonly channel: Channel;
  /** The client is an OpenSSH, or says so: it is told when its input is no longer read. */
  readonly openssh: boolean;
  /** Called with what a program threw: a bug of ours. */
  readonly onBroken: (error: unknown) => void;
}

/** Variables that OpenSSH takes of one session at most. */
const MAX_VARIABLES = 128;
/** What Debian's AcceptEnv lets through. */
const ACCEPTED = /^(?:LANG|LC_[A-Za-z_]{0,60})$/;

interface Terminal {
  columns: number;
  rows: number;
  readonly type: string;
}

/** A size that a terminal of ours may have. */
function bounded(value: number, usual: number): number {
  return value === 0 ? usual : Math.min(1000, value);
}

/** What a channel's program must be able to do. */
interface Running {
  /** Resolves with its exit status. */
  readonly done: Promise<number>;
  hangup(): void;
  interrupt(): void;
  resize(columns: number, rows: number): void;
}

/** One session channel. */
export class SessionChannel implements SessionHandler {
  readonly #parts: SessionChannelParts;
  readonly #env = new Map<ByteString, ByteString>();
  #terminal: Terminal | null = null;
  #running: Running | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: SessionChannelParts) {
    this.#parts = parts;
  }

  async hangup(): Promise<void> {
    this.#running?.hangup();
    await this.#ended;
  }

  async request(name: string, data: WireReader): Promise<boolean> {
    if (name === "window-change") return this.#windowChange(data);
    if (name === "break") return false;
    if (name === "signal") return this.#signal(data);
    if (this.#running) return false;
    switch (name) {
      case "pty-req":
        return this.#ptyRequest(data);
      case "env":
        return this.#setVariable(data);
      case "shell":
        data.end();
        return this.#start(() => (this.#terminal ? this.#interactive(this.#terminal) : this.#pipedShell()));
      case "exec": {
        const command = data.cstring();
        data.end();
        return this.#start(() => this.#exec(command));
      }
      case "subsystem":
        return this.#subsystem(data);
      case "x11-req":
        return this.#forwardX11(data);
      case "auth-agent-req@openssh.com":
        return true;
      default:
        return false;
    }
  }

  #ptyRequest(data: WireReader): boolean {
    const type = toText(data.cstring().subarray(0, 64));
    const [columns, rows] = [data.u32(), data.u32()];
    data.u32();
    data.u32();
    data.string();
    data.end();
    if (this.#terminal) throw disconnectError("Protocol error: you already have a pty.");
    this.#terminal = { columns: bounded(columns, 80), rows: bounded(rows, 24), type };
    return true;
  }

  #windowChange(data: WireReader): boolean {
    const [columns, rows] = [data.u32(), data.u32()];
    data.u32();
    data.u32();
    data.end();
    if (!this.#terminal) return true;
    this.#terminal.columns = bounded(columns, this.#terminal.columns);
    this.#terminal.rows = bounded(rows, this.#terminal.rows);
    this.#running?.resize(this.#terminal.columns, this.#terminal.rows);
    return true;
  }

  #signal(data: WireReader): boolean {
    const name = toText(data.cstring());
    data.end();
    if (!this.#running) return false;
    if (name === "HUP" || name === "KILL" || name === "TERM") this.#running.hangup();
    else if (name === "INT") this.#running.interrupt();
    else return ["ABRT", "ALRM", "FPE", "ILL", "PIPE", "QUIT", "SEGV", "USR1", "USR2"].includes(name);
    return true;
  }

  #setVariable(data: WireReader): boolean {
    const [name, value] = [data.cstring(), data.cstring()];
    data.end();
    if (this.#env.size >= MAX_VARIABLES || !ACCEPTED.test(toText(name))) return false;
    this.#env.set(toByteString(name), toByteString(value.subarray(0, 4096)));
    return true;
  }

  /** OpenSSH would listen on the first free display for it; nobody but the client's own programs would call there. */
  #forwardX11(data: WireReader): boolean {
    data.boolean();
    data.string();
    data.string();
    data.u32();
    data.end();
    this.#env.set("DISPLAY", "localhost:10.0");
    return true;
  }

  #subsystem(data: WireReader): Promise<boolean> | boolean {
    const name = data.cstring();
    data.end();
    const known = toText(name) === "sftp";
    this.#parts.session.record("command.executed", {
      command: capture(name),
      via: "subsystem",
      ...(known ? {} : { status: 1 }),
    });
    return known && this.#start(() => this.#fileTransfer());
  }

  /** Starts a program and ends the channel with it. */
  async #start(program: () => Running): Promise<boolean> {
    const { channel, openssh, onBroken } = this.#parts;
    await channel.start();
    const running = program();
    this.#running = running;
    const ended = { tellEndOfInput: openssh };
    this.#ended = running.done
      .catch((error: unknown) => {
        onBroken(error);
        return 255;
      })
      .then((status) => channel.exit(status, ended))
      .catch(onBroken);
    return true;
  }

  #interactive(terminal: Terminal, command?: ByteString): Running {
    const { session, login, channel } = this.#parts;
    // sshd writes the line about the last login with a CR of its own, before the terminal adds another.
    const greeting = login.machine.greeting(login.account, session).replace(/^(Last login:.*)$/m, "$1\r");
    const interactive: Interactive = runInteractive({
      login,
      input: { read: () => channel.readTerminal() },
      output: (bytes) => channel.write(bytes),
      terminal,
      env: this.#env,
      ...(command === undefined ? { greeting } : { command, greeting: "" }),
    });
    return {
      done: interactive.done,
      hangup: () => interactive.hangup(),
      interrupt: () => interactive.hangup(),
      resize: (columns, rows) => interactive.resize(columns, rows),
    };
  }

  #openShell(loginShell: boolean): Shell {
    const { login, channel } = this.#parts;
    return login.openShell({
      stdout: (bytes) => channel.write(bytes),
      stderr: (bytes) => channel.write(bytes, "stderr"),
      env: this.#env,
      loginShell,
    });
  }

  #around(shell: Shell, done: Promise<number>): Running {
    return {
      done,
      hangup: () => shell.interrupt(),
      interrupt: () => shell.interrupt(),
      resize: (columns, rows) => shell.resize(columns, rows),
    };
  }

  #pipedShell(): Running {
    const shell = this.#openShell(true);
    return this.#around(shell, runPipedShell({ ...this.#parts, shell }));
  }

  #exec(command: Uint8Array): Running {
    const { session, channel } = this.#parts;
    const line = toByteString(command);
    const scp = parseScp(line);
    if (scp) {
      session.record("command.executed", { command: capture(command), via: "exec" });
      return withoutShell(runScp(scp, { ...this.#parts, channel }));
    }
    if (this.#terminal) return this.#interactive(this.#terminal, line);
    const shell = this.#openShell(false);
    const run = async (): Promise<number> => {
      const status = await shell.run(line, channel);
      session.record("command.executed", { command: capture(command), via: "exec", status: status & 0xff });
      return status;
    };
    return this.#around(shell, run());
  }

  #fileTransfer(): Running {
    return withoutShell(runSftp(this.#parts));
  }
}

/** A program that ends by its channel's end alone. */
function withoutShell(done: Promise<number>): Running {
  const ignore = (): void => undefined;
  return { done, hangup: ignore, interrupt: ignore, resize: ignore };
}
