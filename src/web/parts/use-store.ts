// Reads an external store in a component.

import { useSyncExternalStore } from "react";
import type { ExternalStore } from "./external-store.ts";

/** The store's value; the component is drawn again when it changes. */
export function useStore<T>(store: ExternalStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
