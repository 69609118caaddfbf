// Which versions differ between a machine as it was and as it is: what an operator is told of a patch night. Pure.

import type { Persona, ProductClaim } from "./persona.ts";

/** Something that is at another version than before. */
export interface Moved {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** What a family calls the thing whose version is the system's. */
const KERNEL: Readonly<Record<Persona["os"]["family"], string>> = {
  linux: "kernel",
  freebsd: "kernel",
  windows: "build",
  vxworks: "kernel",
  printer: "kernel",
};

function systemMoved({ os: before }: Persona, { os: after }: Persona): Moved[] {
  const what = KERNEL[after.family];
  if (before.release !== after.release) return [{ what, from: before.release, to: after.release }];
  // Debian rebuilds a kernel under the same release.
  if (before.version !== after.version) return [{ what, from: before.version, to: after.version }];
  return [];
}

function claimMoved(before: ProductClaim | undefined, after: ProductClaim | undefined): Moved[] {
  if (!before || !after || before.version === after.version) return [];
  return [{ what: after.product, from: before.version, to: after.version }];
}

/** What moved of the system, of an appliance's firmware, and of the products of `services`. */
export function movedBetween(before: Persona, after: Persona, services: readonly string[]): readonly Moved[] {
  const firmware = { product: "firmware", version: after.model?.firmware ?? "" };
  const all = [
    ...systemMoved(before, after),
    ...claimMoved({ ...firmware, version: before.model?.firmware ?? "" }, firmware),
    ...services.flatMap((service) => claimMoved(before.products[service], after.products[service])),
  ];
  const seen = new Set<string>();
  return all.filter(({ what, from, to }) => {
    const key = `${what}\n${from}\n${to}`;
    return !seen.has(key) && seen.add(key);
  });
}
