// Dark, light, or as the system says. The choice is the only thing that the page keeps in local storage.

import { createStore } from "./external-store.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "decnet.theme";

function isTheme(text: string | null): text is Theme {
  return themes.some((theme) => theme === text);
}

/** Storage may be forbidden by the browser; then the choice lasts as long as the page. */
function read(): Theme {
  try {
    const kept = globalThis.localStorage?.getItem(KEY) ?? null;
    return isTheme(kept) ? kept : "system";
  } catch (error) {
    if (error instanceof DOMException) return "system";
    throw error;
  }
}

function keep(theme: Theme): void {
  try {
    globalThis.localStorage?.setItem(KEY, theme);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** The choice. */
export const themeStore = createStore<Theme>("system");

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  themeStore.set(theme);
}

/** Applies what was chosen before. */
export function loadTheme(): void {
  apply(read());
}

/** Chooses a theme, applies and keeps it. */
export function setTheme(theme: Theme): void {
  keep(theme);
  apply(theme);
}

/** The theme after this one, for a button that cycles. */
export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
}
