// One conversation with an FTP server of any dialect: login, the small tree, downloads and captured uploads.
// Opens no connection of its own (PORT is recorded and refused); every wait has an end.

import { capture } from "../../../contract/captured.ts";
import type { Session } from "../../decoy.ts";
import { fromByteString } from "../../shell/bytes.ts";
import type { FtpCommand } from "../codec.ts";
import { LineParser } from "../codec.ts";
import { DataChannel, parsePort } from "../data-channel.ts";
import type { FtpDialect } from "./dialect.ts";
import type { SmallTree } from "./tree.ts";
import { absolute, entriesOf } from "./tree.ts";

const IDLE_MS = 120_000;
const DATA_MS = 120_000;

/** What a conversation needs. */
export interface PlainFtp {
  readonly session: Session;
  readonly dialect: FtpDialect;
  readonly tree: SmallTree;
}

type Handler = (argument: string, command: FtpCommand) => Promise<boolean>;

/** One conversation. */
export class PlainFtpConversation {
  readonly #session: Session;
  readonly #dialect: FtpDialect;
  readonly #tree: SmallTree;
  readonly #data: DataChannel;
  readonly #handlers: ReadonlyMap<string, Handler>;
  #user: string | undefined;
  #pending: string | undefined;
  #failures = 0;
  #folder = "/";

  constructor({ session, dialect, tree }: PlainFtp) {
    this.#session = session;
    this.#dialect = dialect;
    this.#tree = tree;
    this.#data = new DataChannel(session);
    this.#handlers = this.#table();
  }

  /** Answers commands until one side ends it. */
  async run(): Promise<void> {
    const session = this.#session;
    const { connection } = session;
    await this.#say(this.#dialect.greeting(session.persona, connection.local.ip));
    const parser = new LineParser();
    try {
      for (;;) {
        const cancel = session.clock.after(IDLE_MS, () => connection.close());
        const bytes = await connection.read();
        cancel();
        if (bytes === null) return;
        for (const input of parser.feed(bytes)) {
          if ("tooLong" in input) return this.#tooLong(input.tooLong);
          if (!(await this.#command(input)) || connection.closed) return;
        }
      }
    } finally {
      this.#data.reset();
      connection.close();
    }
  }

  #tooLong(line: string): void {
    const bytes = capture(fromByteString(line), 1024);
    this.#session.record("protocol.violated", { violation: "line-too-long", bytes });
  }

  async #say(...lines: readonly string[]): Promise<true> {
    await this.#session.connection.write(Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "latin1"));
    return true;
  }

