// Open files and directories of one SFTP session, numbered as OpenSSH numbers them. Bounded.

import type { ByteString, OpenFile, WritableFile } from "../../shell/shell.ts";
import type { NameEntry } from "./codec.ts";

/** What OpenSSH allows under Debian's limit of 1024 descriptors. */
export const MAX_HANDLES = 1019;

/** Something that is open. */
export type Handle =
  | { readonly kind: "read"; readonly path: ByteString; readonly file: OpenFile; told: boolean }
  | {
      readonly kind: "write";
      readonly path: ByteString;
      readonly file: WritableFile;
      readonly readable: boolean;
      readonly append: boolean;
    }
  | { readonly kind: "directory"; readonly path: ByteString; readonly entries: NameEntry[] };

/** The table. */
export class Handles {
  readonly #open = new Map<number, Handle>();
  readonly #free: number[] = [];
  #next = 0;

  /** Files a handle; null when there are too many. */
  add(handle: Handle): Uint8Array | null {
    if (this.#open.size >= MAX_HANDLES) return null;
    const number = this.#free.pop() ?? this.#next++;
    this.#open.set(number, handle);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
  }

  #number(bytes: Uint8Array): number {
    return bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) : -1;
  }

  get(bytes: Uint8Array): Handle | undefined {
    return this.#open.get(this.#number(bytes));
  }

  /** Closes one; false when there is none. What was written is captured then. */
  async close(bytes: Uint8Array): Promise<boolean> {
    const number = this.#number(bytes);
    const handle = this.#open.get(number);
    if (!handle) return false;
    this.#open.delete(number);
    this.#free.push(number);
    if (handle.kind === "write") await handle.file.close();
    return true;
  }

  /** Closes all. */
  async closeAll(): Promise<void> {
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) if (handle.kind === "write") await handle.file.close();
  }
}
