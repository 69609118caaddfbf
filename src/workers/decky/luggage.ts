// What the decky worker takes along from the image that had rights to the one that serves: pure, there and back.
// Holds descriptors and the secret: it is passed through memory alone.

import type { ServiceState } from "../../contract/evidence.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import type { OpenSocket } from "./machine.ts";

/** What was opened, with the descriptors of it. */
export interface Luggage {
  readonly secret: InstallSecret;
  /** This host's own machines, by name. */
  readonly own: readonly {
    readonly decky: string;
    readonly states: readonly ServiceState[];
    readonly sockets: readonly OpenSocket[];
  }[];
  /** Their address. */
  readonly address: string;
  /** Added to each of their ports. */
  readonly offset: number;
  /** Listens for the maker of sockets. */
  readonly door: number;
  /** User of the workers, who may hand machines over. */
  readonly workers: number;
}

type Packed = Omit<Luggage, "secret"> & { readonly key: string; readonly madeAt: number };

/** As JSON holds it. */
export function packLuggage({ secret, ...rest }: Luggage): unknown {
  const packed: Packed = { ...rest, key: Buffer.from(secret.key).toString("hex"), madeAt: secret.madeAt };
  return packed;
}

/** The other way round. */
export function unpackLuggage(packed: unknown): Luggage {
  const { key, madeAt, ...rest } = packed as Packed;
  return { ...rest, secret: { key: new Uint8Array(Buffer.from(key, "hex")), madeAt } };
}
