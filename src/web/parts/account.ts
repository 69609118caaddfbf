// Signing in and out, and changing the password.

import type { QueryClient } from "@tanstack/react-query";
import type { LoggedIn, Login, PasswordChange } from "../../api/types.ts";
import { postJson } from "./http.ts";
import { feed } from "./live-session.ts";
import { keys } from "./queries.ts";

/** Signs in; the answer's cookie is the session, the token in its body is not used. */
export async function signIn(client: QueryClient, login: Login): Promise<void> {
  await postJson<LoggedIn>("/auth/login", login);
  await client.resetQueries({ queryKey: [keys.me] });
}

/** Drops what was read while signed in: whoever signs in next may be somebody else. */
export function forget(client: QueryClient): void {
  feed.clear();
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me });
}

/** Signs out; the sign-in page then forgets what was read. */
export async function signOut(client: QueryClient): Promise<void> {
  await postJson("/auth/logout", {});
  await client.resetQueries({ queryKey: [keys.me] });
}

/** Changes the password of whoever is signed in. */
export async function changePassword(change: PasswordChange): Promise<void> {
  await postJson("/auth/password", change);
}
