// Pages that are no company's site, as nginx answers with them.
// Translates between the two words for an answer; renders nothing.

import type { Session } from "../../../decoy.ts";
import type { AppResult } from "../../app.ts";
import type { SubmittedLogin } from "../../forms.ts";
import { basicLogin } from "../../forms.ts";
import type { Content, WebSite } from "../product.ts";
import type { RequestHead } from "./codec.ts";
import { pageReply } from "./page-reply.ts";

/** What answering needs besides the request. */
export interface PagesContext {
  readonly session: Session;
  readonly login: SubmittedLogin | undefined;
  readonly uploaded: boolean;
  readonly server: string;
}

function contentOf(pages: WebSite, head: RequestHead, context: PagesContext): Content {
  const { connection, clock, random } = context.session;
  const { ip } = connection.local;
  const found = pages.answer({
    method: head.method,
    path: head.path,
    query: head.query,
    host: head.headers.get("host") ?? (ip.includes(":") ? `[${ip}]` : ip),
    local: connection.local,
    source: connection.remote.ip,
    get: (name) => head.headers.get(name),
    login: context.login,
    basic: basicLogin(head.headers.get("authorization") ?? ""),
    uploaded: context.uploaded,
    nowMs: clock.now(),
    random,
    // No site behind nginx has a login that belongs to a connection.
    memory: { challenge: undefined, admitted: false },
  });
  return found ?? { status: 404 };
}

/** The answer of the pages. */
export function siteReply(pages: WebSite, head: RequestHead, context: PagesContext): AppResult {
  const { accepted, ...content } = contentOf(pages, head, context);
  const { status, location, extra = [] } = content;
  const outcome = accepted === undefined ? {} : { accepted };
  if (content.body === undefined) {
    const options = { server: context.server, padded: head.headers.padded, extra };
    return {
      reply: pageReply(status, { ...options, ...(location === undefined ? {} : { location }) }),
      ...outcome,
    };
  }
  const { body, type, modifiedAt } = content;
  const reply = {
    status,
    body,
    sized: content.generated !== true,
    ...(type === undefined ? {} : { type }),
    ...(location === undefined ? {} : { location }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    extra,
  };
  return { reply, ...outcome };
}
