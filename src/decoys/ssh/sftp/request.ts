// What every SFTP request handler works on, and the replies that they share.

import type { Account } from "../../personas/persona.ts";
import { fromByteString, toByteString } from "../../shell/bytes.ts";
import type { ByteString, FileStat, FsResult, SessionFs } from "../../shell/shell.ts";
import { status, statusOf } from "../errno.ts";
import type { WireReader } from "../wire.ts";
import { fxp, reply, statusReply, writeAttributes } from "./codec.ts";
import type { Handles } from "./handles.ts";
import type { Names } from "./names.ts";

/** The world of one SFTP session. */
export interface SftpContext {
  readonly fs: SessionFs;
  readonly handles: Handles;
  readonly names: Names;
  readonly account: Account;
  nowMs(): number;
  /** Lets others run. */
  pause(): Promise<void>;
  /** Tells that a file of the persona was fetched or listed. */
  recordRead(path: ByteString, size: number): void;
}

/** Answers one request; the reader stands after the id. Throws DecnetError `protocol` on a malformed one. */
export type Handler = (
  context: SftpContext,
  id: number,
  reader: WireReader,
) => Uint8Array | Promise<Uint8Array>;

/** A path as a client sends it: the empty one is the current folder. */
export function readPath(reader: WireReader): ByteString {
  const path = toByteString(reader.cstring());
  return path === "" ? "." : path;
}

/** Success or the error's status. */
export function done(id: number, result: FsResult<unknown>): Uint8Array {
  return statusReply(id, result.ok ? status.ok : statusOf(result.code));
}

/** Plain failure. */
export function fail(id: number): Uint8Array {
  return statusReply(id, status.failure);
}

/** Attributes or the error's status. */
export function attributesReply(id: number, result: FsResult<FileStat>): Uint8Array {
  if (!result.ok) return statusReply(id, statusOf(result.code));
  return writeAttributes(reply(fxp.attrs, id), result.value).finish();
}

/** A byte string as bytes. */
export const toWire = fromByteString;
