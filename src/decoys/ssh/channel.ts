// One channel (RFC 4254 section 5): what comes in, what goes out, and the windows that bound both.
// Knows nothing of what runs on it. Counts windows as OpenSSH does.

import { ByteQueue } from "./byte-queue.ts";
import { disconnectError } from "./disconnect.ts";
import { msg } from "./numbers.ts";
import { message } from "./wire.ts";

/** Window and packet size that OpenSSH grants a session once a program runs on it. */
export const SESSION_WINDOW = 2 * 1024 * 1024;
export const SESSION_PACKET = 32 * 1024;

/** Smallest piece worth waiting for: an empty remote packet size would otherwise never end. */
const MIN_PIECE = 1;

/** What a channel needs of its connection. */
export interface ChannelLink {
  send(payload: Uint8Array): Promise<void>;
  /** Resolves when data may go out: not while keys are being exchanged. */
  ready(): Promise<void>;
  /** Called once when both sides have closed. */
  closed(channel: Channel): void;
}

/** How the client described its side. */
export interface RemoteSide {
  readonly id: number;
  readonly window: number;
  readonly maxPacket: number;
}

/** A channel from open to close. */
export class Channel {
  readonly id: number;
  readonly #link: ChannelLink;
  readonly #remote: RemoteSide;
  #remoteWindow: number;
  #localWindow = 0;
  #localMax = 0;
  #consumed = 0;
  #exceeded = 0;
  readonly #input = new ByteQueue();
  #inputEnded = false;
  #wakeInput: (() => void) | null = null;
  #wakeOutput = new Set<() => void>();
  #eofSent = false;
  #closeSent = false;
  #closeReceived = false;
  /** Called once when the client closes the channel or the conversation ends. */
  onHangup: () => void = () => undefined;

  constructor(id: number, remote: RemoteSide, link: ChannelLink) {
    this.id = id;
    this.#remote = remote;
    this.#remoteWindow = remote.window;
    this.#link = link;
  }

  /** True once nothing more goes out. */
  get closing(): boolean {
    return this.#closeSent || this.#closeReceived;
  }

  /** True once a window was granted: a program runs on it. */
  get open(): boolean {
    return this.#localMax > 0;
  }

  /** True when the client has said that it sends no more. */
  get inputEnded(): boolean {
    return this.#inputEnded;
  }

  /** Confirms the opening: no window yet, as OpenSSH does for a session. */
  confirm(): Promise<void> {
    const payload = message(msg.channelOpenConfirmation)
      .u32(this.#remote.id)
      .u32(this.id)
      .u32(0)
      .u32(SESSION_PACKET);
    return this.#link.send(payload.finish());
  }

  /** Grants the window once something reads. */
  async start(): Promise<void> {
    this.#localMax = SESSION_WINDOW;
    this.#localWindow = SESSION_WINDOW;
    await this.#adjust(SESSION_WINDOW);
  }

  #adjust(bytes: number): Promise<void> {
    return this.#link.send(message(msg.channelWindowAdjust).u32(this.#remote.id).u32(bytes).finish());
  }

  /** Takes data from the client. Throws a disconnect where it ignores the window by far. */
  receive(data: Uint8Array): void {
    if (!this.open || this.closing || this.#inputEnded) return;
    if (data.length > SESSION_PACKET) return;
    if (data.length > this.#localWindow) {
      this.#exceeded += data.length - this.#localWindow;
      this.#localWindow = 0;
      if (this.#exceeded > this.#localMax / 10)
        throw disconnectError(`channel ${this.id}: peer ignored channel window`);
    } else this.#localWindow -= data.length;
    if (data.length > 0) this.#input.push(data);
    this.#wakeInput?.();
  }

  /** Takes the client's end of data. */
  receiveEof(): void {
    this.#inputEnded = true;
    this.#wakeInput?.();
  }

  /** The next bytes from the client, or null at the end: the stdin of what runs here. One call at a time. */
  read(): Promise<Uint8Array | null> {
    return this.#next(() => this.#inputEnded || this.closing);
  }

  /** The same for a terminal, which the end of data does not end: only the channel's end hangs it up. */
  readTerminal(): Promise<Uint8Array | null> {
    return this.#next(() => this.closing);
  }

  async #next(ended: () => boolean): Promise<Uint8Array | null> {
    for (let data = this.#input.shift(); ; data = this.#input.shift()) {
      if (data) {
        await this.#consume(data.length);
        return data;
      }
      if (ended()) return null;
      await new Promise<void>((resolve) => {
        this.#wakeInput = resolve;
      });
      this.#wakeInput = null;
    }
  }

  async #consume(bytes: number): Promise<void> {
    this.#consumed += bytes;
    const used = this.#localMax - this.#localWindow;
    const due = used > SESSION_PACKET * 3 || this.#localWindow < this.#localMax / 2;
    if (!due || this.closing) return;
    this.#localWindow += this.#consumed;
    const granted = this.#consumed;
    this.#consumed = 0;
    await this.#adjust(granted);
  }

