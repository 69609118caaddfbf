// The small tree of files behind a login on a machine without a shell. Drawn from its persona, read-only.
// What is uploaded is captured and shown to nobody.

import type { Persona } from "../../personas/persona.ts";
import type { Entry } from "./dialect.ts";

/** A file's bytes, or null for a folder. */
export interface Node extends Entry {
  readonly body: Uint8Array | null;
}

/** Folders and files by absolute path; the root is `/`. */
export type SmallTree = ReadonlyMap<string, Node>;

const TEXTS: Readonly<Record<string, (persona: Persona) => Readonly<Record<string, string | null>>>> = {
  "windows-server": ({ hostname, domain }) => ({
    "/backup": null,
    "/backup/readme.txt": `Nightly exports of ${hostname}.${domain} are moved to the archive at 04:00.\r\n`,
    "/transfer": null,
    "/transfer/in": null,
    "/transfer/out": null,
    "/web.config":
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<configuration>\r\n  <system.webServer>\r\n    <directoryBrowse enabled="false" />\r\n  </system.webServer>\r\n</configuration>\r\n',
  }),
  "storage-server": ({ hostname }) => ({
    "/backup": null,
    "/backup/README": `Pool of ${hostname}. One folder per host.\n`,
    "/public": null,
  }),
  nas: ({ hostname }) => ({
    "/home": null,
    "/homes": null,
    "/public": null,
    "/public/scan": null,
    "/public/readme.txt": `Shared folder of ${hostname}. Files here are removed after 30 days.\r\n`,
  }),
  plc: ({ model }) => ({
    "/FLASH0": null,
    "/FLASH0/wwwroot": null,
    "/FLASH0/wwwroot/index.htm": `<html><head><title>${model?.name ?? ""}</title></head></html>\r\n`,
    "/FLASH0/fw": null,
    "/FLASH0/fw/version.txt": `${model?.firmware ?? ""}\r\n`,
  }),
};

/** The tree of a persona. */
export function smallTree(persona: Persona): SmallTree {
  const make = Object.hasOwn(TEXTS, persona.archetype) ? TEXTS[persona.archetype] : undefined;
  const random = persona.random("ftp-tree");
  const span = Math.max(1, persona.bootedAt - persona.installedAt);
  const nodes = Object.entries(make?.(persona) ?? {}).map(([path, text]): [string, Node] => {
    const body = text === null ? null : new Uint8Array(Buffer.from(text, "latin1"));
    const name = path.slice(path.lastIndexOf("/") + 1);
    const mtimeMs = persona.installedAt + random.below(span);
    return [path, { name, folder: body === null, size: body?.length ?? 0, mtimeMs, body }];
  });
  const root: Node = { name: "", folder: true, size: 0, mtimeMs: persona.installedAt, body: null };
  return new Map([["/", root], ...nodes]);
}

/** An absolute path without dots. Never leaves the root. */
export function absolute(folder: string, argument: string): string {
  const whole = argument.startsWith("/") ? argument : `${folder}/${argument}`;
  const kept: string[] = [];
  for (const part of whole.split(/[/\\]/)) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** What lies directly in a folder, by name. */
export function entriesOf(tree: SmallTree, folder: string): readonly Node[] {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  return [...tree]
    .filter(([path]) => path !== "/" && path.startsWith(prefix) && !path.slice(prefix.length).includes("/"))
    .map(([, node]) => node)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
