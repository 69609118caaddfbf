// How the next data connection is to come about: PASV and EPSV listen, PORT and EPRT only pretend.
// Never connects out: an active transfer fails as it does when the client cannot be reached.

import { isIPv4, isIPv6 } from "node:net";
import type { DataPort, DecoyConnection, Session } from "../decoy.ts";

/** An address for an active connection, as PORT or EPRT named it. */
export interface ActiveTarget {
  readonly host: string;
  readonly port: number;
}

/** Why an EPRT is refused: vsftpd's words differ. */
export type EprtFailure = "bad-protocol" | "bad-command";

/** Numbers of `h1,h2,h3,h4,p1,p2`; undefined when they are not six bytes. */
export function parsePort(argument: string): ActiveTarget | undefined {
  const parts = argument.split(",");
  if (parts.length !== 6 || !parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  const [high = "0", low = "0"] = parts.slice(4);
  return { host: parts.slice(0, 4).map(Number).join("."), port: Number(high) * 256 + Number(low) };
}

/** `|1|192.0.2.1|50000|` (RFC 2428). `ipv6` is the family of the control connection. */
export function parseEprt(argument: string, ipv6: boolean): ActiveTarget | EprtFailure {
  const [before, protocol, host, port, after, ...more] = argument.split("|", 7);
  if (before !== undefined && before !== "" && argument !== "") return "bad-command";
  const number = /^[0-9]{1,9}$/.test(protocol ?? "") ? Number(protocol) : 0;
  if (number < 1 || number > 2 || (!ipv6 && number === 2)) return "bad-protocol";
  const valid = number === 2 ? isIPv6(host ?? "") : isIPv4(host ?? "");
  if (!valid || host === undefined || port === undefined || port === "") return "bad-command";
  if (after !== undefined && (after !== "" || more.length > 0)) return "bad-command";
  return { host, port: /^[0-9]{1,5}$/.test(port) ? Number(port) : 0 };
}

/** The next data connection of one conversation. */
export class DataChannel {
  readonly #session: Session;
  #port: DataPort | undefined;
  #active: ActiveTarget | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** True once PORT or PASV was given. */
  get ready(): boolean {
    return this.#port !== undefined || this.#active !== undefined;
  }

  /** Listens; the port, or undefined when there is none to be had. */
  async listen(): Promise<number | undefined> {
    this.reset();
    this.#port = (await this.#session.openDataPort()) ?? undefined;
    return this.#port?.port;
  }

  /** Whether vsftpd takes this target: the client's own address and no privileged port. */
  accepts(target: ActiveTarget): boolean {
    return target.host === this.#session.connection.remote.ip && target.port >= 1024 && target.port <= 65_535;
  }

  /** Remembers an active target. */
  aim(target: ActiveTarget): void {
    this.#active = target;
  }

  /** The client's data connection, or null: then the transfer fails. */
  async open(): Promise<DecoyConnection | null> {
    const port = this.#port;
    if (!port) {
      this.reset();
      return null;
    }
    const connection = await port.accept();
    this.#port = undefined;
    if (!connection) port.close();
    return connection;
  }

  /** Forgets what was agreed on. */
  reset(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#active = undefined;
  }
}
