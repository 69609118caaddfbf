// Logging in (RFC 4252, RFC 4256) as OpenSSH on Debian with PAM does it: methods, delays, limits and words.
// Decides nothing about who may enter: the policy does. Records every attempt before it is answered.

import { capture } from "../../contract/captured.ts";
import type { EvidenceData } from "../../contract/evidence.ts";
import type { Session } from "../decoy.ts";
import { minimumDelayMs, pamDelayMs } from "./auth-timing.ts";
import { disconnectError } from "./disconnect.ts";
import type { HostKeys } from "./host-keys.ts";
import { msg } from "./numbers.ts";
import { fingerprintOf, keyTypeOf, signedRequest, verifySignature } from "./public-key.ts";
import type { Message, Transport } from "./transport.ts";
import { malformed, message, toText, WireReader } from "./wire.ts";

/** Who is let in. */
export interface AuthPolicy {
  /** Offers keyboard-interactive beside public key and password. */
  readonly keyboardInteractive: boolean;
  admits(username: string, password: string): boolean;
  /** Whether this public key opens this account. */
  acceptsKey(username: string, blob: Uint8Array): boolean;
}

/** OpenSSH's MaxAuthTries. */
const MAX_FAILURES = 6;
/** Requests that OpenSSH takes, failed or not. */
const MAX_ATTEMPTS = 1024;
/** Longest password that OpenSSH looks at. */
const MAX_PASSWORD = 1024;
/** Bytes of a key that evidence keeps. */
const KEY_BYTES = 16_384;

const HOSTBOUND = "publickey-hostbound-v00@openssh.com";

interface Request {
  readonly username: Uint8Array;
  readonly service: Uint8Array;
  readonly method: string;
  readonly reader: WireReader;
}

/** Whether an attempt let the client in; `pending` when a further message decides, `answered` when its reply has gone out. */
type Verdict = "accepted" | "refused" | "pending" | "answered";

/** The login of one conversation. */
export class Authentication {
  readonly #session: Session;
  readonly #transport: Transport;
  readonly #policy: AuthPolicy;
  readonly #hostKeys: HostKeys;
  #serviceGranted = false;
  #identity: Pick<Request, "username" | "service"> | null = null;
  #attempts = 0;
  #failures = 0;
  /** The prompt that the client has still to answer: the password's, or the empty one after a right password. */
  #prompt: "password" | "welcome" | null = null;

  constructor(
    session: Session,
    transport: Transport,
    parts: { readonly policy: AuthPolicy; readonly hostKeys: HostKeys },
  ) {
    this.#session = session;
    this.#transport = transport;
    this.#policy = parts.policy;
    this.#hostKeys = parts.hostKeys;
  }

  /** Talks until somebody is let in: their name as sent. Null when the client goes. */
  async run(): Promise<Uint8Array | null> {
    for (;;) {
      const incoming = await this.#transport.receive();
      if (!incoming) return null;
      if (!(await this.#dispatch(incoming))) continue;
      await this.#transport.send(message(msg.userauthSuccess).finish());
      await this.#transport.authenticated();
      return this.#identity?.username ?? null;
    }
  }

  async #dispatch({ type, payload, sequence }: Message): Promise<boolean> {
    if (type === msg.serviceRequest) await this.#serviceRequest(payload);
    else if (type === msg.userauthRequest && this.#serviceGranted) return this.#request(payload);
    else if (type === msg.userauthInfoResponse && this.#prompt) return this.#infoResponse(payload);
    else if (type !== msg.extInfo || !this.#transport.extInfo) await this.#transport.unimplemented(sequence);
    return false;
  }

  async #serviceRequest(payload: Uint8Array): Promise<void> {
    const reader = new WireReader(payload);
    reader.u8();
    const service = toText(reader.cstring());
    reader.end();
    if (service !== "ssh-userauth") throw disconnectError(`bad service request ${service}`);
    this.#serviceGranted = true;
    await this.#transport.send(message(msg.serviceAccept).string(service).finish());
  }

  async #request(payload: Uint8Array): Promise<boolean> {
    const reader = new WireReader(payload);
    reader.u8();
    const [username, service, method] = [reader.cstring(), reader.cstring(), reader.cstring()];
    this.#checkIdentity(username, service);
    if (this.#attempts++ >= MAX_ATTEMPTS) throw disconnectError("Too many authentication failures");
    this.#prompt = null;
    const request = { username, service, method: toText(method), reader };
    return this.#settle(request.method, await this.#attempt(request));
  }

  #checkIdentity(username: Uint8Array, service: Uint8Array): void {
    const known = this.#identity;
    if (!known) {
      this.#identity = { username, service };
      return;
    }
    const same =
      Buffer.compare(known.username, username) === 0 && Buffer.compare(known.service, service) === 0;
    if (same) return;
    const [from, to] = [known, { username, service }].map(
      (one) => `(${toText(one.username)},${toText(one.service)})`,
    );
    throw disconnectError(`Change of username or service not allowed: ${from} -> ${to}`);
  }

  #attempt(request: Request): Promise<Verdict> {
    switch (request.method) {
      case "none":
        return this.#none(request);
      case "password":
        return this.#password(request);
      case "publickey":
      case HOSTBOUND:
        return this.#publicKey(request);
      case "keyboard-interactive":
        return this.#policy.keyboardInteractive
          ? this.#keyboardInteractive(request)
          : Promise.resolve("refused");
      default:
        return this.#pause(this.#minimumMs()).then(() => "refused");
    }
  }

  /** Answers an attempt that failed and counts it; true when the client is in. */
  async #settle(method: string, verdict: Verdict): Promise<boolean> {
    if (verdict === "accepted") return true;
    if (verdict !== "refused") return false;
    if (this.#attempts > 1 || method !== "none") this.#failures++;
    if (this.#failures >= MAX_FAILURES) throw disconnectError("Too many authentication failures");
    const methods = [
      "publickey",
      "password",
      ...(this.#policy.keyboardInteractive ? ["keyboard-interactive"] : []),
    ];
    await this.#transport.send(message(msg.userauthFailure).nameList(methods).boolean(false).finish());
    return false;
  }

  async #none({ username, reader }: Request): Promise<Verdict> {
    reader.end();
    this.#record({ method: "none", username: capture(username), accepted: false });
    return "refused";
  }

  async #password({ username, reader }: Request): Promise<Verdict> {
    const changing = reader.boolean();
    const password = reader.string();
    if (changing) reader.string();
    reader.end();
    const accepted = !changing && this.#admits(username, password);
    this.#record({ method: "password", username: capture(username), secret: capture(password), accepted });
    if (accepted) return "accepted";
    const looked = !changing && password.length > 0 && password.length <= MAX_PASSWORD;
    await this.#pause(looked ? this.#pamDelayMs() : this.#minimumMs());
    return "refused";
  }

  async #keyboardInteractive({ username, reader }: Request): Promise<Verdict> {
    reader.string();
    reader.string();
    reader.end();
    this.#identity = { username, service: this.#identity?.service ?? new Uint8Array(0) };
    this.#prompt = "password";
    await this.#transport.send(infoRequest(["Password: "]));
    return "pending";
  }

