// Builds the executable: the web files first, then everything into one file per target.

import { mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pkg from "../package.json" with { type: "json" };
import { commitOf } from "./lib/commit.ts";
import { writeWebModule } from "./web-module.ts";

const targets = ["linux-x64", "linux-arm64", "linux-x64-musl"] as const;
type Target = (typeof targets)[number];

const root = join(import.meta.dir, "..");

/** The runtime of another target, from its npm package (Bun's own download would need a host of its own). */
function runtimeOf(target: Target): string {
  const name = `@oven/bun-${target.replace("arm64", "aarch64")}`;
  const path = join(root, ".tools", "targets", target, "node_modules", name, "bin", "bun");
  if (!statSync(path, { throwIfNoEntry: false })) {
    const prefix = join(root, ".tools", "targets", target);
    mkdirSync(prefix, { recursive: true });
    const install = Bun.spawnSync(
      [
        "npm",
        "install",
        "--prefix",
        prefix,
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--force",
        `${name}@${pkg.engines.bun}`,
      ],
      { stdout: "ignore", stderr: "pipe" },
    );
    if (!install.success)
      throw new Error(`the runtime for ${target} could not be installed: ${install.stderr.toString()}`);
  }
  return path;
}

/** Native parts that ssh2 takes where it finds them: left out, so that it takes its own code instead. */
const withoutNativeParts: Bun.BunPlugin = {
  name: "without-native-parts",
  setup(build) {
    build.onResolve({ filter: /(^cpu-features$|sshcrypto\.node$)/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: 'throw new Error("left out of this build")',
      loader: "js",
    }));
  },
};

async function build(target: Target | undefined): Promise<void> {
  const outfile = join(root, "dist", target === undefined ? "decnet" : `decnet-${target}`);
  const draft = `${outfile}.${process.pid}`;
  const result = await Bun.build({
    entrypoints: [join(root, "src/main.ts")],
    minify: { syntax: true, whitespace: true },
    bytecode: true,
    // Each process loads the parts that it runs, and no more.
    splitting: true,
    format: "esm",
    plugins: [withoutNativeParts],
    define: { DECNET_VERSION: JSON.stringify(pkg.version), DECNET_COMMIT: JSON.stringify(commitOf()) },
    compile: {
      outfile: draft,
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(target === undefined
        ? {}
        : { target: `bun-${target}` as const, executablePath: runtimeOf(target) }),
    },
  });
  if (!result.success) throw new AggregateError(result.logs, "the build failed");
  // A binary that runs is replaced, never written into.
  renameSync(draft, outfile);
  const mib = (statSync(outfile).size / 2 ** 20).toFixed(0);
  console.log(`built ${outfile.slice(root.length + 1)} (${mib} MiB, ${pkg.version}, ${commitOf()})`);
}

const { values } = parseArgs({ options: { target: { type: "string" } } });
const wanted = values.target;
const chosen: readonly (Target | undefined)[] =
  wanted === undefined
    ? [undefined]
    : wanted === "all"
      ? targets
      : targets.filter((target) => target === wanted);
if (chosen.length === 0) {
  console.error(`unknown target "${wanted}"; one of: ${targets.join(", ")}, all`);
  process.exit(64);
}
mkdirSync(join(root, "dist"), { recursive: true });
await writeWebModule();
for (const target of chosen) await build(target);
