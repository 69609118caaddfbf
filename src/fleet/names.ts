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
  return namesOf(install).bridge(lan);
}

/** The host's end of the link `link` of a decky. */
export function hostLinkName(install: string, decky: string, link: string): string {
  return namesOf(install).hostLink(decky, link);
}

/** The host's end of the link of a neighbour that looks at machines for a moment: no machine's, and not looked for. */
export function neighbourLinkName(install: string, network: string, run: number): string {
  return `${linkPrefix(install)}p${digest(`${network}\n${run}`, 7)}`;
}

/** A link within its namespace, named by the LAN that it leads to, so that the others keep theirs when one goes. */
export function innerLinkName(lan: string): string {
  return lan.length <= 13 ? `e-${lan}` : `e-${lan.slice(0, 7)}${digest(lan, 6)}`;
}

/**
 * MAC of the host's end that has this name. A bridge without a MAC of its own takes the lowest of its ports': this one is
 * as high as one of a single machine can be, so that of a port that was there stays.
 */
export function hostMac(name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 4);
  return ["fe", "ff", ...Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** Marks a bridge that bears a name of the operator's as made by this install (IFLA_GROUP): "dn" in ASCII, then 16 bits. */
export function madeGroup(install: string): number {
  return 0x646e_0000 + (Number.parseInt(digest(install, 5), 36) % 0x1_0000);
}

/** The namespace of a decky, whose id is lower-case letters, digits and dashes. */
export function namespaceName(install: string, decky: string): string {
  return namesOf(install).namespace(decky);
}

/** The names of one install, for who makes many of them. */
export interface Names {
  bridge(lan: string): string;
  hostLink(decky: string, link: string): string;
  namespace(decky: string): string;
}

/** Makes names at half the cost each: what is the same in all of them is made once. */
export function namesOf(install: string): Names {
  const [link, namespace] = [linkPrefix(install), namespacePrefix(install)];
  return {
    bridge: (lan) => `${link}b${digest(lan, 7)}`,
    hostLink: (decky, name) => `${link}v${digest(`${decky}\n${name}`, 7)}`,
    namespace: (decky) => `${namespace}${decky}`,
  };
}
