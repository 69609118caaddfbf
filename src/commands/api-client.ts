// Commands that ask the running install's API, as its local admin.

import { z } from "zod";
import { OPERATOR_HEADER } from "../api/operator-header.ts";
import { DecnetError, isDecnetError, toError } from "../contract/errors.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { findApiUrl, requireInstall } from "../kit/install.ts";
import { operatorName } from "./operator.ts";

const TIMEOUT_MS = 10_000;

/** One request to the API. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  /** The event stream, open until `signal` aborts. */
  stream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T>;
}

/** What the API said when it refused. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const refusalSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** The API's refusal that an error stands for; undefined for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  return isDecnetError(error, "refused") ? (error.details?.["refusal"] as Refusal | undefined) : undefined;
}

function refused(status: number, body: unknown): DecnetError {
  const parsed = refusalSchema.safeParse(body);
  if (!parsed.success) return new DecnetError("refused", `the API refused (${status}): no reason given`);
  const refusal: Refusal = { status, ...parsed.data.error };
  return new DecnetError("refused", `the API refused (${status}): ${refusal.message}`, {
    details: { refusal },
  });
}

async function call<T>(url: string, token: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        [OPERATOR_HEADER]: operatorName(process.env),
      },
    });
  } catch (error) {
    throw new DecnetError(
      "unavailable",
      `the API at ${new URL(url).origin} does not answer: ${toError(error).message}`,
    );
  }
  const body: unknown = response.status === 204 ? null : await response.json();
  if (response.ok) return body as T;
  throw refused(response.status, body);
}

async function openStream(
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(url, {
    redirect: "error",
    signal,
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.ok && response.body) return response.body;
  throw new DecnetError("refused", `the API refused its event stream (${response.status})`);
}

/** A client for the install on this folder. Throws DecnetError `unavailable` when it does not run. */
export function apiClient(folder: DataFolder): ApiClient {
  const { token } = requireInstall(folder);
  const url = findApiUrl(folder);
  if (url === undefined) {
    throw new DecnetError(
      "unavailable",
      "the API is not up; start it with decnet start api, or see logs/api.log in the data folder",
    );
  }
  return {
    url,
    get: (path) => call(`${url}/api/v1${path}`, token, { method: "GET" }),
    stream: (signal) => openStream(`${url}/api/v1/stream`, token, signal),
    send: (method, path, body) =>
      call(`${url}/api/v1${path}`, token, { method, body: JSON.stringify(body ?? {}) }),
  };
}
