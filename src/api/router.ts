// The parts that routes are declared with: a router, and responses as OpenAPI wants them.

import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiEnv } from "./env.ts";
import { rejectInvalid } from "./errors.ts";
import { errorSchema } from "./schemas.ts";

/** The router that routes are added to. */
export type ApiRouter = OpenAPIHono<ApiEnv>;

/** A router whose schemas' refusals become `invalid`. */
export function createRouter(): ApiRouter {
  return new OpenAPIHono<ApiEnv>({ defaultHook: (result) => rejectInvalid(result) });
}

const failures = {
  default: { description: "What went wrong", content: { "application/json": { schema: errorSchema } } },
};

/** A JSON answer and the one of every failure. */
export function answers<T extends z.ZodType>(schema: T, description: string) {
  return { 200: { description, content: { "application/json": { schema } } }, ...failures };
}

/** What was made, or a failure. */
export function answersCreated<T extends z.ZodType>(schema: T, description: string) {
  return { 201: { description, content: { "application/json": { schema } } }, ...failures };
}

/** An order that was taken and whose effect comes later, or a failure. */
export function answersAccepted<T extends z.ZodType>(schema: T, description: string) {
  return { 202: { description, content: { "application/json": { schema } } }, ...failures };
}

/** No content, or a failure. */
export function answersNothing(description: string) {
  return { 204: { description }, ...failures };
}

/** Bytes of one type, or a failure. */
export function answersBytes<Type extends string>(type: Type, description: string) {
  const content = { [type]: { schema: z.string().openapi({ format: "binary" }) } };
  return { 200: { description, content }, ...failures };
}

/** A JSON request body; requests of another type are refused. */
export function takes<T extends z.ZodType>(schema: T) {
  return { body: { content: { "application/json": { schema } }, required: true } } as const;
}

/** A whole number in a query: digits and nothing else, so that an empty text is none. */
export function whole(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/, "not a whole number")
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });
}

const limit = whole(1, 1000).default(100).openapi({ description: "most rows of a page" });
const cursor = z.string().min(1).max(512).openapi({ description: "`next` of the page before" });

/** Query of a list. */
export const paging = { limit, cursor: cursor.optional() };

/** `true` or `false` in a query. */
export const flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .openapi({ type: "boolean" });

/** A name of ours in a query: a decky, a service, a kind. */
export const nameFilter = z.string().min(1).max(64);