  async #infoResponse(payload: Uint8Array): Promise<boolean> {
    const welcomed = this.#prompt === "welcome";
    this.#prompt = null;
    const reader = new WireReader(payload);
    reader.u8();
    if (reader.u32() !== (welcomed ? 0 : 1)) throw malformed("wrong number of replies");
    const password = welcomed ? new Uint8Array(0) : reader.string();
    reader.end();
    if (welcomed) return true;
    const username = this.#identity?.username ?? new Uint8Array(0);
    const accepted = this.#admits(username, password);
    this.#record({
      method: "keyboard-interactive",
      username: capture(username),
      secret: capture(password),
      accepted,
    });
    if (accepted) {
      // PAM has nothing more to ask; OpenSSH tells so with an empty round.
      this.#prompt = "welcome";
      await this.#transport.send(infoRequest([]));
      return false;
    }
    await this.#pause(this.#pamDelayMs());
    return this.#settle("keyboard-interactive", "refused");
  }

  async #publicKey(request: Request): Promise<Verdict> {
    const { username, reader, method, service } = request;
    const signed = reader.boolean();
    const [algorithm, blob] = [reader.cstring(), reader.string()];
    const hostKey = method === HOSTBOUND ? reader.string() : undefined;
    const signature = signed ? reader.string() : null;
    reader.end();
    const data = { username, service, method, algorithm, blob, ...(hostKey ? { hostKey } : {}) };
    const bound = !hostKey || this.#hostKeys.all.some((key) => Buffer.compare(key.blob, hostKey) === 0);
    const proven =
      signature !== null &&
      bound &&
      verifySignature(blob, signature, signedRequest(this.#transport.sessionId, data));
    const welcome = this.#policy.acceptsKey(toText(username), blob);
    this.#record({
      method: "publickey",
      username: capture(username),
      key: {
        type: keyTypeOf(blob),
        fingerprint: fingerprintOf(blob),
        blob_base64: Buffer.from(blob.subarray(0, KEY_BYTES)).toString("base64"),
        proven,
      },
      accepted: welcome && proven,
    });
    if (welcome && proven) return "accepted";
    await this.#pause(this.#minimumMs());
    if (!welcome || signed) return "refused";
    await this.#transport.send(message(msg.userauthPkOk, 1024).string(algorithm).string(blob).finish());
    return "answered";
  }

  #admits(username: Uint8Array, password: Uint8Array): boolean {
    if (password.length === 0 || password.length > MAX_PASSWORD) return false;
    return this.#policy.admits(toText(username), toText(password));
  }

  #record(data: EvidenceData<"auth.attempted">): void {
    this.#session.record("auth.attempted", data);
  }

  #pause(ms: number): Promise<void> {
    return this.#session.clock.sleep(ms, this.#session.signal);
  }

  #pamDelayMs(): number {
    return pamDelayMs(this.#session.random);
  }

  #minimumMs(): number {
    return minimumDelayMs(this.#session.persona, this.#identity?.username ?? new Uint8Array(0));
  }
}

/** SSH_MSG_USERAUTH_INFO_REQUEST with no name or instruction; no answer is echoed. */
function infoRequest(prompts: readonly string[]): Uint8Array {
  const writer = message(msg.userauthInfoRequest).string("").string("").string("").u32(prompts.length);
  for (const prompt of prompts) writer.string(prompt).boolean(false);
  return writer.finish();
}
