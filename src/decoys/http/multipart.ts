// multipart/form-data (RFC 7578), incrementally: parts and their bytes as they come. Pure.
// Holds at most one part's headers and one delimiter's length of data; tolerates what browsers and scripts send.

import { textOf } from "./characters.ts";

/** Headers of a part that matter. Byte strings as sent, at most 1 KiB each. */
export interface PartHead {
  readonly name: string;
  /** Set when the part is a file. */
  readonly filename: string | undefined;
}

/** What the parser tells. `data` follows its `part`, `end` closes it. */
export interface MultipartHandler {
  part(head: PartHead): void;
  data(bytes: Uint8Array): void;
  end(): void;
}

const MAX_HEADERS = 8192;
const MAX_NAME = 1024;
const MAX_PARTS = 256;

/** The boundary of a Content-Type, or undefined when it is no multipart/form-data. */
export function multipartBoundary(contentType: string): string | undefined {
  if (!contentType.toLowerCase().startsWith("multipart/form-data")) return undefined;
  const at = contentType.toLowerCase().indexOf("boundary=");
  if (at < 0) return undefined;
  const rest = contentType.slice(at + 9);
  const value = rest.startsWith('"') ? rest.slice(1).split('"', 1)[0] : rest.split(";", 1)[0]?.trim();
  return value !== undefined && value.length > 0 && value.length <= 200 ? value : undefined;
}

/** The value of `key="…"` or `key=…` in a Content-Disposition line. */
function parameter(line: string, key: string): string | undefined {
  for (const piece of line.split(";")) {
    const [name, ...rest] = piece.split("=");
    if (name?.trim().toLowerCase() !== key) continue;
    return rest.join("=").trim().replace(/^"/, "").replace(/"$/, "").slice(0, MAX_NAME);
  }
  return undefined;
}

function headOf(headers: string): PartHead {
  const line =
    headers.split("\r\n").find((text) => text.toLowerCase().startsWith("content-disposition:")) ?? "";
  return { name: parameter(line, "name") ?? "", filename: parameter(line, "filename") };
}

/** Splits one body. After malformed input it stays silent. */
export class MultipartParser {
  readonly #delimiter: Buffer;
  readonly #handler: MultipartHandler;
  #pending: Buffer = Buffer.alloc(0);
  #state: "preamble" | "delimiter" | "headers" | "data" | "end" = "preamble";
  #parts = 0;

  constructor(boundary: string, handler: MultipartHandler) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    this.#handler = handler;
  }

  /** Feeds the next bytes of the body. */
  feed(bytes: Uint8Array): void {
    if (this.#state === "end") return;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#step());
  }

  /** The body is over: an open part ends with what there was of it. */
  finish(): void {
    if (this.#state === "data") {
      if (this.#pending.length > 0) this.#handler.data(this.#pending);
      this.#handler.end();
    }
    this.#stop();
  }

  #stop(): false {
    this.#state = "end";
    this.#pending = Buffer.alloc(0);
    return false;
  }

  #step(): boolean {
    switch (this.#state) {
      case "preamble":
        return this.#preamble();
      case "delimiter":
        return this.#afterDelimiter();
      case "headers":
        return this.#headers();
      case "data":
        return this.#data();
      case "end":
        return false;
    }
  }

  #preamble(): boolean {
    const bare = this.#delimiter.subarray(2);
    const at = this.#pending.indexOf(bare);
    if (at < 0) {
      this.#pending = this.#pending.subarray(Math.max(0, this.#pending.length - bare.length + 1));
      return false;
    }
    this.#pending = this.#pending.subarray(at + bare.length);
    this.#state = "delimiter";
    return true;
  }

  #afterDelimiter(): boolean {
    if (this.#pending.length < 2) return false;
    const next = textOf(this.#pending.subarray(0, 2));
    if (next !== "\r\n" || this.#parts === MAX_PARTS) return this.#stop();
    this.#pending = this.#pending.subarray(2);
    this.#parts++;
    this.#state = "headers";
    return true;
  }

  #headers(): boolean {
    const end = this.#pending.indexOf("\r\n\r\n");
    if (end < 0) return this.#pending.length > MAX_HEADERS ? this.#stop() : false;
    if (end > MAX_HEADERS) return this.#stop();
    this.#handler.part(headOf(textOf(this.#pending.subarray(0, end))));
    this.#pending = this.#pending.subarray(end + 4);
    this.#state = "data";
    return true;
  }

  #data(): boolean {
    const at = this.#pending.indexOf(this.#delimiter);
    const sure = at < 0 ? Math.max(0, this.#pending.length - this.#delimiter.length + 1) : at;
    if (sure > 0) this.#handler.data(this.#pending.subarray(0, sure));
    if (at < 0) {
      this.#pending = this.#pending.subarray(sure);
      return false;
    }
    this.#handler.end();
    this.#pending = this.#pending.subarray(at + this.#delimiter.length);
    this.#state = "delimiter";
    return true;
  }
}
