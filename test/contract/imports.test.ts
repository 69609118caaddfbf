// Who may import whom: the layers of the source tree, held for static, dynamic and type imports alike.

import { describe, expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** Folder under src to the folders that it may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  bus: ["contract", "platform"],
  fingerprints: ["contract"],
  identity: ["contract"],
  fleet: ["contract", "topology"],
  platform: ["contract", "fleet"],
  topology: ["contract"],
  // The kit asks systemd who is in charge; platform knows of nothing but contract, so no cycle can come of it.
  kit: ["contract", "bus", "fingerprints", "identity", "platform"],
  store: ["contract", "bus", "fingerprints", "identity"],
  evidence: ["contract", "kit", "store", "decoys"],
  decoys: ["contract", "kit", "fingerprints"],
  workers: [
    "contract",
    "bus",
    "fingerprints",
    "identity",
    "kit",
    "store",
    "evidence",
    "fleet",
    "platform",
    "topology",
    "fleet",
    "decoys",
    "api",
    "version",
  ],
  api: [
    "contract",
    "bus",
    "kit",
    "store",
    "evidence",
    "fleet",
    "topology",
    "decoys",
    "workers",
    "version",
    "web",
  ],
  web: ["api", "contract"],
  commands: [
    "contract",
    "bus",
    "kit",
    "store",
    "evidence",
    "fleet",
    "platform",
    "topology",
    "decoys",
    "api",
    "workers",
    "version",
  ],
  main: ["commands"],
  version: [],
};

/** Narrower than the table: what else must hold of one import. */
function extra(file: string, target: string): string | undefined {
  const [layer, place] = target.split("/");
  const [from, own] = file.split("/");
  const foreign = from === "workers" && layer === "workers" && own !== "index.ts" && place !== own;
  if (foreign && place !== "index.ts") return "a worker imports another worker";
  if (from === "api" && layer === "workers" && !/^workers\/(index|[a-z]+\/index)\.ts$/.test(target)) {
    return "the API imports a worker's internals";
  }
  if (from === "web" && layer === "api" && target !== "api/types.ts")
    return "the dashboard imports more than API types";
  if (from === "api" && layer === "web" && !target.startsWith("web/files"))
    return "the API imports the dashboard's code";
  if (from === "bus" && layer === "platform" && target !== "platform/libc/sockets.ts")
    return "the bus imports more of the platform than options of sockets";
  if (from === "evidence" && layer === "decoys" && target !== "decoys/decoy.ts")
    return "the door imports a decoy";
  return undefined;
}

/** `[type]`: the whole statement is erased. */
const IMPORT =
  /(?:(?:^|\n)(?:import|export)\s+(type\s)?[^"';]*from\s+|import\s*\(\s*|(?:^|\n)import\s+)"(\.{1,2}\/[^"]+)"/g;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly dynamic: boolean;
  /** For types alone: nothing of it is left when the code runs. */
  readonly erased: boolean;
}

async function imports(): Promise<Import[]> {
  const found: Import[] = [];
  for await (const file of new Bun.Glob("**/*.{ts,tsx}").scan(join(root, "src"))) {
    if (/\.(test|generated)\.tsx?$/.test(file)) continue;
    const source = await Bun.file(join(root, "src", file)).text();
    for (const match of source.matchAll(IMPORT)) {
      const target = normalize(join(dirname(file), match[2] ?? ""));
      found.push({ file, target, dynamic: /\(\s*"/.test(match[0]), erased: match[1] !== undefined });
    }
  }
  return found;
}

const layerOf = (file: string): string => (file.split("/")[0] ?? "").replace(/\.ts$/, "");
const all = await imports();

describe("layers", () => {
  test("imports are found at all", () => {
    expect(all.length).toBeGreaterThan(100);
  });

  test("each folder imports only what lies below it", () => {
    const wrong = all.filter(({ file, target }) => {
      const [from, to] = [layerOf(file), layerOf(target)];
      if (target.startsWith("..")) return !/(package|docs\/archetypes\/disguise)\.json$/.test(target);
      return from !== to && !(allowed[from]?.includes(to) ?? false);
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("no worker imports another, the API no worker's internals, the dashboard only API types", () => {
    const wrong = all.flatMap(({ file, target }) => {
      const reason = extra(file, target);
      return reason ? [`${file} -> ${target}: ${reason}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test("there are no cycles of static imports", () => {
    const graph = Map.groupBy(
      all.filter((entry) => !entry.dynamic && !entry.erased),
      (entry) => entry.file,
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      if (done.has(file)) return;
      for (const { target } of graph.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test("a definition in a registry costs nothing heavy to import", () => {
    const light = /^(workers\/[a-z]+|decoys\/[a-z]+)\/index\.ts$/;
    const heavy = all.filter(({ file, target, dynamic }) => {
      if (!light.test(file) || dynamic) return false;
      return !["kit/worker.ts", "decoys/decoy.ts"].includes(target);
    });
    expect(heavy.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });
});
