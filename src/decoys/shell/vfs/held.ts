// The bound that the written files of one tree share: when it is reached the largest gives way, from its end.
// Never takes from a file that holds no more than the one that asks would.

import { type ByteBudget, createByteBudget, type Holder } from "./content.ts";

/** What all written files of a tree hold. */
export interface HeldBytes extends ByteBudget {
  /** Lets go of everything. */
  clear(): void;
}

/** Makes the bound of `total` bytes within `parent`. `onShrink` is told before a holder loses bytes. */
export function createHeldBytes(
  total: number,
  {
    parent,
    onShrink,
  }: { readonly parent?: ByteBudget | undefined; readonly onShrink: (holder: Holder) => void },
): HeldBytes {
  const own = createByteBudget(total, parent);
  const holders = new Set<Holder>();
  const largestBut = (asker: Holder): Holder | undefined => {
    let largest: Holder | undefined;
    for (const holder of holders)
      if (holder !== asker && holder.kept > (largest?.kept ?? 0)) largest = holder;
    return largest;
  };
  return {
    take(wanted, asker) {
      let got = own.take(wanted);
      if (!asker) return got;
      holders.add(asker);
      while (got < wanted) {
        const largest = largestBut(asker);
        if (!largest || largest.kept <= asker.kept + wanted) break;
        onShrink(largest);
        largest.shrink(largest.kept >> 1);
        got += own.take(wanted - got);
      }
      if (asker.kept + got === 0) holders.delete(asker);
      return got;
    },
    give(bytes, holder) {
      own.give(bytes);
      if (holder?.kept === 0) holders.delete(holder);
    },
    clear() {
      for (const holder of [...holders]) holder.shrink(0);
    },
  };
}
