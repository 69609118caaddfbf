// What a page shows when it has nothing to show yet: loading, nothing there, or a failure with a way on.

import type { ReactNode } from "react";
import { isSignedOut, RequestFailed } from "./http.ts";

/** Waits without jumping: as high as a few rows. */
export function Loading() {
  return (
    <div className="state loading" role="status">
      <span className="spinner" aria-hidden="true" /> Loading…
    </div>
  );
}

/** Nothing there, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="state empty">
      <p className="state-title">{title}</p>
      {children && <div className="state-body">{children}</div>}
    </div>
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof RequestFailed)) return "Something in this page went wrong.";
  if (error.status === 404) return "There is no such record. It may have been removed.";
  if (error.status === 403) return "Your role may not see this.";
  if (error.status === 429) return "Too many requests. Wait a moment and try again.";
  return error.message;
}

/** A failure with a retry. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  if (isSignedOut(error)) return null;
  return (
    <div className="state failure" role="alert">
      <p className="state-title">This could not be read</p>
      <p className="state-body">{reasonOf(error)}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** The part of a query that decides what is shown. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** Shows a query's data; older data stays visible while a newer read fails. */
export function Await<T>({
  query,
  children,
}: {
  readonly query: Loaded<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}
