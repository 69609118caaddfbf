// The sftp subsystem: requests in, replies out, one after the other, as OpenSSH's sftp-server of 9.2 answers them.
// Works on the session's own file system only. Ends with the status that sftp-server exits with.

import { capture } from "../../../contract/captured.ts";
import { isDecnetError } from "../../../contract/errors.ts";
import type { Session } from "../../decoy.ts";
import { fromByteString } from "../../shell/bytes.ts";
import type { ByteString, Login } from "../../shell/shell.ts";
import type { Channel } from "../channel.ts";
import { status } from "../errno.ts";
import { toText, WireWriter } from "../wire.ts";
import { FrameReader, frame, fxp, readMessage, statusReply } from "./codec.ts";
import { extensionHandlers, extensions } from "./extensions.ts";
import { fileHandlers } from "./files.ts";
import { Handles } from "./handles.ts";
import { createNames } from "./names.ts";
import type { Handler, SftpContext } from "./request.ts";
import { treeHandlers } from "./tree.ts";

/** Exit statuses of sftp-server. */
const EXIT = { ok: 0, badMessage: 11, fatal: 255 } as const;

const HANDLERS: ReadonlyMap<number, Handler> = new Map([...fileHandlers, ...treeHandlers]);

/** What the subsystem needs. */
export interface SftpParts {
  readonly session: Session;
  readonly login: Login;
  readonly channel: Channel;
}

function versionMessage(): Uint8Array {
  const writer = new WireWriter(512).u8(fxp.version).u32(3);
  for (const [name, version] of extensions) writer.string(name).string(version);
  return writer.finish();
}

function createContext({ session, login }: SftpParts): SftpContext {
  return {
    fs: login.fs,
    handles: new Handles(),
    names: createNames(login.fs),
    account: login.account,
    nowMs: () => session.clock.now(),
    pause: () => session.clock.sleep(0, session.signal),
    recordRead: (path: ByteString, size: number) =>
      session.record("file.read", { name: capture(fromByteString(path)), size, via: "sftp" }),
  };
}

/** The reply to one request, or null where sftp-server sends none. */
async function answer(context: SftpContext, payload: Uint8Array): Promise<Uint8Array | null> {
  const { type, reader } = readMessage(payload);
  const id = reader.u32();
  if (type === fxp.extended) {
    const handler = extensionHandlers.get(toText(reader.cstring()));
    return handler ? await handler(context, id, reader) : statusReply(id, status.unsupported);
  }
  const handler = HANDLERS.get(type);
  return handler ? await handler(context, id, reader) : null;
}

/** Serves one channel until its input ends. Resolves with the exit status. */
export async function runSftp(parts: SftpParts): Promise<number> {
  const { channel } = parts;
  const context = createContext(parts);
  const frames = new FrameReader();
  let greeted = false;
  const take = async (payload: Uint8Array): Promise<boolean> => {
    if (!greeted) {
      if (payload[0] !== fxp.init || payload.length < 5) return false;
      greeted = true;
      await channel.write(frame(versionMessage()));
      return true;
    }
    if (payload.length < 5) return false;
    const reply = await answer(context, payload);
    if (reply) await channel.write(frame(reply));
    return true;
  };
  try {
    for (;;) {
      const bytes = await channel.read();
      if (!bytes) return EXIT.ok;
      frames.push(bytes);
      for (let next = frames.next(); next !== null; next = frames.next()) {
        if (next === "too-long") return EXIT.badMessage;
        if (!(await take(next))) return EXIT.fatal;
      }
    }
  } catch (error) {
    if (isDecnetError(error, "protocol")) return EXIT.fatal;
    throw error;
  } finally {
    await context.handles.closeAll();
  }
}
