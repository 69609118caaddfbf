// The supervisor of `decnet up` as a service manager, asked over its control socket.
// Trusts no answer that is not one: too long, late or malformed counts as none.

import type { z } from "zod";
import { printable } from "../../contract/captured.ts";
import type { Clock } from "../../contract/clock.ts";
import { systemErrorCode, toError } from "../../contract/errors.ts";
import type { ServiceManager, ServiceState } from "../../contract/service-manager.ts";
import type { ControlRequest } from "./control-messages.ts";
import { ANSWER_BYTES, holdSchema, listSchema, startSchema, stateSchema } from "./control-messages.ts";

const CACHE_MS = 30_000;
/** Longer than a worker may take to end and its next start to be made. */
const ANSWER_MS = 10_000;

/** Options of {@link createSupervisorClient}. */
export interface SupervisorClientOptions {
  readonly socket: string;
  readonly clock: Clock;
}

/** One request, one line back. Rejects when it can't be had. */
async function ask(options: SupervisorClientOptions, request: ControlRequest): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const decoder = new TextDecoder();
  const socket = await Bun.connect({
    unix: options.socket,
    socket: {
      data(peer, chunk) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length <= ANSWER_BYTES) return;
        reject(new Error("the supervisor's answer is too long"));
        peer.terminate();
      },
      close: () => resolve(text),
      error: (_peer, error) => reject(error),
    },
  });
  const cancel = options.clock.after(ANSWER_MS, () => {
    reject(new Error("the supervisor does not answer"));
    socket.terminate();
  });
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await promise);
  } finally {
    cancel();
  }
}

function why(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === "ENOENT" || code === "ECONNREFUSED") return "decnet up does not run";
  return printable(toError(error).message);
}

function refused(reason: string): { readonly result: "refused"; readonly reason: string } {
  return { result: "refused", reason };
}

/** Makes it; connects anew for each question. */
export function createSupervisorClient(options: SupervisorClientOptions): ServiceManager {
  const { clock } = options;
  let known: { readonly names: ReadonlySet<string>; readonly at: number } | undefined;
  const tryAsk = async <T>(request: ControlRequest, schema: z.ZodType<T>): Promise<T | undefined> => {
    try {
      return schema.safeParse(await ask(options, request)).data;
    } catch {
      // Not to be asked now: the interface's answer for that is none.
      return undefined;
    }
  };
  const order = async <T>(request: ControlRequest, schema: z.ZodType<{ readonly outcome: T }>) => {
    try {
      const answer = schema.safeParse(await ask(options, request));
      return answer.data?.outcome ?? refused("the supervisor's answer is not one");
    } catch (error) {
      return refused(why(error));
    }
  };
  return {
    kind: "supervisor",
    async installed() {
      if (known && clock.monotonic() - known.at < CACHE_MS) return known.names;
      const list = await tryAsk({ op: "list" }, listSchema);
      if (!list) return new Set();
      known = { names: new Set(list.workers), at: clock.monotonic() };
      return known.names;
    },
    async state(worker) {
      const state = (await tryAsk({ op: "state", worker }, stateSchema))?.state;
      return state ? ({ pid: undefined, reason: undefined, ...state } as ServiceState) : undefined;
    },
    start: (worker) => order({ op: "start", worker }, startSchema),
    hold: (worker) => order({ op: "hold", worker }, holdSchema),
  };
}
