// /etc/ssh: the settings of sshd and ssh, and the host keys that the decoy shows to the network.

import { hostKeyFiles } from "../../ssh/host-keys.ts";
import { type Content, currentContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import { sshdConfig } from "./files-admin.ts";
import type { World } from "./world.ts";

/** /etc/ssh/ssh_config: what is set in it. */
const SSH_CONFIG = `# This is the ssh client system-wide configuration file.  See
# ssh_config(5) for more information.

Include /etc/ssh/ssh_config.d/*.conf

Host *
#   ForwardAgent no
#   ForwardX11 no
#   PasswordAuthentication yes
#   StrictHostKeyChecking ask
#   IdentityFile ~/.ssh/id_rsa
#   IdentityFile ~/.ssh/id_ecdsa
#   IdentityFile ~/.ssh/id_ed25519
#   Port 22
    SendEnv LANG LC_*
    HashKnownHosts yes
    GSSAPIAuthentication yes
`;

/** Text that is made when somebody first looks, its size included: an RSA key takes a good part of a second. */
function lateContent(make: () => string): Content {
  let made: string | undefined;
  const text = (): string => {
    made ??= make();
    return made;
  };
  return {
    get size() {
      return text().length;
    },
    slice: (offset, length) => text().slice(offset, offset + length),
  };
}

/** Adds them; keys only where an sshd serves. */
export function addSshFiles(tree: TreeBuilder, { persona }: World): void {
  tree.file(
    "/etc/ssh/sshd_config",
    currentContent(() => sshdConfig(persona.portsOf("ssh"))),
  );
  tree.file("/etc/ssh/ssh_config", SSH_CONFIG);
  tree.dir("/etc/ssh/sshd_config.d");
  tree.dir("/etc/ssh/ssh_config.d");
  if (!("ssh" in persona.products)) return;
  for (const { name, mode, text } of hostKeyFiles(persona))
    tree.file(`/etc/ssh/${name}`, lateContent(text), { mode });
}
