// Speaks with the decoys' process for the length of a task, and notes when it is away.
// Throws only what is a bug: who is away keeps nothing else from its end.

import { DecnetError } from "../../contract/errors.ts";
import type { Orders } from "./orders.ts";
import { connectOrders } from "./orders.ts";

/** Where it is noted why the decoys' process could not be given orders. */
interface Listener {
  away: string | undefined;
}

type Spoken = (orders: Orders) => void;

/** Speaks with the decoys' process while it is there. That it goes away is noted and keeps nothing of the kernel from its end. */
export function speaker(work: Listener, path: string): Disposable & { speak(about: Spoken): void } {
  let orders: Orders | undefined;
  const noting = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof DecnetError)) throw error;
      work.away = error.message.slice(0, 300);
    }
  };
  noting(() => {
    orders = connectOrders(path);
  });
  return {
    speak(about) {
      const line = orders;
      if (line && work.away === undefined) noting(() => about(line));
    },
    [Symbol.dispose]: () => orders?.[Symbol.dispose](),
  };
}
