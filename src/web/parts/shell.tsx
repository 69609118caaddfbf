// The frame around every page: skip link, menu, banners, the page itself.

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import type { Me } from "../../api/types.ts";
import { signOut } from "./account.ts";
import { Badge } from "./badges.tsx";
import { Banners } from "./banners.tsx";
import type { ExternalStore } from "./external-store.ts";
import type { LiveState } from "./live.ts";
import { Link, useRoute } from "./navigation.tsx";
import { menu, type Route } from "./routes.ts";
import { nextTheme, setTheme, themeStore } from "./theme.ts";
import { useStore } from "./use-store.ts";

const words: Record<LiveState, string> = {
  idle: "Offline",
  connecting: "Connecting",
  live: "Live",
  lost: "Reconnecting",
};

function isCurrent(entry: string, { page }: Route): boolean {
  return (
    entry === page ||
    (entry === "attackers" && page === "attacker") ||
    (entry === "sessions" && page === "session")
  );
}

function Menu() {
  const route = useRoute();
  const nav = useRef<HTMLElement>(null);
  // Where the menu scrolls sideways, the current page stays in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is current follows the address
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [route]);
  return (
    <nav ref={nav} className="menu" aria-label="Main">
      <ul>
        {menu.map(({ page, path, label, key }) => (
          <li key={page}>
            <Link to={path} data-keys={`g ${key}`} aria-current={isCurrent(page, route) ? "page" : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Pulse({ state }: { readonly state: ExternalStore<LiveState> }) {
  const now = useStore(state);
  return (
    <span className={`pulse ${now}`} role="status">
      <span className="dot" aria-hidden="true" />
      {words[now]}
    </span>
  );
}

/** Changes the theme: system, light, dark. */
function ThemeButton() {
  const theme = useStore(themeStore);
  return (
    <button type="button" className="button small" onClick={() => setTheme(nextTheme(theme))}>
      Theme: {theme}
    </button>
  );
}

interface ShellProps {
  readonly me: Me;
  readonly state: ExternalStore<LiveState>;
  readonly onHelp: () => void;
  readonly onRetry: () => void;
  readonly children: ReactNode;
}

/** The frame. */
export function Shell({ me, state, onHelp, onRetry, children }: ShellProps) {
  const client = useQueryClient();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="side">
        <div className="brand">
          <Link to="/" className="logo" aria-label="decnet, overview">
            <span className="logo-mark" aria-hidden="true" />
            decnet
          </Link>
          <Pulse state={state} />
        </div>
        <Menu />
        <div className="side-foot">
          <span className="me" title={`Signed in as ${me.username}, ${me.role}`}>
            {me.username} <Badge tone="neutral">{me.role}</Badge>
          </span>
          <div className="side-buttons">
            <ThemeButton />
            <button
              type="button"
              className="button small keys-button"
              onClick={onHelp}
              aria-label="Keyboard help"
            >
              ?
            </button>
            <button type="button" className="button small" onClick={() => void signOut(client)}>
              Sign out
            </button>
          </div>
        </div>
      </header>
      <div className="body">
        <Banners state={state} onRetry={onRetry} />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
