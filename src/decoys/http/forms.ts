// Fields of submitted forms (urlencoded, JSON) and the login in them. Pure.
// Field names and values are byte strings and never become keys.

import { hexValue, textOf } from "./characters.ts";

/** One submitted field. */
export interface FormField {
  readonly name: string;
  readonly value: string;
}

/** A name and password somebody submitted. Byte strings. */
export interface SubmittedLogin {
  readonly username: string;
  readonly password: string;
}

const MAX_FIELDS = 64;
const MAX_VALUE = 4096;

function decodeComponent(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "%") {
      const high = hexValue(text.charCodeAt(at + 1));
      const low = hexValue(text.charCodeAt(at + 2));
      if (high >= 0 && low >= 0) {
        out += String.fromCharCode(high * 16 + low);
        at += 2;
        continue;
      }
    }
    out += char === "+" ? " " : char;
  }
  return out;
}

/** Fields of an urlencoded text. */
export function parseUrlEncoded(text: string): FormField[] {
  return text
    .split("&", MAX_FIELDS)
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      const value = at < 0 ? "" : pair.slice(at + 1);
      return {
        name: decodeComponent(name).slice(0, MAX_VALUE),
        value: decodeComponent(value).slice(0, MAX_VALUE),
      };
    });
}

/** Texts and numbers of a JSON object, one level of nesting included. */
export function parseJsonFields(text: string): FormField[] {
  let root: unknown;
  try {
    root = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
  } catch (error) {
    // Malformed JSON, or JSON nested beyond the stack: it holds no login.
    if (error instanceof SyntaxError || error instanceof RangeError) return [];
    throw error;
  }
  const fields: FormField[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (fields.length >= MAX_FIELDS) return;
      if (typeof inner === "string" || typeof inner === "number") {
        fields.push({ name: byteString(name), value: byteString(String(inner)) });
      } else if (depth < 1) collect(inner, depth + 1);
    }
  };
  collect(root, 0);
  return fields;
}

function byteString(text: string): string {
  return textOf(Buffer.from(text.slice(0, MAX_VALUE), "utf8"));
}

/** The fields of a body by its Content-Type; multipart bodies are read by multipart.ts. */
export function parseFormBody(contentType: string, body: Uint8Array): FormField[] {
  const type = contentType.toLowerCase();
  if (type.startsWith("multipart/")) return [];
  const text = textOf(body);
  if (type.includes("json") || /^\s{0,16}\{/.test(text)) return parseJsonFields(text);
  return parseUrlEncoded(text);
}

const PASSWORDS = [
  "password",
  "passwd",
  "pass",
  "pwd",
  "passwort",
  "psw",
  "pw",
  "userpass",
  "jpassword",
  "secret",
];
const USERNAMES = [
  "username",
  "user",
  "login",
  "log",
  "email",
  "mail",
  "uname",
  "userid",
  "usr",
  "account",
  "loginname",
  "jusername",
  "name",
  "id",
];

function find(fields: readonly FormField[], names: readonly string[], part: RegExp): FormField | undefined {
  const plain = fields.map((field) => ({ field, key: field.name.toLowerCase().replace(/[^a-z0-9]/g, "") }));
  for (const name of names) {
    const exact = plain.find((entry) => entry.key === name);
    if (exact) return exact.field;
  }
  return plain.find((entry) => part.test(entry.key))?.field;
}

/** The login among submitted fields, whatever the form calls them. */
export function findLogin(fields: readonly FormField[]): SubmittedLogin | undefined {
  const password = find(fields, PASSWORDS, /pass|pwd/);
  if (!password) return undefined;
  const others = fields.filter((field) => field !== password);
  const username = find(others, USERNAMES, /user|login|mail/);
  return username ? { username: username.value, password: password.value } : undefined;
}

/** The login of an `Authorization: Basic` value, by nginx's reading; undefined when it is none. */
export function basicLogin(value: string): SubmittedLogin | undefined {
  const match = /^basic +([A-Za-z0-9+/_=-]+)$/i.exec(value);
  if (!match?.[1]) return undefined;
  const text = textOf(Buffer.from(match[1], "base64"));
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
