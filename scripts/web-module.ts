// Writes the bundled dashboard as a module, so that the executable carries it: src/web/files.generated.ts.

import { join } from "node:path";
import { buildWeb } from "./build-web.ts";

const path = join(import.meta.dir, "..", "src", "web", "files.generated.ts");

/** Bundles the dashboard and writes the module; leaves the file alone when nothing changed. */
export async function writeWebModule(): Promise<void> {
  const files = await buildWeb();
  const rows = files.map((file) => {
    const body = Buffer.from(file.body).toString("base64");
    return `  { path: ${JSON.stringify(file.path)}, type: ${JSON.stringify(file.type)}, body: "${body}" },\n`;
  });
  const head = "// Made by scripts/build: the dashboard's files. Not for editing.\n\n";
  const type = "readonly { readonly path: string; readonly type: string; readonly body: string }[]";
  const text = `${head}export const files: ${type} = [\n${rows.join("")}];\n`;
  const file = Bun.file(path);
  if ((await file.exists()) && (await file.text()) === text) return;
  await Bun.write(path, text);
}
