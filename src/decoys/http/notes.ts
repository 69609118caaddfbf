// What a connection tells of its client beside its requests: its software, the logins that it tries.
// Records only; every text is captured within its bound.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { bytesOf } from "./characters.ts";
import type { SubmittedLogin } from "./forms.ts";
import type { Content } from "./products/product.ts";

const MAX_TEXT = 1024;

/** The notes of one connection. */
export class ClientNotes {
  readonly #session: Session;
  #agentKnown = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The client's name of itself, recorded once. */
  agent(agent: string | undefined): void {
    if (agent === undefined || this.#agentKnown) return;
    this.#agentKnown = true;
    const software = capture(bytesOf(agent), MAX_TEXT);
    this.#session.record("client.identified", { via: "user-agent", software });
  }

  /** A name and a password. */
  login(method: "form" | "password", login: SubmittedLogin, accepted: boolean): void {
    this.#session.record("auth.attempted", {
      method,
      username: capture(bytesOf(login.username), MAX_TEXT),
      secret: capture(bytesOf(login.password), MAX_TEXT),
      accepted,
    });
  }

  /** A proof in place of a password. */
  proof({ username, ...challenge }: NonNullable<Content["proof"]>, accepted: boolean): void {
    const name = capture(username, MAX_TEXT);
    this.#session.record("auth.attempted", { method: "challenge", username: name, challenge, accepted });
  }
}
