// CONFIG: what the server is set to, and what an intruder sets it to; remembered for that source, obeyed never.

import { configAliases, configDefaults } from "../config-defaults.ts";
import { checkConfig, normaliseConfig } from "../config-table.ts";
import type { Context, Handlers } from "../context.ts";
import { admit, toPairs } from "../context.ts";
import { globBudget, globMatches } from "../glob.ts";
import type { Reply } from "../reply.ts";
import { bulk, failure, map, ok } from "../reply.ts";

const canonical = (name: string): string => configAliases.get(name) ?? name;

function get(context: Context, patterns: readonly string[]): Reply {
  const budget = globBudget();
  const wanted = patterns.map((pattern) => pattern.toLowerCase());
  const found = context.world
    .settings()
    .filter(([name]) => wanted.some((pattern) => globMatches(pattern, name, budget)));
  return map(found.flatMap(([name, value]) => [bulk(name), bulk(value)]));
}

function set(context: Context, args: readonly string[]): Reply {
  const changes = new Map<string, string>();
  for (const [given, value] of toPairs(args, "config|set")) {
    const name = given.toLowerCase();
    if (!configDefaults.has(canonical(name))) {
      return failure(`ERR Unknown option or number of arguments for CONFIG SET - '${given.slice(0, 256)}'`);
    }
    const objection = changes.has(canonical(name))
      ? "duplicate parameter"
      : checkConfig(canonical(name), value, context.world.machine.folders);
    if (objection) {
      return failure(`ERR CONFIG SET failed (possibly related to argument '${given}') - ${objection}`);
    }
    changes.set(canonical(name), value);
  }
  admit(
    context,
    args.reduce((sum, arg) => sum + arg.length + 64, 0),
  );
  for (const [name, value] of changes) context.world.changeSetting(name, normaliseConfig(name, value));
  return ok;
}

/** CONFIG. */
export const config: Handlers = {
  "config|get": get,
  "config|set": set,
  "config|rewrite": () => ok,
  "config|resetstat"(context) {
    const { stats } = context.world;
    Object.assign(stats, { connections: 0, commands: 0, hits: 0, misses: 0, errors: 0, rejected: 0 });
    context.world.errors.clear();
    return ok;
  },
};
