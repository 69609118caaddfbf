// Names of users and groups as the fake machine's /etc/passwd and /etc/group tell them.

import { fromByteString } from "../../shell/bytes.ts";
import type { ByteString, SessionFs } from "../../shell/shell.ts";

/** An account as passwd(5) lists it. */
interface Entry {
  readonly name: ByteString;
  readonly home: ByteString;
}

/** Look-ups; unknown ids have no name. */
export interface Names {
  user(uid: number): ByteString | undefined;
  group(gid: number): ByteString | undefined;
  home(user: ByteString): ByteString | undefined;
}

function table(fs: SessionFs, path: ByteString): ByteString[][] {
  const content = fs.readFile(path);
  if (!content.ok) return [];
  return Buffer.from(content.value)
    .toString("latin1")
    .split("\n")
    .slice(0, 4096)
    .map((line) => line.split(":"))
    .filter((fields) => fields.length > 2 && fields[2] !== "");
}

/** Reads both files when first asked. */
export function createNames(fs: SessionFs): Names {
  let users: Map<number, Entry> | null = null;
  let groups: Map<number, ByteString> | null = null;
  const allUsers = (): Map<number, Entry> => {
    users ??= new Map(
      table(fs, "/etc/passwd").map(([name = "", , uid = "", , , home = "/"]) => [
        Number(uid),
        { name, home },
      ]),
    );
    return users;
  };
  return {
    user: (uid) => allUsers().get(uid)?.name,
    group(gid) {
      groups ??= new Map(table(fs, "/etc/group").map(([name = "", , id = ""]) => [Number(id), name]));
      return groups.get(gid);
    },
    home: (user) => [...allUsers().values()].find((entry) => entry.name === user)?.home,
  };
}

/** A name, or the number where there is none, as bytes. */
export function nameOrNumber(name: ByteString | undefined, id: number): ByteString {
  return name ?? String(id);
}

/** A name as bytes; empty where there is none. */
export function nameBytes(name: ByteString | undefined): Uint8Array {
  return fromByteString(name ?? "");
}
