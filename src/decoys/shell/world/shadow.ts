// /etc/shadow after a password was changed: the account's line with a new hash and today's date.
// The hash is of no password at all, so that nothing is learnt from cracking it.

import type { Random } from "../../../contract/random.ts";
import { fromByteString } from "../bytes.ts";
import type { ByteString } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHADOW = "/etc/shadow";
const BYTES = 1 << 18;

/** Rewrites the line of an account. Does nothing where the file is missing or can't be written. */
export function rewriteShadow(
  files: FsView,
  change: { readonly name: ByteString; readonly random: Random; readonly day: number },
): void {
  const root = files.at({ uid: 0, gid: 0, groups: [] }, "/");
  const text = root.readText(SHADOW, BYTES);
  if (!text.ok) return;
  const letters = (count: number): string =>
    Array.from({ length: count }, () => ALPHABET.charAt(change.random.below(64))).join("");
  const lines = text.value.split("\n").map((line) => {
    const fields = line.split(":");
    if (fields[0] !== change.name) return line;
    const md5 = fields[1]?.startsWith("$1$") ?? false;
    const hash = md5 ? `$1$${letters(8)}$${letters(22)}` : `$y$j9T$${letters(22)}$${letters(43)}`;
    return [fields[0], hash, change.day, ...fields.slice(3)].join(":");
  });
  const file = root.openWrite(SHADOW, { via: "shell", truncate: true });
  if (!file.ok) return;
  file.value.write(0, fromByteString(lines.join("\n")));
  void file.value.close();
}
