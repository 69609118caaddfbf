// The FTP conversation: vsftpd's loop over the control connection, with its limits and its end.
// Serves its persona's files; connects nowhere and runs nothing.

import { capture } from "../../contract/captured.ts";
import type { Decoy, Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import { fromByteString } from "../shell/bytes.ts";
import { LineParser } from "./codec.ts";
import { runCommand } from "./commands.ts";
import type { FtpServer } from "./conversation.ts";
import { FtpConversation } from "./conversation.ts";
import { IDLE_SECONDS } from "./folders.ts";

/** Makes the FTP server of a persona. */
export function createFtpDecoy(persona: Persona): Promise<Decoy> {
  const server: FtpServer = {
    persona,
    version: persona.products["ftp"]?.version ?? "3.0.3",
    anonymous: persona.random("ftp-anonymous").below(2) === 0,
    clients: 0,
  };
  return Promise.resolve({ serve: (session) => serve(session, server) });
}

async function serve(session: Session, server: FtpServer): Promise<void> {
  server.clients++;
  const conversation = new FtpConversation(session, server);
  try {
    await conversation.say(220, `(vsFTPd ${server.version})`);
    await readCommands(conversation);
  } finally {
    server.clients--;
    await conversation.close();
    session.connection.close();
  }
}

/** Answers commands until one side ends it. */
async function readCommands(conversation: FtpConversation): Promise<void> {
  const { connection } = conversation.session;
  const parser = new LineParser();
  for (;;) {
    const bytes = await nextBytes(conversation);
    if (bytes === null) return;
    for (const input of parser.feed(bytes)) {
      if ("tooLong" in input) return refuseLine(conversation, input.tooLong);
      if (!(await runCommand(conversation, input)) || connection.closed) return;
    }
  }
}

/** The next bytes; silence is answered and ends it. */
async function nextBytes({ session }: FtpConversation): Promise<Uint8Array | null> {
  const cancel = session.clock.after(IDLE_SECONDS * 1000, () => {
    void session.connection.write("421 Timeout.\r\n");
    session.connection.close();
  });
  const bytes = await session.connection.read();
  cancel();
  return bytes;
}

async function refuseLine(conversation: FtpConversation, line: string): Promise<void> {
  const bytes = capture(fromByteString(line), 1024);
  conversation.session.record("protocol.violated", { violation: "line-too-long", bytes });
  await conversation.say(500, "Input line too long.");
}
