// The way in, with a word for whoever starts decnet for the first time.

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { forget, signIn } from "../parts/account.ts";
import { RequestFailed } from "../parts/http.ts";

function reasonOf(error: unknown): string {
  if (!(error instanceof RequestFailed)) return "Something in this page went wrong.";
  if (error.status === 401) return "That name and password don't fit together.";
  if (error.status === 429) return "Too many tries. Wait a minute, then try again.";
  return error.message;
}

function FirstRun() {
  return (
    <details className="first-run">
      <summary>First time here?</summary>
      <p>
        The first account is <code>admin</code>. Its password was made up when decnet first started and
        printed once, in the terminal of <code>decnet up</code> (or in its service's journal). There is no
        default password.
      </p>
      <p>
        To choose it yourself, set <code>DECNET_ADMIN_PASSWORD</code> before the first start.
      </p>
    </details>
  );
}

/** The sign-in page. */
export function LoginPage() {
  const client = useQueryClient();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · decnet";
    password.current?.focus();
    forget(client);
  }, [client]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(undefined);
    signIn(client, { username: String(form.get("username")), password: String(form.get("password")) })
      .catch((error: unknown) => setFailure(reasonOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <main className="alone">
      <form className="login" onSubmit={submit} aria-labelledby="login-title">
        <span className="logo-mark big" aria-hidden="true" />
        <h1 id="login-title">Sign in to decnet</h1>
        <label className="field">
          Name
          <input
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={64}
            defaultValue="admin"
          />
        </label>
        <label className="field">
          Password
          <input
            name="password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={256}
            ref={password}
          />
        </label>
        {failure && (
          <p className="form-error" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <FirstRun />
      </form>
    </main>
  );
}
