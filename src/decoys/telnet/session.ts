// A telnet conversation: BusyBox telnetd's options, its login, then the shell of the device.
// Negotiates nothing, runs nothing; ends with the shell.

import type { Decoy, Session } from "../decoy.ts";
import { firmwareIssue } from "../personas/firmware.ts";
import type { Persona } from "../personas/persona.ts";
import { runInteractive } from "../shell/interactive.ts";
import { type Machine, machineOf } from "../shell/shell.ts";
import { TelnetClient } from "./client.ts";
import { INITIAL_OPTIONS } from "./codec.ts";
import { logIn } from "./login.ts";

/** What telnetd's terminal calls itself: no type is asked for. */
const TERMINAL_TYPE = "vt102";

/** Makes the telnet decoy of a persona. */
export async function createTelnetDecoy(persona: Persona): Promise<Decoy> {
  const machine = persona.shared(machineOf);
  return {
    serve: (session) => serve(machine, session),
  };
}

async function serve(machine: Machine, session: Session): Promise<void> {
  const client = new TelnetClient(session);
  await session.connection.write(INITIAL_OPTIONS);
  await session.connection.write(issueOf(session.persona));
  const account = await logIn({ session, client, machine });
  if (account) await converse(machine, { session, client, account });
  session.connection.close();
}

/**
 * The issue file as telnetd of BusyBox 1.13 puts it through its terminal: a line before it, and after its last line the
 * end of the file as a byte of its own, not doubled, which a client then takes for a command.
 */
function issueOf({ firmware }: Persona): Uint8Array {
  const text = firmware ? firmwareIssue(firmware).replaceAll("\n", "\r\n") : "";
  return Buffer.from(`\r\r\n${text}\xff\r\n`, "latin1");
}

async function converse(
  machine: Machine,
  at: { session: Session; client: TelnetClient; account: Parameters<Machine["login"]>[0]["account"] },
): Promise<void> {
  const { session, client, account } = at;
  const login = machine.login({ account, session, service: "telnet" });
  try {
    const terminal = runInteractive({
      login,
      input: client,
      output: (bytes) => client.write(bytes),
      terminal: { ...client.window, type: TERMINAL_TYPE },
    });
    client.onResize = ({ columns, rows }) => terminal.resize(columns, rows);
    await terminal.done;
  } finally {
    await login.close();
  }
}
