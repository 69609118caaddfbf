// EVAL, EVALSHA, SCRIPT and FUNCTION: simple scripts are answered, the rest fail or give nothing as a sandbox would.

import type { Context, Handler, Handlers } from "../context.ts";
import { admit, NOT_AN_INTEGER, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import type { LuaExpression } from "../lua.ts";
import { parseScript } from "../lua.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, empty, failure, int, map, nil, ok, simple } from "../reply.ts";

interface Arguments {
  readonly keys: readonly string[];
  readonly argv: readonly string[];
  readonly sha: string;
}

const sha1 = (text: string): string =>
  new Bun.CryptoHasher("sha1").update(Buffer.from(text, "latin1")).digest("hex");

/** The text of a value where a script wants one. */
function textOf(reply: Reply): string {
  if (reply.t === "simple" || reply.t === "bulk" || reply.t === "error") return reply.v;
  if (reply.t === "int") return reply.v.toString();
  return "";
}

async function callRedis(context: Context, args: readonly string[], given: Arguments): Promise<Reply> {
  const reply = await context.call(args);
  if (reply.t !== "error") return reply;
  const where = ` script: ${given.sha}, on @user_script:1.`;
  if (reply.v.startsWith("ERR unknown command")) {
    return failure(`ERR Unknown Redis command called from script${where}`);
  }
  if (reply.v.startsWith("ERR wrong number of arguments")) {
    return failure(`ERR Wrong number of args calling Redis command from script${where}`);
  }
  return failure(reply.v + where);
}

async function evaluate(context: Context, expression: LuaExpression, given: Arguments): Promise<Reply> {
  const next = (part: LuaExpression): Promise<Reply> => evaluate(context, part, given);
  switch (expression.kind) {
    case "nil":
      return nil;
    case "string":
      return bulk(expression.v);
    case "number":
      return int(Math.trunc(expression.v));
    case "boolean":
      return expression.v ? int(1) : nil;
    case "argument": {
      const value = (expression.list === "KEYS" ? given.keys : given.argv)[expression.index - 1];
      return value === undefined ? nil : bulk(value);
    }
    case "list":
      return bulks(expression.list === "KEYS" ? given.keys : given.argv);
    case "field": {
      const text = textOf(await next(expression.v));
      if (expression.name === "ok") return simple(text);
      return failure(text);
    }
    case "concat": {
      const parts = await Promise.all(expression.parts.map(next));
      return bulk(parts.map(textOf).join(""));
    }
    case "table": {
      const items: Reply[] = [];
      for (const part of expression.v) {
        const item = await next(part);
        if (item === nil) break;
        items.push(item);
      }
      return array(items);
    }
    case "call":
      return callFunction(context, expression, given);
  }
}

type Call = Extract<LuaExpression, { readonly kind: "call" }>;

async function callFunction(context: Context, call: Call, given: Arguments): Promise<Reply> {
  const args: Reply[] = [];
  for (const arg of call.args) args.push(await evaluate(context, arg, given));
  const texts = args.map(textOf);
  const [first = ""] = texts;
  if (call.name === "redis.call") return callRedis(context, texts, given);
  if (call.name === "redis.pcall") return context.call(texts);
  if (call.name === "redis.sha1hex") return bulk(sha1(first));
  if (call.name === "redis.status_reply") return simple(first);
  if (call.name === "redis.error_reply") return failure(first);
  if (call.name === "tostring") return bulk(first);
  if (call.name === "tonumber") return /^-?[0-9.]{1,18}$/.test(first) ? int(Math.trunc(Number(first))) : nil;
  return nil;
}

async function run(context: Context, source: string, given: Arguments): Promise<Reply> {
  const script = parseScript(source);
  if (!script.ok) {
    if (script.error === "compile") {
      return failure(`ERR Error compiling script (new function): user_script:1: ${script.text}`);
    }
    if (script.error === "unknown") return nil;
    return failure(
      `ERR user_script:1: Script attempted to access nonexistent global variable '${script.text.slice(0, 64)}' script: ${given.sha}, on @user_script:1.`,
    );
  }
  for (const statement of script.statements) {
    const reply = await evaluate(context, statement, given);
    if (reply.t === "error") return reply;
  }
  return evaluate(context, script.result, given);
}

function parseKeys(rest: readonly string[]): { keys: readonly string[]; argv: readonly string[] } {
  const count = toInt(rest[0], NOT_AN_INTEGER);
  if (count > rest.length - 1) refuse("ERR Number of keys can't be greater than number of args");
  if (count < 0) refuse("ERR Number of keys can't be negative");
  return { keys: rest.slice(1, count + 1), argv: rest.slice(count + 1) };
}

function remember(context: Context, source: string): string {
  const sha = sha1(source);
  if (!context.world.scripts.has(sha)) {
    admit(context, source.length + 64);
    context.world.scripts.set(sha, source);
  }
  return sha;
}

const runs: Handler = (context, [source = "", ...rest]) => {
  const keys = parseKeys(rest);
  return run(context, source, { ...keys, sha: remember(context, source) });
};

const runsKnown: Handler = (context, [sha = "", ...rest]) => {
  const keys = parseKeys(rest);
  const source = context.world.scripts.get(sha.toLowerCase());
  if (source === undefined) return failure("NOSCRIPT No matching script. Please use EVAL.");
  return run(context, source, { ...keys, sha: sha.toLowerCase() });
};

function load(context: Context, [source = ""]: readonly string[]): Reply {
  const script = parseScript(source);
  if (!script.ok && script.error === "compile") {
    return failure(`ERR Error compiling script (new function): user_script:1: ${script.text}`);
  }
  return bulk(remember(context, source));
}

/** Scripting. */
export const scripting: Handlers = {
  eval: runs,
  eval_ro: runs,
  evalsha: runsKnown,
  evalsha_ro: runsKnown,
  "script|load": load,
  "script|exists": (context, shas) =>
    array(shas.map((sha) => int(context.world.scripts.has(sha.toLowerCase()) ? 1 : 0))),
  "script|flush"(context, [mode]) {
    if (mode !== undefined && !["SYNC", "ASYNC"].includes(mode.toUpperCase())) {
      return failure("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
    }
    context.world.scripts.clear();
    context.world.freed();
    return ok;
  },
  "script|kill": () => failure("NOTBUSY No scripts in execution right now."),
  "script|debug": () => ok,
  "function|list": () => empty,
  "function|stats": () =>
    map([
      ...[bulk("running_script"), nil],
      ...[
        bulk("engines"),
        map([bulk("LUA"), map([bulk("libraries_count"), int(0), bulk("functions_count"), int(0)])]),
      ],
    ]),
  "function|load": (_context, args) =>
    failure(
      (args.at(-1) ?? "").startsWith("#!") ? "ERR Invalid library metadata" : "ERR Missing library metadata",
    ),
  "function|delete": () => failure("ERR Library not found"),
  "function|flush": () => ok,
  "function|kill": () => failure("NOTBUSY No scripts in execution right now."),
  "function|dump": () => bulk("\x0a\x00]\x9b\\@\x0f\x7f\xa2\xda"),
  "function|restore": () => failure("ERR DUMP payload version or checksum are wrong"),
  fcall: () => failure("ERR Function not found"),
  fcall_ro: () => failure("ERR Function not found"),
};
