// Pages of devices: printer, camera, router, controller. Texts are our own, in the places where the devices have theirs.

import type { Persona } from "../../personas/persona.ts";
import { escapeHtml } from "../products/engine/wire.ts";
import type { Content, SiteRequest, WebSite } from "../products/product.ts";
import { basicSite, htmlPage, staticFile, tableOf, uptimeText, utf8 } from "./parts.ts";

const STYLE =
  "body{font:13px Arial,sans-serif;margin:24px}th{text-align:left;padding-right:20px}h1{font-size:18px}";

function page(title: string, body: string): Content {
  return { status: 200, type: "text/html", body: utf8(htmlPage(title, STYLE, body)) };
}

/** The printer's own pages: its state for everybody, its settings for its administrator. */
export function printerSite(persona: Persona): WebSite {
  const { model, hostname, mac } = persona;
  const name = model?.name ?? "";
  const links = `<p><a href="/hp/device/DeviceStatus/Index">Status</a> <a href="/hp/device/DeviceInformation/View">Device information</a> <a href="/hp/device/Settings">Settings</a></p>`;
  const toner = 20 + Number.parseInt(mac.slice(-2), 16) / 4;
  const status = (): Content =>
    page(
      name,
      `<h1>${escapeHtml(name)}</h1>\n${links}\n${tableOf([
        ["Status", "Ready"],
        ["Black cartridge", `${Math.round(toner)}%`],
        ["Tray 2", "A4, plain"],
      ])}`,
    );
  const info = (request: SiteRequest): Content =>
    page(
      name,
      `<h1>Device information</h1>\n${links}\n${tableOf([
        ["Model", name],
        ["Serial number", model?.serial ?? ""],
        ["Firmware", model?.firmware ?? ""],
        ["Host name", hostname],
        ["Hardware address", mac.toUpperCase()],
        ["IPv4 address", request.local.ip],
      ])}`,
    );
  return basicSite(persona, {
    realm: "Embedded Web Server",
    guardsAll: false,
    open: {
      "/": status,
      "/index.html": status,
      "/hp/device/DeviceStatus/Index": status,
      "/hp/device/DeviceInformation/View": info,
    },
    guarded: {
      "/hp/device/Settings": () =>
        page(
          name,
          `<h1>Settings</h1>\n${tableOf([
            ["FTP printing", "Enabled"],
            ["Telnet configuration", "Disabled"],
            ["SNMP community", "public"],
          ])}`,
        ),
    },
  });
}

/** A camera: nothing without its login. */
export function cameraSite(persona: Persona): WebSite {
  const { model } = persona;
  const name = model?.name ?? "";
  const home = (request: SiteRequest): Content =>
    page(
      name,
      `<h1>${escapeHtml(name)}</h1>\n${tableOf([
        ["Camera name", persona.hostname],
        ["Firmware version", model?.firmware ?? ""],
        ["MAC address", persona.mac.toUpperCase()],
        ["IP address", request.local.ip],
        ["System up time", uptimeText(persona, request.nowMs)],
      ])}`,
    );
  const info = (): Content => ({
    status: 200,
    type: "text/plain",
    body: utf8(
      `model=${name}\nproduct=Wireless Internet Camera\nbrand=${model?.vendor ?? ""}\nversion=${model?.firmware ?? ""}\nname=${persona.hostname}\nmacaddr=${persona.mac.toUpperCase()}\n`,
    ),
  });
  return basicSite(persona, {
    realm: name,
    guardsAll: true,
    // Public on these cameras: their set-up program asks for it.
    open: { "/common/info.cgi": info },
    guarded: { "/": home, "/home.htm": home, "/index.htm": home },
  });
}

/** The router's pages: what it is for everybody, everything else behind its login. */
export function routerSite(persona: Persona): WebSite {
  const { firmware, model, hostname } = persona;
  const title = `${hostname} (build ${firmware?.revision ?? ""})`;
  const shell = (name: string, body: string): Content => ({
    status: 200,
    type: "text/html",
    body: utf8(
      `<!DOCTYPE html>\n<html>\n\t<head>\n\t\t<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1" />\n\t\t<script type="text/javascript" src="lang_pack/language.js"></script>\n\t\t<link type="text/css" rel="stylesheet" href="style/elegant/style.css" />\n\t\t<title>${title} - ${name}</title>\n\t</head>\n\t<body>\n${body}\n\t</body>\n</html>\n`,
    ),
  });
  const info = (request: SiteRequest): Content =>
    shell(
      "Info",
      tableOf([
        ["Router Name", hostname],
        ["Router Model", model?.name ?? ""],
        ["Firmware", model?.firmware ?? ""],
        ["LAN IP", request.local.ip],
        ["Uptime", uptimeText(persona, request.nowMs)],
      ]),
    );
  const inner = (name: string) => () => shell(name, `<h1>${name}</h1>`);
  return basicSite(persona, {
    realm: "DD-WRT",
    guardsAll: false,
    open: {
      "/": info,
      "/Info.htm": info,
      "/style/elegant/style.css": () => ({
        status: 200,
        type: "text/css",
        body: utf8("body{font:12px Verdana}\n"),
      }),
      "/lang_pack/language.js": () => ({
        status: 200,
        type: "text/javascript",
        body: utf8("var share = {};\n"),
      }),
    },
    guarded: Object.fromEntries(
      ["index", "Setup", "Wireless_Basic", "Services", "Firewall", "Management", "Diagnostics"].map(
        (name) => [`/${name}.asp`, inner(name.replace("_", " "))],
      ),
    ),
  });
}

/** A controller's diagnostic pages. */
export function controllerSite(persona: Persona): WebSite {
  const { model } = persona;
  const name = model?.name ?? "";
  const home = staticFile(
    htmlPage(
      name,
      STYLE,
      `<h1>${escapeHtml(name)}</h1>\n<p><a href="/secure/system/index.htm">Diagnostics</a> <a href="/secure/setup/index.htm">Setup</a></p>`,
    ),
    "text/html",
    persona.installedAt,
  );
  const diagnostics = (request: SiteRequest): Content =>
    page(
      name,
      tableOf([
        ["Module", name],
        ["Firmware", model?.firmware ?? ""],
        ["Serial number", model?.serial ?? ""],
        ["MAC address", persona.mac.toUpperCase().replaceAll(":", " ")],
        ["IP address", request.local.ip],
        ["Rack state", "RUN"],
        ["Up time", uptimeText(persona, request.nowMs)],
      ]),
    );
  const setup = (): Content =>
    page(
      name,
      tableOf([
        ["Access control", "Disabled"],
        ["Port 502", "Enabled"],
        ["FTP", "Enabled"],
      ]),
    );
  return basicSite(persona, {
    realm: "Web server",
    guardsAll: false,
    open: {
      "/": () => ({ status: 302, location: "/index.htm" }),
      "/index.htm": () => home,
    },
    guarded: { "/secure/system/index.htm": diagnostics, "/secure/setup/index.htm": setup },
  });
}
