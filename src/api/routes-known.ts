// What the app answers to, read off its routes: which methods a path has, which keys a query may hold.
// Refuses a query with a key that the route does not know; decides nothing about who may ask.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { printable } from "../contract/captured.ts";
import { DecnetError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import type { ApiEnv } from "./env.ts";

/** The routes of an app as data. */
export interface KnownRoutes {
  /** Methods of a path as an `Allow` header lists them; empty for an unknown path. */
  methodsOf(path: string): readonly string[];
  /** Keys that the query of a request may hold; undefined for an unknown path or method. */
  queryKeysOf(method: string, path: string): readonly string[] | undefined;
}

interface Known {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly keys: readonly string[];
}

/** `/a/{id}` and `/a/:id` alike. */
function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => (/^[:{]/.test(part) ? "[^/]+" : RegExp.escape(part)));
  return new RegExp(`^${parts.join("/")}$`);
}

function keysOf(query: unknown): readonly string[] {
  const shape = (query as { readonly shape?: object } | undefined)?.shape;
  return shape ? Object.keys(shape) : [];
}

function declared(app: OpenAPIHono<ApiEnv>): Known[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request } = definition.route;
    return [{ method: method.toUpperCase(), path, pattern: patternOf(path), keys: keysOf(request?.query) }];
  });
}

/** Those that stand beside the OpenAPI document: the document itself and its page. */
function undeclared(app: OpenAPIHono<ApiEnv>): Known[] {
  return app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
    .map(({ method, path }) => ({ method, path, pattern: patternOf(path), keys: [] }));
}

/** Reads the routes of a finished app. */
export function readRoutes(app: OpenAPIHono<ApiEnv>): KnownRoutes {
  // Literal paths first: `/a/b` is itself before it is an `/a/{id}`.
  const all = [...declared(app), ...undeclared(app)];
  const known = [
    ...all.filter(({ path }) => !/[:{]/.test(path)),
    ...all.filter(({ path }) => /[:{]/.test(path)),
  ];
  return {
    methodsOf(path) {
      const own = new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
      // Hono answers HEAD by GET.
      if (own.has("GET")) own.add("HEAD");
      return [...own].sort();
    },
    queryKeysOf(method, path) {
      const wanted = method === "HEAD" ? "GET" : method;
      return known.find((route) => route.method === wanted && route.pattern.test(path))?.keys;
    },
  };
}

/** Refuses keys that the route does not know: a filter with a typing error would otherwise filter nothing. */
export function checkQuery(routes: () => KnownRoutes): MiddlewareHandler<ApiEnv> {
  return async function checkQuery(c, next) {
    const given = Object.keys(c.req.queries());
    const keys = given.length === 0 ? undefined : routes().queryKeysOf(c.req.method, c.req.path);
    const unknown = keys && given.find((key) => !keys.includes(key));
    if (keys && unknown !== undefined) {
      const message = `unknown query parameter "${printable(unknown, 40)}".${didYouMean(unknown, keys)}`;
      throw new DecnetError("invalid", message, { details: { known: keys } });
    }
    await next();
  };
}

/** Refuses what no route took: 405 where the path has other methods, else 404. */
export function refuseUnknown(routes: () => KnownRoutes, method: string, path: string): never {
  const allow = routes().methodsOf(path);
  if (allow.length === 0) throw new DecnetError("not_found", "no such resource");
  throw new DecnetError("method_not_allowed", `${method.slice(0, 16)} is not for this resource`, {
    details: { allow },
  });
}
