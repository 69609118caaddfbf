// What a web server product is, and the words in which a site tells it what to answer.
// A site says what, a product says how: neither knows the other.

import type { Endpoint } from "../../../contract/evidence.ts";
import type { Random } from "../../../contract/random.ts";
import type { Decoy } from "../../decoy.ts";
import type { Persona } from "../../personas/persona.ts";
import type { SubmittedLogin } from "../forms.ts";
import type { HeaderLine } from "../reply.ts";

/** A request as a site sees it. Texts are byte strings. */
export interface SiteRequest {
  readonly method: string;
  /** Decoded, dot segments removed. */
  readonly path: string;
  readonly query: string | undefined;
  /** Host as the client named it, or the address that it reached. */
  readonly host: string;
  readonly local: Endpoint;
  /** Address of the client. */
  readonly source: string;
  /** The first field of that lower-case name. */
  get(name: string): string | undefined;
  /** Login of a submitted form. */
  readonly login: SubmittedLogin | undefined;
  /** Login of HTTP Basic. */
  readonly basic: SubmittedLogin | undefined;
  readonly uploaded: boolean;
  readonly nowMs: number;
  readonly random: Random;
  /** What the site remembers of this connection. */
  readonly memory: ConnectionMemory;
}

/** Kept for one connection, for logins that belong to it. */
export interface ConnectionMemory {
  challenge: Uint8Array | undefined;
  admitted: boolean;
}

/** What a site answers with. */
export interface Content {
  readonly status: number;
  /** In place of the product's own phrase. */
  readonly reason?: string;
  readonly type?: string;
  /** Without one, the product's own page of the status. */
  readonly body?: Uint8Array;
  readonly location?: string;
  /** A file of the server, Unix ms: conditions and ranges apply. */
  readonly modifiedAt?: number;
  /** Made by an application: its length is not known beforehand. */
  readonly generated?: boolean;
  readonly extra?: readonly HeaderLine[];
  /** Whether a login was tried and let in. */
  readonly accepted?: boolean;
  /** A proof of a password in place of the password, with what it was asked for. */
  readonly proof?: {
    readonly username: Uint8Array;
    readonly scheme: string;
    readonly salt_hex: string;
    readonly response_hex: string;
  };
  /** A file that was given out for a login. */
  readonly read?: string;
}

/** The pages of one machine. */
export interface WebSite {
  /** A path of the site, whatever the method; undefined for what it has not. */
  answer(request: SiteRequest): Content | undefined;
}

/** A web server product. */
export interface HttpProduct {
  /** As a persona's claim names it. */
  readonly product: string;
  /** Makes the server of a persona. */
  readonly serve: (persona: Persona) => Promise<Decoy>;
}
