// Pages of Windows machines: IIS's place of a start page, and certificate enrolment of a domain controller.

import type { Persona } from "../../personas/persona.ts";
import type { Content, WebSite } from "../products/product.ts";
import { admitted, htmlPage, staticFile, utf8 } from "./parts.ts";

const STYLE = "body{font-family:Segoe UI,Tahoma,sans-serif;margin:40px;color:#333}";

/** The start page that is there once IIS is installed, in our own words. */
function startPage(persona: Persona): Content {
  const title = persona.os.pretty.includes("Server") ? "IIS Windows Server" : "IIS Windows";
  return staticFile(
    htmlPage(title, STYLE, `<h1>${title}</h1>`).replaceAll("\n", "\r\n"),
    "text/html",
    persona.installedAt,
  );
}

/** A machine with IIS and nothing of its own on it. */
export function windowsSite(persona: Persona): WebSite {
  const start = startPage(persona);
  return { answer: ({ path }) => (path === "/" || path === "/iisstart.htm" ? start : undefined) };
}

/** A domain controller with certificate enrolment behind its login. */
export function domainSite(persona: Persona): WebSite {
  const start = startPage(persona);
  const enrolment = htmlPage(
    "Certificate Services",
    STYLE,
    `<h1>Certificate Services &nbsp;--&nbsp; ${persona.domain.split(".")[0]}-${persona.hostname}-CA</h1><p><a href="certrqus.asp">Request a certificate</a></p>`,
  );
  return {
    answer(request) {
      if (request.path === "/" || request.path === "/iisstart.htm") return start;
      if (request.path === "/certsrv") {
        return { status: 301, location: `http://${request.host}/certsrv/` };
      }
      if (!request.path.startsWith("/certsrv/")) return undefined;
      const { basic } = request;
      if (!basic || !admitted(persona, basic)) {
        const tried = basic ? { accepted: false } : {};
        return {
          status: 401,
          extra: [["WWW-Authenticate", `Basic realm="${request.host.replace(/["\\]/g, "")}"`]],
          ...tried,
        };
      }
      const type = "text/html";
      return { status: 200, type, body: utf8(enrolment), accepted: true, read: request.path };
    },
  };
}
