// The connection protocol (RFC 4254) after login: channels, global requests, and what is refused of them.
// Opens nothing elsewhere: tunnels are recorded and refused in OpenSSH's words.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import { Channel } from "./channel.ts";
import { disconnectError } from "./disconnect.ts";
import { msg, openFailure } from "./numbers.ts";
import type { Message } from "./transport.ts";
import { message, toText, WireReader } from "./wire.ts";

/** OpenSSH's MaxSessions. */
const MAX_SESSIONS = 10;

/** What a session channel does with its requests. */
export interface SessionHandler {
  /** Answers one request (RFC 4254 section 6); `data` stands after the name and the reply flag. */
  request(name: string, data: WireReader): Promise<boolean>;
  /** Stops what runs; resolves when it has ended. */
  hangup(): Promise<void>;
}

/** What the connection layer works on. */
export interface ConnectionParts {
  readonly session: Session;
  readonly send: (payload: Uint8Array) => Promise<void>;
  readonly ready: () => Promise<void>;
  /** Called when the client has gone: whoever waits for `ready` is let go. */
  readonly abandon: () => void;
  readonly receive: () => Promise<Message | null>;
  readonly unimplemented: (sequence: number) => Promise<void>;
  /** Answers `hostkeys-prove-00@openssh.com`: the signatures, or null where a key is not ours. */
  readonly proveHostKeys: (request: WireReader) => Uint8Array | null;
  readonly openSession: (channel: Channel) => SessionHandler;
}

interface Entry {
  readonly channel: Channel;
  readonly handler: SessionHandler;
}

/** The channels of one conversation. */
export class SshConnection {
  readonly #parts: ConnectionParts;
  readonly #channels = new Map<number, Entry>();
  /** Programs that were stopped and have not ended yet. */
  readonly #ending = new Set<Promise<void>>();
  #noMoreSessions = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Serves until the client goes. Programs are stopped then. */
  async run(): Promise<void> {
    try {
      for (;;) {
        const incoming = await this.#parts.receive();
        if (!incoming) return;
        await this.#dispatch(incoming);
      }
    } finally {
      this.#parts.abandon();
      for (const { channel } of [...this.#channels.values()]) channel.receiveClose();
      await Promise.all(this.#ending);
    }
  }

  async #dispatch({ type, payload, sequence }: Message): Promise<void> {
    const reader = new WireReader(payload);
    reader.u8();
    switch (type) {
      case msg.globalRequest:
        return this.#globalRequest(reader);
      case msg.channelOpen:
        return this.#open(reader);
      case msg.channelRequest:
        return this.#channelRequest(reader);
      case msg.channelData: {
        const { channel } = this.#entry(reader, "data");
        return channel.receive(reader.string());
      }
      case msg.channelExtendedData:
        return this.#extendedData(reader);
      case msg.channelWindowAdjust: {
        const entry = this.#channels.get(reader.u32());
        return entry?.channel.receiveAdjust(reader.u32());
      }
      case msg.channelEof:
        return this.#entry(reader, "ieof").channel.receiveEof();
      case msg.channelClose:
        return this.#close(reader);
      case msg.requestSuccess:
      case msg.requestFailure:
      case msg.channelSuccess:
      case msg.channelFailure:
        return;
      case msg.channelOpenConfirmation:
      case msg.channelOpenFailure:
        return this.#unaskedAnswer(reader, type);
      default:
        await this.#parts.unimplemented(sequence);
    }
  }

  #entry(reader: WireReader, what: string): Entry {
    const id = reader.u32();
    const entry = this.#channels.get(id);
    if (!entry) throw disconnectError(`${what} packet referred to nonexistent channel ${id | 0}`);
    return entry;
  }

  #unaskedAnswer(reader: WireReader, type: number): void {
    const what = type === msg.channelOpenConfirmation ? "open confirmation" : "open failure";
    const { channel } = this.#entry(reader, what);
    throw disconnectError(
      type === msg.channelOpenConfirmation
        ? `Received open confirmation for non-opening channel ${channel.id}.`
        : `Received open failure for non-opening channel ${channel.id}.`,
    );
  }

