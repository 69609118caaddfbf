// Request targets and body lengths, the parts of judging that products share.
// Decodes once and resolves dot segments; a path never leaves its root.

import type { BodyFraming } from "../../body.ts";
import { hexValue } from "../../characters.ts";
import type { Field, Refusal } from "./dialect.ts";
import { fieldOf } from "./dialect.ts";

/** A target taken apart; `climbs` when its dots lead above the root. */
export interface Target {
  readonly path: string;
  readonly query: string | undefined;
  readonly host: string | undefined;
  readonly climbs: boolean;
  /** A percent sign that begins no byte, or the byte zero. */
  readonly badEscape: boolean;
}

function decode(text: string): { readonly text: string; readonly bad: boolean } {
  let out = "";
  let bad = false;
  for (let at = 0; at < text.length; at++) {
    const high = text[at] === "%" ? hexValue(text.charCodeAt(at + 1)) : -1;
    const low = text[at] === "%" ? hexValue(text.charCodeAt(at + 2)) : -1;
    if (text[at] === "%" && (high < 0 || low < 0)) bad = true;
    if (high < 0 || low < 0) {
      out += text[at];
      continue;
    }
    out += String.fromCharCode(high * 16 + low);
    at += 2;
  }
  return { text: out, bad };
}

function resolve(path: string): { readonly path: string; readonly climbs: boolean } {
  const kept: string[] = [];
  let climbs = false;
  const segments = path.split("/").slice(1);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === "..") {
      if (kept.pop() === undefined) climbs = true;
      if (last) kept.push("");
    } else if (segment === "." || segment === "") {
      if (last) kept.push("");
    } else kept.push(segment);
  });
  return { path: `/${kept.join("/")}`, climbs };
}

/** Takes apart what stands between method and version. */
export function parseTarget(sent: string): Target | undefined {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(sent);
  const local = absolute ? (absolute[2] ?? "") : sent;
  const rooted = absolute && !local.startsWith("/") ? `/${local}` : local;
  if (!rooted.startsWith("/")) return undefined;
  const mark = rooted.indexOf("?");
  const raw = mark < 0 ? rooted : rooted.slice(0, mark);
  const decoded = decode(raw);
  const { path, climbs } = resolve(decoded.text);
  return {
    path,
    query: mark < 0 ? undefined : rooted.slice(mark + 1),
    host: absolute?.[1],
    climbs,
    badEscape: decoded.bad || decoded.text.includes("\0"),
  };
}

/** How a body is delimited; 400 and 501 as RFC 9112 section 6 has them. */
export function framingOf(fields: readonly Field[]): BodyFraming | Refusal {
  const length = fieldOf(fields, "content-length");
  const coding = fieldOf(fields, "transfer-encoding");
  if (length !== undefined && !/^\d{1,18}$/.test(length))
    return { status: 400, violation: "bad-body-length" };
  if (coding !== undefined) {
    const known = coding.toLowerCase() === "chunked";
    return known ? { kind: "chunked" } : { status: 501, violation: "unknown-transfer-encoding" };
  }
  const bytes = Number(length ?? "0");
  return bytes > 0 ? { kind: "length", length: bytes } : { kind: "none" };
}
