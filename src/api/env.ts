// What a request carries through the app: who sent it and as whom.

import type { Role } from "./types.ts";

/** An authenticated caller. */
export interface Principal {
  readonly username: string;
  readonly role: Role;
  /** Unix ms; null for the local operator, whose token lasts as long as the process. */
  readonly expiresAt: number | null;
  /** Name of the token in the store; null for the local operator. */
  readonly tokenSha256: string | null;
  /** A cookie is sent by a browser on its own, so writes that rest on one need a same-origin check. */
  readonly via: "bearer" | "cookie";
}

/** Hono's environment: `Bindings` come from the server, `Variables` from the middleware. */
export interface ApiEnv {
  Bindings: { readonly source?: string };
  Variables: {
    principal: Principal;
    /** What came of a request, for the audit trail. */
    outcome?: string;
    /** What it was about, where the path does not say so. */
    target?: string;
    /** Done once the answer is out. */
    afterwards?: () => void;
  };
}
