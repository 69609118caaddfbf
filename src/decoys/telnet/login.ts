// login(1) of BusyBox on the terminal of telnetd: prompts, echo, delays and its three tries.
// Source of texts and order: behaviour of BusyBox login on a terminal.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import type { Account } from "../personas/persona.ts";
import { fromByteString, toByteString, utf8ByteString } from "../shell/bytes.ts";
import { createLineEditor, type LineEnd } from "../shell/line-editor.ts";
import type { ByteString, Machine } from "../shell/shell.ts";
import type { TelnetClient } from "./client.ts";

const TRIES = 3;
const EMPTY_NAMES = 10;
const FAIL_DELAY_MS = 3_000;
const TIMEOUT_MS = 60_000;
/** login keeps 63 characters of a name. */
const NAME_BYTES = 63;

/** What the login needs. */
export interface LoginDesk {
  readonly session: Session;
  readonly client: TelnetClient;
  readonly machine: Machine;
}

/** Asks until somebody is let in; null when the conversation is to end. Every try is recorded. */
export async function logIn(desk: LoginDesk): Promise<Account | null> {
  const { session } = desk;
  let stop = (): void => undefined;
  let late = false;
  const alarm = new Promise<null>((resolve) => {
    const cancel = session.clock.after(TIMEOUT_MS, () => {
      late = true;
      resolve(null);
    });
    stop = () => {
      cancel();
      resolve(null);
    };
  });
  const account = await Promise.race([askThrice(desk), alarm]);
  stop();
  if (late) await desk.client.show(`\r\nLogin timed out after ${TIMEOUT_MS / 1000} seconds\r\n`);
  return account;
}

async function askThrice(desk: LoginDesk): Promise<Account | null> {
  const { client, session } = desk;
  for (let tries = 0; tries < TRIES; tries++) {
    const name = await askName(desk);
    if (name === null) return null;
    const secret = await readTyped(desk, { prompt: "Password: ", echo: false });
    if (session.signal.aborted || (secret.kind === "end" && session.connection.closed)) return null;
    if (secret.kind === "line" && attempt(desk, name, secret.line)) return desk.machine.account(name);
    await session.clock.sleep(FAIL_DELAY_MS, session.signal);
    await client.show("Login incorrect\r\n");
  }
  return null;
}

/** The name that was typed, or null at the end of input. Empty lines get the prompt again, ten times. */
async function askName(desk: LoginDesk): Promise<ByteString | null> {
  const prompt = `${utf8ByteString(desk.session.persona.hostname)} login: `;
  for (let empty = 0; empty < EMPTY_NAMES; ) {
    const typed = await readTyped(desk, { prompt, echo: true });
    if (typed.kind !== "line") return null;
    const name = /[^\x00-\x20][\s\S]*/.exec(typed.line.replace(/^[\x00-\x20]{1,4096}/, ""))?.[0] ?? "";
    if (name === "") empty++;
    else return (name.split(/[\x00-\x20]/, 1)[0] ?? "").slice(0, NAME_BYTES);
  }
  return null;
}

async function readTyped(desk: LoginDesk, how: { prompt: ByteString; echo: boolean }): Promise<LineEnd> {
  const { client } = desk;
  const editor = createLineEditor({ ...how, rich: false, columns: 80 });
  await client.show(how.prompt);
  for (;;) {
    const bytes = await client.read();
    if (bytes === null) return { kind: "end" };
    const text = toByteString(bytes);
    const { taken, output, end } = editor.feed(text);
    if (taken < text.length) client.unread(text.slice(taken));
    if (output !== "") await client.show(output);
    if (end) return end;
  }
}

function attempt(desk: LoginDesk, name: ByteString, secret: ByteString): boolean {
  const { session } = desk;
  const text = (value: ByteString): string => Buffer.from(value, "latin1").toString("utf8");
  const accepted = desk.machine.admits(session.connection.remote.ip, text(name), text(secret));
  session.record("auth.attempted", {
    method: "password",
    username: capture(fromByteString(name)),
    secret: capture(fromByteString(secret)),
    accepted,
  });
  return accepted;
}
