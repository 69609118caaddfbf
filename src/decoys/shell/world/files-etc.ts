// /etc/passwd and its kin, for both kinds of machine.

import { createHash } from "node:crypto";
import type { World } from "./world.ts";

/** `/etc/passwd`. */
export function passwdFile(world: World): string {
  return world.users
    .map((user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`)
    .join("");
}

const BASE64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Characters of crypt(3)'s alphabet, the same for the same label. */
function cryptText(world: World, label: string, length: number): string {
  const digest = createHash("sha512")
    .update(world.persona.random(`shadow-${label.length}-${world.users.length}`).bytes(16))
    .update(label)
    .digest();
  return Array.from({ length }, (_, i) => BASE64.charAt((digest[i % digest.length] ?? 0) & 63)).join("");
}

/** `/etc/shadow`: hashes of the right form that no password fits, so that nothing is learnt from cracking them. */
export function shadowFile(world: World): string {
  const day = Math.floor(world.persona.installedAt / 86_400_000);
  const debian = world.persona.os.flavour === "debian";
  const hash = (name: string): string =>
    debian
      ? `$y$j9T$${cryptText(world, `${name}-salt`, 22)}$${cryptText(world, name, 43)}`
      : `$1$${cryptText(world, `${name}-salt`, 8)}$${cryptText(world, name, 22)}`;
  const accounts = new Set(
    world.persona.accounts.filter((account) => account.password !== null).map((account) => account.name),
  );
  return world.users
    .map(
      (user) =>
        `${user.name}:${accounts.has(user.name) ? hash(user.name) : user.uid === 0 || user.uid < 100 ? "*" : "!"}:${day}:0:99999:7:::\n`,
    )
    .join("");
}

/** `/etc/group`. */
export function groupFile(world: World): string {
  return world.groups.map((group) => `${group.name}:x:${group.gid}:${group.members.join(",")}\n`).join("");
}
