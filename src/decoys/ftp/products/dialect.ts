// How an FTP server that is not vsftpd words its answers: data and small functions, one value per product.
// Texts are facts of the products; nothing here keeps state.

import type { Persona } from "../../personas/persona.ts";

/** A file or folder of the small tree that such a server shows. */
export interface Entry {
  readonly name: string;
  readonly folder: boolean;
  readonly size: number;
  readonly mtimeMs: number;
}

/** One product. Lines are whole, without their end. */
export interface FtpDialect {
  /** As a persona's claim names it. */
  readonly product: string;
  readonly greeting: (persona: Persona, local: string) => string;
  readonly askPassword: (user: string) => string;
  readonly loggedIn: (user: string) => string;
  readonly loginFailed: string;
  readonly userFirst: string;
  readonly needLogin: string;
  readonly unknown: (verb: string) => string;
  readonly system: string;
  readonly features: readonly string[];
  readonly help: readonly string[];
  readonly folder: (path: string) => string;
  readonly changed: (path: string) => string;
  readonly missing: (path: string) => string;
  readonly type: (letter: string) => string;
  readonly noop: string;
  readonly bye: string;
  readonly passive: (numbers: string) => string;
  readonly noData: string;
  readonly opening: (what: {
    readonly list: boolean;
    readonly name: string;
    readonly size: number;
  }) => string;
  readonly complete: string;
  readonly denied: (path: string) => string;
  readonly line: (entry: Entry, nowMs: number) => string;
  /** Answers of verbs that need nothing but a line. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Verbs that may be given before the login. */
  readonly early: readonly string[];
  readonly failMs: number;
  /** Failures after which the line is cut. */
  readonly tries: number;
}
