// A login shell without a terminal (`ssh -T host`): commands are the lines of its input.
// Shows the message of the day once, no prompt, and ends with the input.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { fromByteString, toByteString } from "../shell/bytes.ts";
import type { ByteString, Login, Shell } from "../shell/shell.ts";
import type { Channel } from "./channel.ts";

/** Longest command line that is taken; a longer one is cut. */
const MAX_LINE = 64 * 1024;

/** The lines of a channel, one at a time; between them the rest of the input is left for the command that runs. */
class LineSource {
  readonly #channel: Channel;
  #buffer: ByteString = "";
  #ended = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async next(): Promise<ByteString | null> {
    for (;;) {
      const end = this.#buffer.indexOf("\n");
      if (end >= 0 || (this.#ended && this.#buffer.length > 0)) {
        const line = end >= 0 ? this.#buffer.slice(0, end) : this.#buffer;
        this.#buffer = end >= 0 ? this.#buffer.slice(end + 1) : "";
        return line.slice(0, MAX_LINE);
      }
      if (this.#ended) return null;
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const bytes = await this.#channel.read();
    if (!bytes) this.#ended = true;
    else if (this.#buffer.length < MAX_LINE) this.#buffer += toByteString(bytes);
  }

  /** What a command reads: what follows its line. */
  async read(): Promise<Uint8Array | null> {
    if (this.#buffer.length === 0 && !this.#ended) await this.#fill();
    if (this.#buffer.length === 0) return null;
    const bytes = fromByteString(this.#buffer);
    this.#buffer = "";
    return bytes;
  }
}

/** The message of the day: what is shown after a login without the line about the last one. */
function messageOfTheDay(login: Login, session: Session): ByteString {
  return login.machine
    .greeting(login.account, session)
    .split("\n")
    .filter((line) => !line.startsWith("Last login:"))
    .join("\n");
}

/** Runs it to its end; resolves with the status of the last command. */
export async function runPipedShell(parts: {
  readonly session: Session;
  readonly login: Login;
  readonly channel: Channel;
  readonly shell: Shell;
}): Promise<number> {
  const { session, channel, login, shell } = parts;
  await channel.write(fromByteString(messageOfTheDay(login, session)));
  const lines = new LineSource(channel);
  let status = 0;
  for (let line = await lines.next(); line !== null; line = await lines.next()) {
    if (line.trim() === "") continue;
    status = await shell.run(line, lines);
    session.record("command.executed", {
      command: capture(fromByteString(line)),
      via: "shell",
      status: status & 0xff,
    });
    if (shell.exited || channel.closing) break;
  }
  return status;
}
