// A small FTP client for comparing servers: plays a script and writes down everything that came back.
// Script lines: a command; `<PASV LIST` (or EPSV) reads data; `>PASV STOR name|content` sends data.

import type { Socket } from "node:net";
import { connect } from "node:net";

const DEADLINE_MS = 15_000;

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Control connection: sends bytes, gives whole replies. */
class Control {
  readonly #socket: Socket;
  #text = "";
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#text += bytes.toString("latin1");
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("error", end);
    socket.on("close", end);
  }

  send(line: string): void {
    this.#socket.write(Buffer.from(line.endsWith("\n") ? line : `${line}\r\n`, "latin1"));
  }

  /** The next reply, all its lines; what was left and `<closed>` at the end. */
  async reply(): Promise<string> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const match = /^(\d{3})(?: |-[^\n]*\n(?:(?!\1 )[^\n]*\n){0,200}\1 )[^\n]*\n/.exec(this.#text);
      if (match) {
        this.#text = this.#text.slice(match[0].length);
        return match[0];
      }
      if (this.#ended) return `${this.#text}<closed>`;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no reply: ${this.#text}`)), deadline - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

function dataPort(reply: string): number | undefined {
  const passive = /\(\d+,\d+,\d+,\d+,(\d+),(\d+)\)/.exec(reply);
  if (passive) return Number(passive[1]) * 256 + Number(passive[2]);
  const extended = /\(\|\|\|(\d+)\|\)/.exec(reply);
  return extended ? Number(extended[1]) : undefined;
}

async function transfer(control: Control, step: string): Promise<string[]> {
  const [how = "", ...words] = step.slice(1).split(" ");
  const [command = "", content] = words.join(" ").split("|");
  control.send(how);
  const where = await control.reply();
  const port = dataPort(where);
  if (port === undefined) return [where];
  const data = await opened(port);
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    data.on("data", (bytes) => parts.push(bytes));
    data.on("end", resolve);
    data.on("error", () => resolve());
    data.on("close", () => resolve());
  });
  control.send(command);
  const answer = await control.reply();
  if (!answer.startsWith("150")) {
    data.destroy();
    return [where, answer];
  }
  if (content !== undefined) data.end(Buffer.from(content, "latin1"));
  await ended;
  data.destroy();
  return [where, answer, `DATA ${Buffer.concat(parts).toString("latin1")}`, await control.reply()];
}

/** Plays a script; the transcript has ports of data connections replaced. */
export async function playFtp(port: number, script: readonly string[]): Promise<string> {
  const control = new Control(await opened(port));
  const log: string[] = [await control.reply()];
  for (const step of script) {
    log.push(`> ${step}\n`);
    if (step.startsWith("<") || step.startsWith(">")) log.push(...(await transfer(control, step)));
    else {
      control.send(step);
      log.push(await control.reply());
    }
  }
  control.close();
  return log
    .join("")
    .replace(/\((\d+,\d+,\d+,\d+),\d+,\d+\)/g, "($1,P,P)")
    .replace(/\(\|\|\|\d+\|\)/g, "(|||P|)");
}
