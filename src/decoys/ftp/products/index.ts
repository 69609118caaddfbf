// The registry of FTP products: which code answers for the claim of a persona.

import { DecnetError } from "../../../contract/errors.ts";
import type { Decoy } from "../../decoy.ts";
import type { Persona } from "../../personas/persona.ts";
import { PlainFtpConversation } from "./conversation.ts";
import type { FtpDialect } from "./dialect.ts";
import { diskStationFtp, microsoftFtp, proFtpd, vxWorksFtp } from "./texts.ts";
import { smallTree } from "./tree.ts";

/** Products beside vsftpd, which has a whole disk behind it. */
export const ftpDialects: readonly FtpDialect[] = Object.freeze([
  microsoftFtp,
  proFtpd,
  diskStationFtp,
  vxWorksFtp,
]);

/** The FTP server of a persona. */
export async function createFtpServer(persona: Persona): Promise<Decoy> {
  const claim = persona.products["ftp"]?.product ?? "vsftpd";
  if (claim === "vsftpd") return (await import("../session.ts")).createFtpDecoy(persona);
  const dialect = ftpDialects.find(({ product }) => product === claim);
  if (!dialect) throw new DecnetError("internal", `there is no FTP product "${claim}"`);
  const tree = smallTree(persona);
  return { serve: (session) => new PlainFtpConversation({ session, dialect, tree }).run() };
}
