// Requests to decnet's API from its own page: the cookie is the only credential, and nothing is kept outside memory.
// Never sends a request to another origin.

import type { ApiError } from "../../api/types.ts";

/** An answer from 400 up, or none at all (`status` 0). */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** True when the answer was that nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof RequestFailed && error.status === 401;
}

const BASE = "/api/v1";

async function toFailure(response: Response): Promise<RequestFailed> {
  const body: Partial<ApiError> | undefined = await response.json().catch(() => undefined);
  const error = body?.error;
  return new RequestFailed(
    response.status,
    error?.code ?? "internal",
    error?.message ?? `The server answered ${response.status}.`,
  );
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(BASE + path, { credentials: "same-origin", redirect: "error", ...init }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
      throw new RequestFailed(0, "unreachable", "decnet does not answer. Is it running?");
    },
  );
  if (!response.ok) throw await toFailure(response);
  return response;
}

/** Query parameters; empty ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A path with its query. Path parts that come from data must be encoded by {@link pathOf}. */
export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== "") params.set(key, String(value));
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Joins path parts, each encoded. */
export function pathOf(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** GETs JSON. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, {
    headers: { Accept: "application/json" },
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as T;
}

/** GETs text. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await send(path, signal ? { signal } : {})).text();
}

/** POSTs JSON; resolves to undefined when the answer has no body. */
export async function postJson<T>(path: string, body: unknown): Promise<T | undefined> {
  const response = await send(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return text === "" ? undefined : (JSON.parse(text) as T);
}
