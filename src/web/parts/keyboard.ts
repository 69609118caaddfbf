// The keys of the dashboard. One listener; single letters act only outside of fields.

import { useEffect } from "react";
import { navigate } from "./navigation.tsx";
import { menu } from "./routes.ts";

/** Every key with what it does, as the help sheet lists them. */
export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["/"], does: "Search attackers" },
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["p"], does: "Pause or resume the live feed; play or pause a recording" },
  ...menu.map(({ key, label }) => ({ keys: ["g", key], does: `Go to ${label}` })),
  { keys: ["t"], does: "Change the theme" },
  { keys: ["?"], does: "This help" },
  { keys: ["Esc"], does: "Close, or leave a field" },
];

/** What the keys do that is not moving about. */
export interface KeyActions {
  readonly toggleHelp: () => void;
  readonly closeHelp: () => void;
  readonly changeTheme: () => void;
}

const CHORD_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

function moveRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next =
    rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

function openRow(event: KeyboardEvent): void {
  const row =
    event.target instanceof HTMLElement && event.target.matches("[data-row]") ? event.target : undefined;
  const link = row?.querySelector<HTMLElement>("[data-open]");
  if (!link) return;
  event.preventDefault();
  link.click();
}

function search(): void {
  const field = document.querySelector<HTMLInputElement>("main [data-search]");
  if (field) {
    field.focus();
    field.select();
  } else navigate("/attackers?find=1");
}

/** Listens while mounted. */
export function useKeyboard({ toggleHelp, closeHelp, changeTheme }: KeyActions): void {
  useEffect(() => {
    let chordAt = Number.NEGATIVE_INFINITY;
    const single = new Map<string, () => void>([
      ["/", search],
      ["j", () => moveRow(1)],
      ["k", () => moveRow(-1)],
      ["p", () => document.querySelector<HTMLElement>("main [data-pause]")?.click()],
      ["t", changeTheme],
      ["?", toggleHelp],
    ]);
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
      if (event.key === "Escape") {
        closeHelp();
        if (isTyping(event.target)) (event.target as HTMLElement).blur();
        return;
      }
      if (isTyping(event.target)) return;
      if (event.key === "Enter") {
        openRow(event);
        return;
      }
      const chorded = event.timeStamp - chordAt < CHORD_MS;
      chordAt = event.key === "g" && !chorded ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const goal = chorded ? menu.find(({ key }) => key === event.key) : undefined;
      const act = goal ? () => navigate(goal.path) : single.get(event.key);
      if (!act || (document.querySelector("dialog[open]") !== null && event.key !== "?")) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [toggleHelp, closeHelp, changeTheme]);
}