  #command(command: FtpCommand): Promise<boolean> {
    const { verb, line, argument } = command;
    const dialect = this.#dialect;
    if (line === "") return this.#say(dialect.unknown(""));
    if (verb !== "USER" && verb !== "PASS") {
      const bytes = capture(fromByteString(line), 1024);
      this.#session.record("command.executed", { command: bytes, via: "protocol" });
    }
    const fixed = Object.hasOwn(dialect.fixed, verb) ? dialect.fixed[verb] : undefined;
    const handler = this.#handlers.get(verb);
    const known = fixed !== undefined || handler !== undefined;
    if (this.#user === undefined && !dialect.early.includes(verb)) {
      return this.#say(known ? dialect.needLogin : dialect.unknown(verb));
    }
    if (fixed !== undefined) return this.#say(fixed);
    return handler ? handler(argument, command) : this.#say(dialect.unknown(verb));
  }

  #table(): ReadonlyMap<string, Handler> {
    const dialect = this.#dialect;
    const pwd: Handler = () => this.#say(dialect.folder(this.#folder));
    const cwd: Handler = (argument) => this.#enter(argument);
    const deny: Handler = (argument) => this.#say(dialect.denied(argument));
    return new Map<string, Handler>([
      ["USER", (argument) => this.#askPassword(argument)],
      ["PASS", (argument) => this.#logIn(argument)],
      ["QUIT", async () => !(await this.#say(dialect.bye))],
      ["SYST", () => this.#say(dialect.system)],
      ["FEAT", () => this.#say(...dialect.features)],
      ["HELP", () => this.#say(...dialect.help)],
      ["NOOP", () => this.#say(dialect.noop)],
      ["PWD", pwd],
      ["XPWD", pwd],
      ["CWD", cwd],
      ["XCWD", cwd],
      ["CDUP", () => this.#enter("..")],
      ["TYPE", (argument) => this.#say(dialect.type(argument.slice(0, 1).toUpperCase() === "I" ? "I" : "A"))],
      ["PASV", () => this.#passive()],
      ["EPSV", () => this.#extendedPassive()],
      ["PORT", (argument) => this.#active(argument)],
      ["LIST", (argument) => this.#list(argument, true)],
      ["NLST", (argument) => this.#list(argument, false)],
      ["RETR", (argument) => this.#send(argument)],
      ["STOR", (argument) => this.#receive(argument)],
      ["SIZE", (argument) => this.#size(argument)],
      ["DELE", deny],
      ["RMD", deny],
      ["MKD", deny],
      ["RNFR", deny],
    ]);
  }

  #askPassword(argument: string): Promise<true> {
    this.#pending = argument;
    return this.#say(this.#dialect.askPassword(argument.slice(0, 64)));
  }

  async #logIn(secret: string): Promise<boolean> {
    const user = this.#pending;
    const session = this.#session;
    if (user === undefined || user === "") return this.#say(this.#dialect.userFirst);
    this.#pending = undefined;
    const text = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");
    const accepted = session.persona.admits(text(user), text(secret));
    session.record("auth.attempted", {
      method: /^(anonymous|ftp)$/i.test(user) ? "anonymous" : "password",
      username: capture(fromByteString(user), 1024),
      secret: capture(fromByteString(secret), 1024),
      accepted,
    });
    if (accepted) {
      this.#user = user;
      return this.#say(this.#dialect.loggedIn(user));
    }
    await session.clock.sleep(this.#dialect.failMs + session.random.below(40), session.signal);
    await this.#say(this.#dialect.loginFailed);
    return ++this.#failures < this.#dialect.tries;
  }

  #enter(argument: string): Promise<true> {
    const path = absolute(this.#folder, argument);
    if (this.#tree.get(path)?.folder !== true) return this.#say(this.#dialect.missing(argument));
    this.#folder = path;
    return this.#say(this.#dialect.changed(path));
  }

  async #passive(): Promise<true> {
    const port = await this.#data.listen();
    const { ip } = this.#session.connection.local;
    if (port === undefined || ip.includes(":")) return this.#say(this.#dialect.noData);
    return this.#say(this.#dialect.passive(`${ip.replaceAll(".", ",")},${port >> 8},${port & 255}`));
  }

  async #extendedPassive(): Promise<true> {
    const port = await this.#data.listen();
    if (port === undefined) return this.#say(this.#dialect.noData);
    return this.#say(`229 Entering Extended Passive Mode (|||${port}|)`);
  }

  #active(argument: string): Promise<true> {
    const target = parsePort(argument);
    if (target) {
      const host = capture(target.host, 64);
      const port = Math.min(target.port, 65_535);
      this.#session.record("tunnel.requested", { kind: "ftp-active", host, port });
    }
    return this.#say(this.#dialect.noData);
  }

  async #list(argument: string, long: boolean): Promise<true> {
    const path = absolute(this.#folder, argument.startsWith("-") ? "" : argument);
    const now = this.#session.clock.now();
    const rows = entriesOf(this.#tree, path).map((node) =>
      long ? this.#dialect.line(node, now) : node.name,
    );
    const body = Buffer.from(rows.map((row) => `${row}\r\n`).join(""), "latin1");
    return this.#transfer({ list: true, name: argument, size: -1 }, body);
  }

  async #send(argument: string): Promise<true> {
    const path = absolute(this.#folder, argument);
    const node = this.#tree.get(path);
    if (!node?.body) return this.#say(this.#dialect.missing(argument));
    const name = capture(fromByteString(path), 1024);
    this.#session.record("file.read", { name, size: node.size, via: "ftp" });
    return this.#transfer({ list: false, name: argument, size: node.size }, node.body);
  }

  async #transfer(
    what: { readonly list: boolean; readonly name: string; readonly size: number },
    body: Uint8Array,
  ): Promise<true> {
    const connection = this.#data.ready ? await this.#data.open() : null;
    if (!connection) return this.#say(this.#dialect.noData);
    await this.#say(this.#dialect.opening(what));
    if (body.length > 0) await connection.write(body);
    connection.close();
    return this.#say(this.#dialect.complete);
  }

  async #receive(argument: string): Promise<true> {
    const connection = this.#data.ready && argument !== "" ? await this.#data.open() : null;
    if (!connection) return this.#say(this.#dialect.noData);
    await this.#say(this.#dialect.opening({ list: false, name: argument, size: -1 }));
    const file = this.#session.captureFile();
    for (;;) {
      const cancel = this.#session.clock.after(DATA_MS, () => connection.close());
      const bytes = await connection.read();
      cancel();
      if (bytes === null) break;
      file.write(bytes);
    }
    connection.close();
    const kept = await file.finish();
    const name = capture(fromByteString(absolute(this.#folder, argument)), 1024);
    if (kept) this.#session.record("file.uploaded", { name, ...kept, via: "ftp" });
    return this.#say(this.#dialect.complete);
  }

  #size(argument: string): Promise<true> {
    const node = this.#tree.get(absolute(this.#folder, argument));
    return this.#say(node?.body ? `213 ${node.size}` : this.#dialect.missing(argument));
  }
}