  #extendedData(reader: WireReader): void {
    const { channel } = this.#entry(reader, "extended data");
    // Only a client's own stdout takes this; a server has nowhere to put it.
    if (channel.inputEnded)
      throw disconnectError(`Received extended_data after EOF on channel ${channel.id}.`);
    reader.u32();
  }

  async #close(reader: WireReader): Promise<void> {
    const { channel, handler } = this.#entry(reader, "oclose");
    channel.receiveClose();
    // What runs tells its status before it closes; waiting for it must not keep other channels waiting.
    if (!channel.open) await channel.close();
    else void handler.hangup();
  }

  async #open(reader: WireReader): Promise<void> {
    const type = toText(reader.cstring());
    const remote = { id: reader.u32(), window: reader.u32(), maxPacket: reader.u32() };
    if (type === "session") return this.#openSession(remote);
    if (type === "tun@openssh.com") await this.#debug("Server has rejected tunnel device forwarding");
    const reason = this.#recordTunnel(type, reader)
      ? openFailure.administrativelyProhibited
      : openFailure.connectFailed;
    await this.#refuseOpen(remote.id, reason);
  }

  #refuseOpen(remoteId: number, reason: number): Promise<void> {
    const refusal = message(msg.channelOpenFailure)
      .u32(remoteId)
      .u32(reason)
      .string("open failed")
      .string("");
    return this.#parts.send(refusal.finish());
  }

  async #openSession(remote: {
    readonly id: number;
    readonly window: number;
    readonly maxPacket: number;
  }): Promise<void> {
    if (this.#noMoreSessions)
      throw disconnectError("Possible attack: attempt to open a session after additional sessions disabled");
    if (this.#channels.size >= MAX_SESSIONS) return this.#refuseOpen(remote.id, openFailure.connectFailed);
    let id = 0;
    while (this.#channels.has(id)) id++;
    const channel = new Channel(id, remote, {
      send: this.#parts.send,
      ready: this.#parts.ready,
      closed: (ended) => this.#channels.delete(ended.id),
    });
    const handler = this.#parts.openSession(channel);
    channel.onHangup = () => {
      const ending = handler.hangup().finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    };
    this.#channels.set(id, { channel, handler });
    await channel.confirm();
  }

  /** Records a wish to be connected elsewhere; false when it is no such wish. */
  #recordTunnel(type: string, reader: WireReader): boolean {
    const { session } = this.#parts;
    if (type === "direct-tcpip") {
      const host = reader.cstring();
      const port = reader.u32();
      reader.cstring();
      reader.u32();
      reader.end();
      session.record("tunnel.requested", {
        kind: "direct-tcpip",
        host: capture(host, 1024),
        port: port & 0xffff,
      });
      return true;
    }
    if (type === "direct-streamlocal@openssh.com") {
      const path = reader.cstring();
      session.record("tunnel.requested", { kind: "direct-streamlocal", host: capture(path, 1024), port: 0 });
      return true;
    }
    return false;
  }

  async #channelRequest(reader: WireReader): Promise<void> {
    const id = reader.u32();
    const name = toText(reader.cstring());
    const wantsReply = reader.boolean();
    const entry = this.#channels.get(id);
    if (!entry) throw disconnectError(`server_input_channel_req: unknown channel ${id | 0}`);
    // OpenSSH's word that its input is no longer read is no request to a program: it always fails.
    const success = name !== "eow@openssh.com" && (await entry.handler.request(name, reader));
    if (wantsReply) await entry.channel.reply(success);
  }

  async #globalRequest(reader: WireReader): Promise<void> {
    const name = toText(reader.cstring());
    const wantsReply = reader.boolean();
    const answer = await this.#answerGlobal(name, reader);
    if (!wantsReply) return;
    const reply = answer
      ? message(msg.requestSuccess, answer.length + 1).raw(answer)
      : message(msg.requestFailure);
    await this.#parts.send(reply.finish());
  }

  /** The data of a success, or null for failure. */
  async #answerGlobal(name: string, reader: WireReader): Promise<Uint8Array | null> {
    switch (name) {
      case "tcpip-forward": {
        const host = reader.cstring();
        const port = reader.u32();
        this.#parts.session.record("tunnel.requested", {
          kind: "tcpip-forward",
          host: capture(host, 1024),
          port: port & 0xffff,
        });
        await this.#debug("Server has disabled port forwarding.");
        return null;
      }
      case "streamlocal-forward@openssh.com":
        reader.cstring();
        await this.#debug("Server has disabled streamlocal forwarding.");
        return null;
      case "no-more-sessions@openssh.com":
        this.#noMoreSessions = true;
        return new Uint8Array(0);
      case "hostkeys-prove-00@openssh.com":
        return this.#parts.proveHostKeys(reader);
      default:
        return null;
    }
  }

  /** SSH_MSG_DEBUG. */
  #debug(text: string): Promise<void> {
    return this.#parts.send(message(msg.debug).boolean(false).string(text).string("").finish());
  }
}
