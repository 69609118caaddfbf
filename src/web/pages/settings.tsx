// What a person may change for themselves: the password and the theme.

import { type FormEvent, useState } from "react";
import { changePassword } from "../parts/account.ts";
import { formatFull } from "../parts/format.ts";
import { RequestFailed } from "../parts/http.ts";
import { PageFrame, Panel } from "../parts/panel.tsx";
import { useMe } from "../parts/queries.ts";
import { setTheme, themeStore, themes } from "../parts/theme.ts";
import { useStore } from "../parts/use-store.ts";

type Outcome = { readonly ok: boolean; readonly text: string };

const SHORTEST = 12;

function reasonOf(error: unknown): string {
  if (!(error instanceof RequestFailed)) return "Something in this page went wrong.";
  if (error.status === 401 || error.status === 403) return "The current password is not right.";
  if (error.status === 429) return "Too many tries. Wait a minute, then try again.";
  return error.message;
}

async function submitChange(form: FormData): Promise<Outcome> {
  const next = String(form.get("next"));
  if (next !== String(form.get("again")))
    return { ok: false, text: "The new password was typed differently the second time." };
  try {
    await changePassword({ current: String(form.get("current")), next });
    return { ok: true, text: "The password has been changed." };
  } catch (error) {
    return { ok: false, text: reasonOf(error) };
  }
}

function PasswordForm({ username }: { readonly username: string }) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    void submitChange(new FormData(form)).then((result) => {
      setBusy(false);
      setOutcome(result);
      if (result.ok) form.reset();
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      {/* For password managers, which ask whose password this is. */}
      <input name="username" autoComplete="username" value={username} readOnly hidden />
      <label className="field">
        Current password
        <input name="current" type="password" autoComplete="current-password" required maxLength={256} />
      </label>
      <label className="field">
        New password <span className="faint">at least {SHORTEST} characters</span>
        <input
          name="next"
          type="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST}
          maxLength={256}
        />
      </label>
      <label className="field">
        New password again
        <input
          name="again"
          type="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST}
          maxLength={256}
        />
      </label>
      {outcome && (
        <p className={outcome.ok ? "form-done" : "form-error"} role={outcome.ok ? "status" : "alert"}>
          {outcome.text}
        </p>
      )}
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? "Changing…" : "Change password"}
      </button>
    </form>
  );
}

function ThemeChoice() {
  const theme = useStore(themeStore);
  return (
    <fieldset className="choices">
      <legend className="sr-only">Theme</legend>
      {themes.map((name) => (
        <label key={name} className="choice">
          <input type="radio" name="theme" checked={theme === name} onChange={() => setTheme(name)} />
          {name === "system" ? "As the system" : name === "dark" ? "Dark" : "Light"}
        </label>
      ))}
    </fieldset>
  );
}

/** The page. */
export function SettingsPage() {
  const { data } = useMe();
  return (
    <PageFrame title="Settings">
      <div className="stack narrow">
        <Panel title="Account">
          <dl className="facts in-panel">
            <dt>Name</dt>
            <dd>{data?.username}</dd>
            <dt>Role</dt>
            <dd>{data?.role}</dd>
            {data?.expires_at && (
              <>
                <dt>Signed in until</dt>
                <dd>{formatFull(data.expires_at)}</dd>
              </>
            )}
          </dl>
        </Panel>
        <Panel title="Password">
          <PasswordForm username={data?.username ?? ""} />
        </Panel>
        <Panel title="Theme">
          <ThemeChoice />
        </Panel>
      </div>
    </PageFrame>
  );
}