  /** Takes more room for our data. */
  receiveAdjust(bytes: number): void {
    this.#remoteWindow = Math.min(this.#remoteWindow + bytes, 2 ** 32 - 1);
    this.#wakeWriters();
  }

  #wakeWriters(): void {
    for (const wake of this.#wakeOutput) wake();
    this.#wakeOutput.clear();
  }

  /** Sends data as the client's window allows; resolves once it is out, or nobody listens any more. */
  async write(data: Uint8Array, stream: "stdout" | "stderr" = "stdout"): Promise<void> {
    let at = 0;
    await this.#link.ready();
    while (at < data.length && !this.closing && !this.#eofSent) {
      const room = Math.min(this.#remoteWindow, Math.max(this.#remote.maxPacket, MIN_PIECE), SESSION_PACKET);
      if (room === 0) {
        await new Promise<void>((resolve) => this.#wakeOutput.add(resolve));
        continue;
      }
      const piece = data.subarray(at, at + room);
      at += piece.length;
      this.#remoteWindow -= piece.length;
      await this.#link.send(this.#dataMessage(piece, stream));
      await this.#link.ready();
    }
  }

  #dataMessage(piece: Uint8Array, stream: "stdout" | "stderr"): Uint8Array {
    const size = piece.length + 16;
    if (stream === "stdout")
      return message(msg.channelData, size).u32(this.#remote.id).string(piece).finish();
    return message(msg.channelExtendedData, size).u32(this.#remote.id).u32(1).string(piece).finish();
  }

  /** Answers a request of the client. */
  reply(success: boolean): Promise<void> {
    if (this.#closeSent) return Promise.resolve();
    return this.#link.send(
      message(success ? msg.channelSuccess : msg.channelFailure)
        .u32(this.#remote.id)
        .finish(),
    );
  }

  /**
   * Ends the channel as sshd does when its program has exited: end of data, status, close. `tellEndOfInput` is for
   * clients that know OpenSSH's own request.
   */
  async exit(status: number, options: { readonly tellEndOfInput: boolean }): Promise<void> {
    if (this.#closeSent) return;
    const request = (name: string): ReturnType<typeof message> =>
      message(msg.channelRequest).u32(this.#remote.id).string(name).boolean(false);
    await this.#sendEof();
    await this.#link.send(
      request("exit-status")
        .u32(status >>> 0)
        .finish(),
    );
    const tell = options.tellEndOfInput && !this.#inputEnded && !this.#closeReceived;
    if (tell) await this.#link.send(request("eow@openssh.com").finish());
    await this.close();
  }

  async #sendEof(): Promise<void> {
    if (this.#eofSent || this.closing) return;
    this.#eofSent = true;
    await this.#link.send(message(msg.channelEof).u32(this.#remote.id).finish());
  }

  /** Sends what is still due of EOF and CLOSE. */
  async close(): Promise<void> {
    if (this.#closeSent) return;
    await this.#sendEof();
    if (this.#closeSent) return;
    this.#closeSent = true;
    await this.#link.send(message(msg.channelClose).u32(this.#remote.id).finish());
    this.#release();
  }

  /** Takes the client's close, or the end of the conversation. */
  receiveClose(): void {
    if (this.#closeReceived) return;
    this.#closeReceived = true;
    this.onHangup();
    this.#release();
  }

  #release(): void {
    this.#input.clear();
    this.#wakeInput?.();
    this.#wakeWriters();
    if (this.#closeSent && this.#closeReceived) this.#link.closed(this);
  }
}
