// The request line, byte by byte, as nginx 1.22 reads it (behaviour checked against the real server in test/integration).
// Decides nothing about headers or the answer.

import { isAlpha, isDigit } from "../../characters.ts";

/** What a request line said. Texts are byte strings: one character per byte. */
export interface RequestLine {
  readonly method: string;
  /** Path and query as sent; `/` when an absolute target has no path. */
  readonly target: string;
  /** The whole target as sent, with scheme and host where it had them. */
  readonly sentTarget: string;
  /** Host of an absolute target, port excluded; undefined for the usual form. */
  readonly host: string | undefined;
  /** Major * 1000 + minor; 9 for a request without a version. */
  readonly version: number;
}

/** Why a line is refused: a status of nginx, and whether the answer goes without headers (HTTP/0.9). */
export interface LineFailure {
  readonly status: 400 | 505;
  readonly version: number;
}

type State =
  | "start"
  | "method"
  | "before-uri"
  | "scheme"
  | "scheme-slash"
  | "scheme-slash-slash"
  | "host-start"
  | "host"
  | "host-end"
  | "host-literal"
  | "port"
  | "uri"
  | "after-uri"
  | "protocol"
  | "first-major"
  | "major"
  | "first-minor"
  | "minor"
  | "after-version"
  | "almost-done";

const SP = 32;
const CR = 13;
const LF = 10;
const PROTOCOL = "HTTP/";
const HOST_LITERAL = /^[0-9A-Za-z:\-._~!$&'()*+,;=]$/;

/** Parses one request line; `step` takes one byte. Bounded by its caller, which counts the bytes of the line. */
export class RequestLineParser {
  #state: State = "start";
  #method = "";
  #sent = "";
  #host: string | undefined;
  #uriAt = -1;
  #protocolAt = 0;
  #major = 0;
  #minor = 9;

  /** True before the first byte of the line itself (leading line ends are skipped). */
  get atStart(): boolean {
    return this.#state === "start";
  }

  /** The method and target so far, for a record of a line that failed. */
  get sofar(): { readonly method: string; readonly target: string } {
    return { method: this.#method, target: this.#sent };
  }

  /** Undefined while more is needed. */
  step(byte: number): RequestLine | LineFailure | undefined {
    const next = this.#next(byte);
    if (next === "bad") return { status: 400, version: 1000 };
    if (next === "version") return { status: 505, version: 1000 };
    if (next !== "done") {
      this.#state = next;
      return undefined;
    }
    const version = this.#major * 1000 + this.#minor;
    if (version === 9 && this.#method !== "GET") return { status: 400, version };
    const target = this.#uriAt < 0 ? "/" : this.#sent.slice(this.#uriAt);
    const path = target.startsWith("?") ? `/${target}` : target;
    return { method: this.#method, target: path, sentTarget: this.#sent, host: this.#host, version };
  }

  #next(byte: number): State | "bad" | "version" | "done" {
    switch (this.#state) {
      case "start":
        if (byte === CR || byte === LF) return "start";
        return this.#methodByte(byte);
      case "method":
        return byte === SP ? "before-uri" : this.#methodByte(byte);
      case "before-uri":
        return this.#beforeUri(byte);
      case "uri":
        return this.#uri(byte);
      case "after-uri":
        return this.#afterUri(byte);
      case "protocol":
        if (byte !== PROTOCOL.charCodeAt(this.#protocolAt)) return "bad";
        this.#protocolAt++;
        return this.#protocolAt === PROTOCOL.length ? "first-major" : "protocol";
      case "almost-done":
        return byte === LF ? "done" : "bad";
      case "first-major":
      case "major":
      case "first-minor":
      case "minor":
      case "after-version":
        return this.#versionByte(byte);
      default:
        return this.#authority(byte);
    }
  }

  #methodByte(byte: number): State | "bad" {
    if (!((byte >= 65 && byte <= 90) || byte === 95 || byte === 45)) return "bad";
    this.#method += String.fromCharCode(byte);
    return "method";
  }

  #beforeUri(byte: number): State | "bad" {
    if (byte === SP) return "before-uri";
    if (byte === 47) return this.#startUri(byte);
    if (!isAlpha(byte)) return "bad";
    this.#sent = String.fromCharCode(byte);
    return "scheme";
  }

  #startUri(byte: number): State {
    this.#uriAt = this.#sent.length;
    this.#sent += String.fromCharCode(byte);
    return "uri";
  }

  #authority(byte: number): State | "bad" {
    const char = String.fromCharCode(byte);
    const keep = (state: State): State => {
      this.#sent += char;
      return state;
    };
    switch (this.#state) {
      case "scheme":
        if (byte === 58) return keep("scheme-slash");
        return isAlpha(byte) || isDigit(byte) || "+-.".includes(char) ? keep("scheme") : "bad";
      case "scheme-slash":
        return byte === 47 ? keep("scheme-slash-slash") : "bad";
      case "scheme-slash-slash":
        return byte === 47 ? keep("host-start") : "bad";
      case "host-literal":
        if (!HOST_LITERAL.test(char) && byte !== 93) return "bad";
        this.#host += char;
        return keep(byte === 93 ? "host-end" : "host-literal");
      case "host-start":
        this.#host = byte === 91 ? char : "";
        if (byte === 91) return keep("host-literal");
    }
    if (this.#state === "host-start" || this.#state === "host") {
      if (isAlpha(byte) || isDigit(byte) || byte === 46 || byte === 45) {
        this.#host += char;
        return keep("host");
      }
    }
    if (this.#state === "port" && isDigit(byte)) return keep("port");
    if (byte === 58 && this.#state !== "port") return keep("port");
    if (byte === 47 || byte === 63) return this.#startUri(byte);
    return byte === SP ? "after-uri" : "bad";
  }

  #uri(byte: number): State | "bad" | "done" {
    if (byte === SP) return "after-uri";
    if (byte === CR) return "almost-done";
    if (byte === LF) return "done";
    if (byte < 32 || byte === 127) return "bad";
    this.#sent += String.fromCharCode(byte);
    return "uri";
  }

  #afterUri(byte: number): State | "bad" | "done" {
    if (byte === SP) return "after-uri";
    if (byte === CR) return "almost-done";
    if (byte === LF) return "done";
    if (byte !== 72) return "bad";
    this.#protocolAt = 1;
    return "protocol";
  }

  #versionByte(byte: number): State | "bad" | "version" | "done" {
    switch (this.#state) {
      case "first-major":
        if (byte < 49 || byte > 57) return "bad";
        this.#major = byte - 48;
        return this.#major > 1 ? "version" : "major";
      case "major":
        if (byte === 46) return "first-minor";
        if (!isDigit(byte)) return "bad";
        this.#major = this.#major * 10 + byte - 48;
        return this.#major > 1 ? "version" : "major";
      case "first-minor":
        if (!isDigit(byte)) return "bad";
        this.#minor = byte - 48;
        return "minor";
    }
    if (byte === CR) return "almost-done";
    if (byte === LF) return "done";
    if (byte === SP) return "after-version";
    if (this.#state === "after-version" || !isDigit(byte)) return "bad";
    if (this.#minor > 99) return "bad";
    this.#minor = this.#minor * 10 + byte - 48;
    return "minor";
  }
}
