// /srv/ftp: what somebody left in pub, and a folder to drop files in. The same for every caller.
// Gives no secret away: the backups name accounts, not passwords.

import { gzipSync } from "node:zlib";
import type { Persona } from "../../personas/persona.ts";
import { toByteString, utf8ByteString } from "../bytes.ts";
import { textContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";

/** The home of the account that anonymous logins run as, and that account. */
export const ANONYMOUS = Object.freeze({ home: "/srv/ftp", uid: 102, gid: 109 });

const DAY_MS = 86_400_000;

/** Adds them. */
export function addFtpFiles(tree: TreeBuilder, persona: Persona): void {
  const random = persona.random("ftp-files");
  const last = Math.floor(persona.bootedAt / DAY_MS) * DAY_MS + (2 * 60 + random.below(50)) * 60_000;
  const { home, uid, gid } = ANONYMOUS;
  const first = persona.installedAt + DAY_MS;
  tree.dir(home, { gid, mtimeMs: first });
  tree.dir(`${home}/pub`, { gid, mtimeMs: last });
  tree.dir(`${home}/incoming`, { mode: 0o775, uid, gid, mtimeMs: first });
  const readme = `Public files of ${persona.hostname}.${persona.domain}.\nUploads go to incoming/.\n`;
  tree.file(`${home}/pub/README`, readme, { mtimeMs: first });
  for (const age of [0, 7]) {
    const at = last - age * DAY_MS;
    const day = new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
    const name = utf8ByteString(`${persona.hostname}-etc-${day}.txt.gz`);
    const content = textContent(toByteString(configBackup(persona, at)));
    tree.file(`${home}/pub/${name}`, content, { mtimeMs: at });
  }
}

/** A backup of settings that names the machine's accounts and gives no secret away. */
function configBackup(persona: Persona, atMs: number): Uint8Array {
  const accounts = persona.accounts.map(
    (one) => `${one.name}:x:${one.uid}:${one.gid}:${one.gecos}:${one.home}:${one.shell}`,
  );
  const text = `# ${new Date(atMs).toISOString()} ${persona.hostname}
# /etc/hostname
${persona.hostname}
# /etc/hosts
127.0.0.1\tlocalhost
127.0.1.1\t${persona.hostname}.${persona.domain}\t${persona.hostname}
# /etc/passwd
${accounts.join("\n")}
`;
  return new Uint8Array(gzipSync(text, { level: 6 }));
}
