// Moving between pages with the history API: links, programmatic moves, the query string.
// Loads no page by itself and never leaves the origin.

import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from "react";
import { parseRoute, type Route } from "./routes.ts";

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) window.addEventListener("popstate", tell);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener("popstate", tell);
  };
}

const href = (): string => window.location.pathname + window.location.search;

/** Goes to a path of ours. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (to === href()) return;
  if (options.replace) window.history.replaceState(null, "", to);
  else {
    window.history.pushState(null, "", to);
    window.scrollTo(0, 0);
  }
  tell();
}

/** The current address. */
export function useHref(): string {
  return useSyncExternalStore(subscribe, href);
}

/** The current page. */
export function useRoute(): Route {
  const path = useHref().split("?")[0] ?? "/";
  return useMemo(() => parseRoute(path), [path]);
}

/** One parameter of the query string, with a function that sets it in place. */
export function useParam(name: string, fallback: string): readonly [string, (next: string) => void] {
  const search = useHref().split("?")[1] ?? "";
  const value = new URLSearchParams(search).get(name) ?? fallback;
  const set = (next: string): void => {
    const params = new URLSearchParams(window.location.search);
    if (next === fallback) params.delete(name);
    else params.set(name, next);
    const text = params.toString();
    navigate(window.location.pathname + (text === "" ? "" : `?${text}`), { replace: true });
  };
  return [value, set];
}

/** A link within the dashboard; with a modifier key the browser does what it always does. */
export function Link({
  to,
  ...rest
}: { readonly to: string; readonly "data-keys"?: string; readonly "data-open"?: boolean } & Omit<
  AnchorHTMLAttributes<HTMLAnchorElement>,
  "href"
>) {
  const onClick = (event: MouseEvent<HTMLAnchorElement>): void => {
    rest.onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={to} onClick={onClick} />;
}
