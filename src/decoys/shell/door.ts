// Who gets into a machine from a source: by the machine's own passwords, or by what that source has changed or left there.
// Keys count where the source itself wrote them, and as sshd's StrictModes has it.

import type { Persona } from "../personas/persona.ts";
import { utf8ByteString } from "./bytes.ts";
import type { Disk } from "./vfs/disks.ts";
import type { VNode } from "./vfs/node.ts";

const ROOT = { uid: 0, gid: 0, groups: [] };
/** Bytes of authorized_keys that are looked at. */
const KEYS_BYTES = 1 << 20;

type Left = Pick<Disk, "tree" | "passwords"> | undefined;

/** Whether a password opens an account. */
export function admits(persona: Persona, left: Left, login: { name: string; password: string }): boolean {
  const changed = left?.passwords.get(utf8ByteString(login.name));
  if (changed === undefined) return persona.admits(login.name, login.password);
  return changed === utf8ByteString(login.password);
}

/** Whether a public key opens an account: one line of its authorized_keys holds it. */
export function acceptsKey(persona: Persona, left: Left, key: { name: string; blob: Uint8Array }): boolean {
  const account = persona.accounts.find(({ name }) => name === key.name);
  if (!left?.tree.changed || !account) return false;
  const home = utf8ByteString(account.home);
  const on = [home, `${home}/.ssh`, `${home}/.ssh/authorized_keys`];
  const nodes = on.map((path) => left.tree.find(path, ROOT));
  const strict = (node: VNode): boolean =>
    (node.uid === 0 || node.uid === account.uid) && (node.mode & 0o022) === 0;
  if (!nodes.every((node) => node.ok && strict(node.value))) return false;
  const file = nodes.at(-1);
  if (!file?.ok || file.value.type !== "file") return false;
  const wanted = Buffer.from(key.blob).toString("base64");
  const lines = file.value.content.slice(0, KEYS_BYTES).split("\n");
  return lines.some((line) => !line.startsWith("#") && line.split(/[ \t]/).includes(wanted));
}
