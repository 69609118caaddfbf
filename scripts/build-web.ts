// Bundles the dashboard into minified files with hashed names, ready to be embedded in the binary.
// Writes nothing to disk and reads nothing from the network.

import { join } from "node:path";

/** One file of the dashboard. `path` is its address, `type` its Content-Type. */
export interface WebFile {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array;
}

const WEB = join(import.meta.dir, "..", "src", "web");
const PLACEHOLDER = /\{\{([a-z-]+\.(?:js|css))\}\}/g;

const types = new Map([
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
]);

/** `./app-1a2b3c4d.js` is what became of `app.js`. */
function originalName(path: string): string {
  return path.replace(/^.*\//, "").replace(/-[0-9a-z]+(\.(?:js|css))$/, "$1");
}

async function bundle(): Promise<readonly Bun.BuildArtifact[]> {
  const result = await Bun.build({
    entrypoints: [join(WEB, "app.tsx"), join(WEB, "theme-boot.ts")],
    target: "browser",
    // A classic script that blocks the first paint can't be a module; both are self-contained, so neither needs to be.
    format: "iife",
    minify: true,
    naming: "[name]-[hash].[ext]",
    define: { "process.env.NODE_ENV": '"production"' },
    throw: true,
  });
  return result.outputs;
}

async function toFile(artifact: Bun.BuildArtifact): Promise<WebFile> {
  const name = artifact.path.replace(/^.*\//, "");
  const type = types.get(name.slice(name.lastIndexOf(".")));
  if (!type) throw new Error(`the bundle holds a file of an unexpected kind: ${name}`);
  return { path: `/assets/${name}`, type, body: new Uint8Array(await artifact.arrayBuffer()) };
}

async function page(files: readonly WebFile[]): Promise<WebFile> {
  const byName = new Map(files.map(({ path }) => [originalName(path), path]));
  const template = await Bun.file(join(WEB, "index.html")).text();
  const html = template.replace(PLACEHOLDER, (_whole, name: string) => {
    const path = byName.get(name);
    if (!path) throw new Error(`index.html names ${name}, which the bundle does not hold`);
    return path;
  });
  return { path: "/index.html", type: "text/html; charset=utf-8", body: new TextEncoder().encode(html) };
}

/** Builds the dashboard. Throws when the bundle fails or does not fit the page. */
export async function buildWeb(): Promise<WebFile[]> {
  const files = await Promise.all((await bundle()).map(toFile));
  const icon = {
    path: "/favicon.svg",
    type: "image/svg+xml",
    body: await Bun.file(join(WEB, "favicon.svg")).bytes(),
  };
  return [await page(files), ...files, icon];
}

if (import.meta.main) {
  for (const { path, type, body } of await buildWeb()) console.log(`${path}\t${type}\t${body.length}`);
}
