// The note that the command line leaves of an order which the API could not enter into the audit trail.
// An order stands also where its note can't be left: that is said, and nothing else.

import { printable } from "../contract/captured.ts";
import { systemClock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import type { OrderNote } from "../kit/order-notes.ts";
import { writeOrderNote } from "../kit/order-notes.ts";
import { ownerOf } from "../platform/identity.ts";
import type { CommandCall } from "./command.ts";
import { localOperator } from "./operator.ts";

/** What is noted besides who and when. */
export type NotedOrder = Pick<OrderNote, "action" | "target" | "outcome" | "detail">;

/** Leaves it. */
export function noteOrder(call: CommandCall, folder: DataFolder, order: NotedOrder): void {
  try {
    const owner = process.getuid?.() === 0 ? ownerOf(folder.run) : undefined;
    const note = { ts: systemClock.now(), username: localOperator(call.terminal.env), ...order };
    writeOrderNote(folder, { ...note, outcome: order.outcome.slice(0, 300) }, owner);
  } catch (error) {
    const why = printable(toError(error).message);
    call.terminal.err(`decnet: the order will not be in the audit trail: ${why}\n`);
  }
}
