// One request's body as it is collected: its beginning for the record and for forms, the rest into the blob store.
// Memory is bounded whatever is sent; nothing is executed or decoded beyond the form formats.

import type { Captured } from "../../contract/captured.ts";
import { CAPTURE_BYTES, capture } from "../../contract/captured.ts";
import type { Sha256 } from "../../contract/ids.ts";
import type { FileCapture, Session } from "../decoy.ts";
import { bytesOf } from "./characters.ts";
import type { FormField } from "./forms.ts";
import { parseFormBody } from "./forms.ts";
import type { PartHead } from "./multipart.ts";
import { MultipartParser, multipartBoundary } from "./multipart.ts";

/** Bytes of a body that forms are read from. */
const HEAD_BYTES = 64 * 1024;
const MAX_FIELDS = 64;
const MAX_FIELD_BYTES = 4096;

interface OpenPart {
  readonly head: PartHead;
  readonly file: FileCapture | undefined;
  value: string;
}

/** Body fields of `http.requested`. */
export interface BodyRecord {
  readonly body?: Captured;
  readonly body_sha256?: Sha256;
  readonly body_full_sha256?: Sha256;
}

/** Collects one body. */
export class RequestBody {
  readonly #session: Session;
  readonly #type: string;
  readonly #multipart: MultipartParser | undefined;
  readonly #fields: FormField[] = [];
  readonly #uploads: Promise<void>[] = [];
  #head: Uint8Array[] = [];
  #headBytes = 0;
  #size = 0;
  #blob: FileCapture | undefined;
  #part: OpenPart | undefined;
  #files = 0;

  constructor(session: Session, contentType: string) {
    this.#session = session;
    this.#type = contentType;
    const boundary = multipartBoundary(contentType);
    this.#multipart =
      boundary === undefined
        ? undefined
        : new MultipartParser(boundary, {
            part: (head) => this.#openPart(head),
            data: (bytes) => this.#partData(bytes),
            end: () => this.#endPart(),
          });
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether a file was uploaded in it. */
  get uploaded(): boolean {
    return this.#files > 0;
  }

  /** Takes the next bytes. */
  write(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > CAPTURE_BYTES && !this.#blob) {
      this.#blob = this.#session.captureFile();
      for (const part of this.#head) this.#blob.write(part);
    }
    this.#blob?.write(bytes);
    const kept = bytes.slice(0, HEAD_BYTES - this.#headBytes);
    if (kept.length > 0) this.#head.push(kept);
    this.#headBytes += kept.length;
    this.#multipart?.feed(bytes);
  }

  /** Completes it: uploads are recorded, and what goes into the request's record comes back. */
  async finish(): Promise<BodyRecord> {
    this.#multipart?.finish();
    await Promise.all(this.#uploads);
    if (this.#size === 0) return {};
    const blob = await this.#blob?.finish();
    const body = { ...capture(this.#start()), len: this.#size };
    if (!blob) return { body };
    const { sha256: body_sha256, full_sha256: body_full_sha256 } = blob;
    return { body, body_sha256, ...(body_full_sha256 && { body_full_sha256 }) };
  }

  /** The form fields, once all of it is here. */
  fields(): readonly FormField[] {
    if (this.#multipart) return this.#fields;
    return this.#size === 0 ? [] : parseFormBody(this.#type, this.#start());
  }

  #start(): Uint8Array {
    const all = this.#head.length === 1 ? this.#head[0] : new Uint8Array(Buffer.concat(this.#head));
    this.#head = all ? [all] : [];
    return all ?? new Uint8Array(0);
  }

  #openPart(head: PartHead): void {
    const file =
      head.filename === undefined || head.filename === "" ? undefined : this.#session.captureFile();
    if (file) this.#files++;
    this.#part = { head, file, value: "" };
  }

  #partData(bytes: Uint8Array): void {
    const part = this.#part;
    if (!part) return;
    part.file?.write(bytes);
    if (part.file || part.value.length >= MAX_FIELD_BYTES) return;
    part.value += Buffer.from(bytes.subarray(0, MAX_FIELD_BYTES - part.value.length)).toString("latin1");
  }

  #endPart(): void {
    const part = this.#part;
    this.#part = undefined;
    if (!part) return;
    if (part.file) {
      this.#uploads.push(this.#record(part.file, part.head.filename ?? ""));
      return;
    }
    if (this.#fields.length < MAX_FIELDS) this.#fields.push({ name: part.head.name, value: part.value });
  }

  async #record(file: FileCapture, filename: string): Promise<void> {
    const stored = await file.finish();
    if (!stored) return;
    const name = capture(bytesOf(filename), 1024);
    this.#session.record("file.uploaded", { name, ...stored, via: "http" });
  }
}
