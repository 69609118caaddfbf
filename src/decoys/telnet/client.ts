// One client's typing: decoded, with the window's size kept and interrupts as Ctrl-C.
// Reads no further ahead than one piece.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { fromByteString } from "../shell/bytes.ts";
import type { ByteSource, ByteString } from "../shell/shell.ts";
import { encodeText, TelnetDecoder } from "./codec.ts";

/** A size of window in characters. */
export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** The client's end of a telnet conversation. */
export class TelnetClient implements ByteSource {
  readonly #session: Session;
  readonly #decoder = new TelnetDecoder();
  #held: ByteString = "";
  #violated = false;
  window: WindowSize = { columns: 80, rows: 24 };
  /** Told of each new size. */
  onResize: (size: WindowSize) => void = () => undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Gives back text that was read and not used. */
  unread(text: ByteString): void {
    this.#held = text + this.#held;
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#held === "") {
      const bytes = await this.#session.connection.read();
      if (bytes === null) return null;
      this.#take(bytes);
    }
    const text = this.#held;
    this.#held = "";
    return fromByteString(text);
  }

  #take(bytes: Uint8Array): void {
    for (const event of this.#decoder.feed(bytes)) {
      if (event.kind === "text") this.#held += event.text;
      else if (event.kind === "interrupt") this.#held += "\x03";
      else if (event.kind === "window") {
        this.window = { columns: event.columns, rows: event.rows };
        this.onResize(this.window);
      } else if (!this.#violated) {
        this.#violated = true;
        this.#session.record("protocol.violated", {
          violation: "subnegotiation-too-long",
          bytes: capture(bytes, 256),
        });
      }
    }
  }

  /** Shows bytes as they are but for IAC. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#session.connection.write(encodeText(bytes));
  }

  /** Shows text. */
  show(text: ByteString): Promise<void> {
    return this.write(fromByteString(text));
  }
}
