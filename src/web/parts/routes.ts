// The pages' addresses: path to page and back. Pure; history is navigation.tsx's.

/** A page and what its address names. */
export type Route =
  | {
      readonly page:
        | "overview"
        | "attackers"
        | "sessions"
        | "credentials"
        | "deckies"
        | "workers"
        | "settings"
        | "missing";
    }
  | { readonly page: "attacker"; readonly ip: string }
  | { readonly page: "session"; readonly id: string };

/** The pages of the menu, with the second key of their `g` shortcut. */
export const menu = [
  { page: "overview", path: "/", label: "Overview", key: "o" },
  { page: "attackers", path: "/attackers", label: "Attackers", key: "a" },
  { page: "sessions", path: "/sessions", label: "Sessions", key: "s" },
  { page: "credentials", path: "/credentials", label: "Credentials", key: "c" },
  { page: "deckies", path: "/deckies", label: "Deckies", key: "d" },
  { page: "workers", path: "/workers", label: "Workers", key: "w" },
  { page: "settings", path: "/settings", label: "Settings", key: "," },
] as const;

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Reads a path. What is no page of ours is `missing`. */
export function parseRoute(path: string): Route {
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  const plain = menu.find((entry) => entry.path === trimmed);
  if (plain) return { page: plain.page };
  const parts = trimmed.split("/");
  const name = decode(parts[2] ?? "");
  if (parts.length !== 3 || !name) return { page: "missing" };
  if (parts[1] === "attackers") return { page: "attacker", ip: name };
  if (parts[1] === "sessions") return { page: "session", id: name };
  return { page: "missing" };
}

/** The address of an attacker's page. */
export function attackerPath(ip: string): string {
  return `/attackers/${encodeURIComponent(ip)}`;
}

/** The address of a session's page. */
export function sessionPath(id: string): string {
  return `/sessions/${encodeURIComponent(id)}`;
}
