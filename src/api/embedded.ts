// The dashboard's files as the build wrote them: loaded by the API's process alone.

import type { WebAssets } from "./web-assets.ts";
import { webAssetsFrom } from "./web-assets.ts";

/** The embedded files. */
export async function loadEmbeddedAssets(): Promise<WebAssets> {
  return webAssetsFrom((await import("../web/files.generated.ts")).files);
}
