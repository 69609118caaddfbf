// Stylesheet, script and icon of a persona's site. Pure.

import type { SiteTheme } from "./site.ts";

/** The stylesheet. */
export function styleText(theme: Pick<SiteTheme, "accent" | "font">): string {
  return `body { margin: 0; font: 15px/1.5 ${theme.font}; color: #222; background: #f4f5f7; }
header { background: ${theme.accent}; color: #fff; padding: 14px 28px; }
header h1 { font-size: 20px; margin: 0 0 6px; }
nav a { color: #fff; margin-right: 16px; }
main { max-width: 860px; margin: 24px auto; background: #fff; padding: 20px 28px; border: 1px solid #d8dbe0; }
footer { text-align: center; color: #777; font-size: 12px; padding: 12px; }
label { display: block; margin: 10px 0 4px; }
input[type=text], input[type=password] { width: 260px; padding: 6px; border: 1px solid #b8bcc4; }
button { margin-top: 14px; padding: 7px 18px; background: ${theme.accent}; color: #fff; border: 0; }
.error { color: #a40000; }
table { border-collapse: collapse; }
td, th { border: 1px solid #d8dbe0; padding: 4px 10px; text-align: left; }
`;
}

/** The script: it marks the page that is open in the navigation. */
export function scriptText(): string {
  return `(function () {
  var links = document.querySelectorAll("nav a");
  for (var i = 0; i < links.length; i++) {
    if (links[i].pathname === location.pathname) links[i].style.fontWeight = "bold";
  }
})();
`;
}

/** A 16 by 16 icon of one colour with a lighter frame: ICO with one 32-bit bitmap. */
export function faviconBytes(accent: string): Uint8Array {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(accent.slice(at, at + 2), 16));
  const bytes = new Uint8Array(22 + 40 + 16 * 16 * 4 + 64);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 1, true);
  view.setUint16(4, 1, true);
  bytes.set([16, 16, 0, 0], 6);
  view.setUint16(10, 1, true);
  view.setUint16(12, 32, true);
  view.setUint32(14, bytes.length - 22, true);
  view.setUint32(18, 22, true);
  view.setUint32(22, 40, true);
  view.setInt32(26, 16, true);
  view.setInt32(30, 32, true);
  view.setUint16(34, 1, true);
  view.setUint16(36, 32, true);
  for (let pixel = 0; pixel < 256; pixel++) {
    const edge = pixel % 16 === 0 || pixel % 16 === 15 || pixel < 16 || pixel >= 240;
    const lift = edge ? 60 : 0;
    bytes.set([b, g, r].map((value) => Math.min(255, value + lift)).concat(255), 62 + pixel * 4);
  }
  return bytes;
}
