// Pages of Windows machines with IIS and nothing of their own on it: the place of a start page.

import type { Persona } from "../../personas/persona.ts";
import type { Content, WebSite } from "../products/product.ts";
import { htmlPage, staticFile } from "./parts.ts";

/** Style of all of them. */
export const WINDOWS_STYLE = "body{font-family:Segoe UI,Tahoma,sans-serif;margin:40px;color:#333}";

/** The start page that is there once IIS is installed, in our own words. */
export function startPage(persona: Persona): Content {
  const title = persona.os.pretty.includes("Server") ? "IIS Windows Server" : "IIS Windows";
  const html = htmlPage(title, WINDOWS_STYLE, `<h1>${title}</h1>`).replaceAll("\n", "\r\n");
  return staticFile(html, "text/html", persona.installedAt);
}

/** The site. */
export function windowsSite(persona: Persona): WebSite {
  const start = startPage(persona);
  return { answer: ({ path }) => (path === "/" || path === "/iisstart.htm" ? start : undefined) };
}
