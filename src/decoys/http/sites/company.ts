// The company site with its PHP application, as servers other than nginx answer it.
// The same files and the same application as nginx has: site.ts, app.ts.

import type { Persona } from "../../personas/persona.ts";
import { createApp } from "../app.ts";
import type { Content, WebSite } from "../products/product.ts";
import { createSite } from "../site.ts";
import { admitted } from "./parts.ts";

/** The site of a persona. */
export function companySite(persona: Persona): WebSite {
  const site = persona.shared(createSite);
  const app = createApp(persona, site);
  const fileAt = (path: string): Content | undefined => {
    const file = site.files.get(path);
    return file && { status: 200, type: file.type, body: file.body, modifiedAt: file.modifiedAt };
  };
  const vault = `${site.vault.folder}/`;
  return {
    answer(request) {
      const { path, query } = request;
      const folder = site.folders.get(path.endsWith("/") && path !== "/" ? path.slice(0, -1) : path);
      if (path.startsWith(vault)) {
        if (!request.basic || !admitted(persona, request.basic)) {
          const tried = request.basic ? { accepted: false } : {};
          return {
            status: 401,
            extra: [["WWW-Authenticate", `Basic realm="${site.vault.realm}"`]],
            ...tried,
          };
        }
        const file = fileAt(path);
        return file ? { ...file, accepted: true, read: path } : { status: 403, accepted: true };
      }
      if (folder && !path.endsWith("/")) {
        const rest = query === undefined || query === "" ? "" : `?${query}`;
        return { status: 301, location: `http://${request.host}${path}/${rest}` };
      }
      const target = folder ? folder.index : path;
      if (target === undefined) return { status: 403 };
      if (!site.scripts.has(target)) return fileAt(target);
      const { reply, accepted } = app.handle({
        script: target,
        method: request.method,
        cookie: request.get("cookie"),
        login: request.login,
        uploaded: request.uploaded,
        nowMs: request.nowMs,
        random: request.random,
      });
      const { status, reason, type, body, extra = [] } = reply;
      const more = {
        ...(reason === undefined ? {} : { reason }),
        ...(accepted === undefined ? {} : { accepted }),
      };
      return { status, ...(type === undefined ? {} : { type }), body, generated: true, extra, ...more };
    },
  };
}
