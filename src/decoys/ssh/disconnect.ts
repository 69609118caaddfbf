// How a conversation is broken off: with OpenSSH's words to the client, or without any.
// An error for control flow within the decoy only; it never leaves `serve`.

import { DecnetError } from "../../contract/errors.ts";

/** The error that sends SSH_MSG_DISCONNECT with `text` and closes. */
export function disconnectError(text: string): DecnetError {
  return new DecnetError("protocol", "ssh: disconnected", { details: { disconnect: text } });
}

/** The error that closes without a word and is no violation: both sides simply have nothing in common. */
export function hangUpError(): DecnetError {
  return new DecnetError("protocol", "ssh: nothing in common", { details: { quiet: true } });
}

/** True for {@link hangUpError}. */
export function isHangUp(error: DecnetError): boolean {
  return error.details?.["quiet"] === true;
}

/** The words of {@link disconnectError}, or null for any other protocol error: those close silently. */
export function disconnectText(error: DecnetError): string | null {
  const text = error.details?.["disconnect"];
  return typeof text === "string" ? text : null;
}
