// A child's private pipe as the supervisor reads it: an empty line is a sign of life, others say ready or ending.
// A child may have been taken over: what is too long or no message of ours is dropped, never thrown.

import { z } from "zod";

const LINE_BYTES = 16 * 1024;

const messageSchema = z.union([
  z.object({ ready: z.record(z.string(), z.unknown()) }),
  z.object({ ending: z.literal(true) }),
]);

/** What a child said. */
export type ChildMessage = z.infer<typeof messageSchema>;

function parse(line: string): ChildMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // No JSON: not a message.
    return undefined;
  }
}

/** Takes chunks; calls `onMessage` for each message in them. */
export function createChildReader(onMessage: (message: ChildMessage) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  let skipping = false;
  return (chunk) => {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      const whole = !skipping;
      skipping = false;
      const message = whole && line !== "" && line.length <= LINE_BYTES ? parse(line) : undefined;
      if (message) onMessage(message);
    }
    if (rest.length > LINE_BYTES) {
      rest = "";
      skipping = true;
    }
  };
}
