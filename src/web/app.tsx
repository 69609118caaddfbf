// The dashboard: signs in, keeps the live connection, shows the page that the address names.

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/banners.css";
import "./styles/forms.css";
import "./styles/parts.css";
import "./styles/panel.css";
import "./styles/untrusted.css";
import "./styles/table.css";
import "./styles/feed.css";
import "./styles/pages.css";
import "./styles/terminal.css";
import "./styles/workers.css";
import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Me } from "../api/types.ts";
import { AttackerPage } from "./pages/attacker.tsx";
import { AttackersPage } from "./pages/attackers.tsx";
import { CredentialsPage } from "./pages/credentials.tsx";
import { DeckiesPage } from "./pages/deckies.tsx";
import { LoginPage } from "./pages/login.tsx";
import { MissingPage } from "./pages/missing.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SessionPage } from "./pages/session.tsx";
import { SessionsPage } from "./pages/sessions.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { WorkersPage } from "./pages/workers.tsx";
import { HelpSheet } from "./parts/help-sheet.tsx";
import { isSignedOut, RequestFailed } from "./parts/http.ts";
import { useKeyboard } from "./parts/keyboard.ts";
import { createLiveSession } from "./parts/live-session.ts";
import { startTicking } from "./parts/moment.tsx";
import { useHref, useRoute } from "./parts/navigation.tsx";
import { usePageTitle } from "./parts/panel.tsx";
import { keys, useMe } from "./parts/queries.ts";
import { menu, type Route } from "./parts/routes.ts";
import { Shell } from "./parts/shell.tsx";
import { Failure, Loading } from "./parts/states.tsx";
import { loadTheme, nextTheme, setTheme, themeStore } from "./parts/theme.ts";

const pages = {
  overview: OverviewPage,
  attackers: AttackersPage,
  sessions: SessionsPage,
  credentials: CredentialsPage,
  deckies: DeckiesPage,
  workers: WorkersPage,
  settings: SettingsPage,
  missing: MissingPage,
} as const;

function Page({ route }: { readonly route: Route }) {
  if (route.page === "attacker") return <AttackerPage key={route.ip} ip={route.ip} />;
  if (route.page === "session") return <SessionPage key={route.id} id={route.id} />;
  const Plain = pages[route.page];
  return <Plain />;
}

function titleOf(route: Route): string {
  if (route.page === "attacker") return route.ip;
  if (route.page === "session") return "Session";
  return menu.find(({ page }) => page === route.page)?.label ?? "Not found";
}

function useLiveSession() {
  const client = useQueryClient();
  const live = useMemo(() => createLiveSession(client), [client]);
  useEffect(() => {
    live.start();
    const wake = (): void => live.retryNow();
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      live.stop();
    };
  }, [live]);
  return live;
}

function SignedIn({ me }: { readonly me: Me }) {
  const live = useLiveSession();
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const toggleHelp = useCallback(() => setHelp((open) => !open), []);
  const closeHelp = useCallback(() => setHelp(false), []);
  const changeTheme = useCallback(() => setTheme(nextTheme(themeStore.get())), []);
  useKeyboard({ toggleHelp, closeHelp, changeTheme });
  usePageTitle(titleOf(route), useHref().split("?")[0] ?? "/");
  return (
    <>
      <Shell me={me} state={live.state} onHelp={toggleHelp} onRetry={live.retryNow}>
        <Page route={route} />
      </Shell>
      <HelpSheet open={help} onClose={closeHelp} />
    </>
  );
}

function App() {
  const me = useMe();
  if (isSignedOut(me.error)) return <LoginPage />;
  if (me.data) return <SignedIn me={me.data} />;
  return (
    <main className="alone">
      {me.error ? <Failure error={me.error} retry={() => void me.refetch()} /> : <Loading />}
    </main>
  );
}

function createClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        refetchOnWindowFocus: true,
        retry: (count, error) =>
          count < 2 && error instanceof RequestFailed && (error.status === 0 || error.status >= 500),
      },
    },
  });
  // Whichever request finds that nobody is signed in any more, the page learns it.
  client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "error" || event.query.queryKey[0] === keys.me)
      return;
    if (isSignedOut(event.action.error)) void client.invalidateQueries({ queryKey: [keys.me] });
  });
  return client;
}

const root = document.getElementById("root");
if (root) {
  loadTheme();
  startTicking();
  createRoot(root).render(
    <QueryClientProvider client={createClient()}>
      <App />
    </QueryClientProvider>,
  );
}
