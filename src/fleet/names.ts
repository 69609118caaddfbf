// Names of kernel objects: known as ours, bound to one install, and the same each time for the same decky.
// An interface's name has at most 15 characters, so it is a hash; a namespace's name can be read.

import { createHash } from "node:crypto";

/** `length` letters and digits that stand for `text`. */
function digest(text: string, length: number): string {
  const number = createHash("sha256").update(text).digest().readBigUInt64BE();
  return number.toString(36).padStart(13, "0").slice(-length);
}

/** How every interface of an install begins: 7 characters. */
export function linkPrefix(install: string): string {
  return `dn${digest(install, 5)}`;
}

/** How every namespace of an install begins. */
export function namespacePrefix(install: string): string {
  return `decnet-${digest(install, 5)}-`;
}

/** The bridge of a LAN. */
export function bridgeName(install: string, lan: string): string {
  return `${linkPrefix(install)}b${digest(lan, 7)}`;
}

/** The host's end of the link `link` of a decky. */
export function hostLinkName(install: string, decky: string, link: string): string {
  return `${linkPrefix(install)}v${digest(`${decky}\n${link}`, 7)}`;
}

/** The namespace of a decky, whose id is lower-case letters, digits and dashes. */
export function namespaceName(install: string, decky: string): string {
  return `${namespacePrefix(install)}${decky}`;
}
