// /var/www/html: the very files that the web server serves, and the scripts that it runs.
// Draws nothing of its own: the site is the http decoy's.

import { createSite } from "../../http/site.ts";
import { toByteString } from "../bytes.ts";
import { textContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import type { World } from "./world.ts";

/** Where the site lies on the machine's disk. */
const SITE_ROOT = "/var/www/html";
const APPLICATION = "/var/www/app/bootstrap.php";

/** Adds them. */
export function addSiteFiles(tree: TreeBuilder, { persona }: World): void {
  const site = persona.shared(createSite);
  for (const [path, { modifiedAt }] of site.folders)
    tree.dir(path === "/" ? SITE_ROOT : SITE_ROOT + path, { mtimeMs: modifiedAt });
  for (const [path, { body, modifiedAt }] of site.files)
    tree.file(SITE_ROOT + path, textContent(toByteString(body)), { mtimeMs: modifiedAt });
  const old = { mtimeMs: persona.installedAt };
  for (const path of site.scripts) {
    const name = /([a-z]+)\.php$/.exec(path)?.[1] ?? "index";
    const source = `<?php\nrequire_once '${APPLICATION}';\n\nApp::run('${name}');\n`;
    tree.file(SITE_ROOT + path, source, old);
  }
  tree.file(
    APPLICATION,
    "<?php\nsession_name('PHPSESSID');\nsession_start();\nspl_autoload_register(function (string $class): void {\n    require __DIR__ . '/src/' . $class . '.php';\n});\n",
    old,
  );
}
