// Who sits at the command line, for the audit trail: the user of this process, or the one behind sudo. Asks nobody.

import { nameOfUid } from "../platform/identity.ts";

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/;

/** A name fit for a header and an audit entry. */
export function operatorName(env: NodeJS.ProcessEnv, uid: number = process.getuid?.() ?? -1): string {
  const behind = uid === 0 ? env["SUDO_USER"] : undefined;
  const name = behind || nameOfUid(uid) || "";
  return NAME.test(name) ? name : `uid-${uid}`;
}

/** The same as an audit entry and an order name it. */
export function localOperator(env: NodeJS.ProcessEnv): string {
  return `local:${operatorName(env)}`;
}
