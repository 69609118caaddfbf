// The files that one FTP login sees: the machine's own disk with the account's permissions, or, for anonymous, /srv/ftp
// alone. Keeps nothing itself: what is written lies on the disk that the other services of the machine share.

import type { Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import type { FilesLogin } from "../shell/shell.ts";
import { machineOf } from "../shell/shell.ts";
import { ANONYMOUS } from "../shell/world/files-ftp.ts";

/** Who logged in. */
export interface FtpLogin {
  readonly anonymous: boolean;
  /** Byte string. */
  readonly username: string;
}

/** Opens the files of a login. */
export function openFtpFiles(session: Session, persona: Persona, login: FtpLogin): FilesLogin {
  const machine = persona.shared(machineOf);
  if (login.anonymous) {
    const who = { uid: ANONYMOUS.uid, gid: ANONYMOUS.gid, groups: [ANONYMOUS.gid] };
    return machine.files({ session, who, home: "/", root: ANONYMOUS.home });
  }
  const user = machine.user(login.username);
  const who = { uid: user?.uid ?? 1000, gid: user?.gid ?? 1000, groups: user?.groups ?? [] };
  return machine.files({ session, who, home: user?.home ?? "/" });
}
