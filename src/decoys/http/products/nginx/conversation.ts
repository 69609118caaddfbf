// nginx's request loop over one connection: heads, bodies, answers, keep-alive and its timeouts.
// Never throws for what a client sends, and every wait has an end.

import { capture } from "../../../../contract/captured.ts";
import type { Session } from "../../../decoy.ts";
import { BodyDecoder } from "../../body.ts";
import { bytesOf, textOf } from "../../characters.ts";
import { requestRecord, violationRecord } from "../../evidence.ts";
import type { SubmittedLogin } from "../../forms.ts";
import { basicLogin, findLogin } from "../../forms.ts";
import { ClientNotes } from "../../notes.ts";
import type { Reply } from "../../reply.ts";
import { RequestBody } from "../../request-body.ts";
import { TimedReader } from "../../timed-reader.ts";
import type { HeadFailure, RequestHead } from "./codec.ts";
import { RequestHeadParser } from "./codec.ts";
import type { HttpServer } from "./index.ts";
import { pageReply } from "./page-reply.ts";
import type { Rendered } from "./render.ts";
import { render } from "./render.ts";
import type { Route } from "./route.ts";
import { route } from "./route.ts";
import { siteReply } from "./site-reply.ts";

/** nginx's defaults, milliseconds, bytes, requests. */
const HEADER_TIMEOUT = 60_000;
const BODY_TIMEOUT = 60_000;
const KEEPALIVE_TIMEOUT = 75_000;
const LINGER_TOTAL = 30_000;
const LINGER_SILENCE = 5_000;
const MAX_BODY = 1024 * 1024;
const MAX_REQUESTS = 1000;
/** Bytes kept of what is no request. */
const RAW_BYTES = 1024;
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** One connection. */
export class HttpConversation {
  readonly #session: Session;
  readonly #server: HttpServer;
  readonly #reader: TimedReader;
  #requests = 0;
  readonly #notes: ClientNotes;

  constructor(session: Session, server: HttpServer) {
    this.#session = session;
    this.#notes = new ClientNotes(session);
    this.#server = server;
    this.#reader = new TimedReader(session.connection, session.clock);
  }

  /** Answers requests until one side ends it. */
  async run(): Promise<void> {
    while (await this.#oneRequest());
    this.#session.connection.close();
  }

  /** True when the connection goes on. */
  async #oneRequest(): Promise<boolean> {
    const parser = new RequestHeadParser();
    const { clock } = this.#session;
    const first = await this.#reader.next(this.#requests === 0 ? HEADER_TIMEOUT : KEEPALIVE_TIMEOUT);
    const deadline = clock.monotonic() + HEADER_TIMEOUT;
    for (let bytes = first; bytes !== null; bytes = await this.#reader.next(deadline - clock.monotonic())) {
      const step = parser.feed(bytes);
      if (step.head || step.failure) this.#reader.putBack(bytes.subarray(step.used));
      if (step.failure) {
        const rest = textOf(bytes.subarray(step.used, step.used + RAW_BYTES));
        await this.#refuse(step.failure, parser.raw + rest);
        return false;
      }
      if (step.head) {
        this.#requests++;
        return this.#answer(step.head);
      }
    }
    return false;
  }

  async #refuse(failure: HeadFailure, raw: string): Promise<void> {
    const { line, headers } = failure;
    this.#notes.agent(headers.get("user-agent"));
    const reply = pageReply(failure.status, { server: this.#server.name, padded: headers.padded });
    const request = { method: line?.method ?? "", version: failure.version, headers };
    const rendered = this.#render(reply, request, false);
    if (failure.status !== 405) this.#session.record("protocol.violated", violationRecord(failure, raw));
    if (line) {
      const outcome = { status: rendered.status, bytes: rendered.bytes.length, body: {} };
      this.#session.record("http.requested", requestRecord(line, headers, outcome));
    }
    await this.#session.connection.write(rendered.bytes);
  }

  #render(
    reply: Reply,
    request: Pick<RequestHead, "method" | "version" | "headers">,
    keepAlive: boolean,
  ): Rendered {
    return render(reply, request, {
      server: this.#server.name,
      nowMs: this.#session.clock.now(),
      keepAlive,
      nextBoundary: this.#server.nextBoundary,
    });
  }

  #wishesKeepAlive(head: RequestHead): boolean {
    if (head.version < 1000 || this.#requests >= MAX_REQUESTS) return false;
    const wish = head.headers.connection;
    return wish === "keep-alive" || (wish === undefined && head.version > 1000);
  }

  async #answer(head: RequestHead): Promise<boolean> {
    this.#notes.agent(head.headers.get("user-agent"));
    const { site, name } = this.#server;
    const where: Route = this.#server.pages
      ? { kind: "script", script: head.path }
      : route(head, {
          site,
          server: name,
          local: this.#session.connection.local,
          written: (path) => this.#server.written(this.#session.connection.remote.ip, path),
          admits: (username, password) => this.#admits({ username, password }),
        });
    const basic = basicLogin(head.headers.get("authorization") ?? "");
    if (basic && !this.#server.pages) {
      const guarded = head.path.startsWith(`${site.vault.folder}/`);
      this.#notes.login("password", basic, guarded && this.#admits(basic));
    }
    const body = new RequestBody(this.#session, head.headers.get("content-type") ?? "");
    const decoder = new BodyDecoder(head.body);
    if (head.body.kind === "length" && head.body.length > MAX_BODY) {
      return this.#tooLarge(head, body, decoder);
    }
    if (where.kind === "script") return this.#runScript(head, where.script, { body, decoder });
    if (where.read !== undefined) {
      const size = where.reply.body.length;
      this.#session.record("file.read", { name: capture(bytesOf(where.read), 1024), size, via: "http" });
    }
    if (where.continues) await this.#continue(head, decoder);
    this.#takeBuffered(decoder, body);
    const broken = decoder.state === "bad";
    const reply = broken && where.reply.status === 200 ? this.#page(400, head) : where.reply;
    return this.#finish(head, this.#render(reply, head, this.#wishesKeepAlive(head) && !broken), {
      body,
      decoder,
    });
  }

  #admits(login: SubmittedLogin): boolean {
    const utf8 = (text: string): string => Buffer.from(bytesOf(text)).toString("utf8");
    return this.#session.persona.admits(utf8(login.username), utf8(login.password));
  }

  #page(status: number, head: RequestHead): Reply {
    return pageReply(status, { server: this.#server.name, padded: head.headers.padded });
  }

  #tooLarge(head: RequestHead, body: RequestBody, decoder: BodyDecoder): Promise<boolean> {
    return this.#finish(head, this.#render(this.#page(413, head), head, false), { body, decoder });
  }

  /** Asks for the body where the client waits to be asked. */
  async #continue(head: RequestHead, decoder: BodyDecoder): Promise<void> {
    const expects = head.headers.get("expect")?.toLowerCase() === "100-continue";
    if (expects && head.version > 1000 && decoder.state === "more")
      await this.#session.connection.write(CONTINUE);
  }

  #takeBuffered(decoder: BodyDecoder, body: RequestBody): void {
    const bytes = this.#reader.buffered();
    const used = decoder.feed(bytes, (part) => body.write(part));
    this.#reader.putBack(bytes.subarray(used));
  }

  /** Reads more of a body, until it is whole, broken, over `max` bytes, or the client is silent. */
  async #readBody(
    decoder: BodyDecoder,
    body: RequestBody,
    options: { readonly silenceMs: number; readonly totalMs: number; readonly max: number },
  ): Promise<boolean> {
    const { clock } = this.#session;
    const deadline = clock.monotonic() + options.totalMs;
    while (decoder.state === "more" && body.size <= options.max) {
      const left = Math.min(options.silenceMs, deadline - clock.monotonic());
      const bytes = left <= 0 ? null : await this.#reader.next(left);
      if (bytes === null) return false;
      this.#reader.putBack(bytes);
      this.#takeBuffered(decoder, body);
    }
    return true;
  }

  async #runScript(
    head: RequestHead,
    script: string,
    { body, decoder }: { readonly body: RequestBody; readonly decoder: BodyDecoder },
  ): Promise<boolean> {
    await this.#continue(head, decoder);
    const limits = { silenceMs: BODY_TIMEOUT, totalMs: Number.POSITIVE_INFINITY, max: MAX_BODY };
    if (!(await this.#readBody(decoder, body, limits))) {
      await this.#record(head, { status: 400, bytes: 0 }, body);
      return false;
    }
    if (decoder.state === "bad" || body.size > MAX_BODY) {
      const status = decoder.state === "bad" ? 400 : 413;
      return this.#finish(head, this.#render(this.#page(status, head), head, false), { body, decoder });
    }
    const { clock, random } = this.#session;
    const login = findLogin(body.fields());
    const { pages, app, name } = this.#server;
    const result = pages
      ? siteReply(pages, head, { session: this.#session, login, uploaded: body.uploaded, server: name })
      : app.handle({
          script,
          method: head.method,
          cookie: head.headers.get("cookie"),
          login,
          uploaded: body.uploaded,
          nowMs: clock.now(),
          random,
        });
    const basic = pages && basicLogin(head.headers.get("authorization") ?? "");
    if (login) this.#notes.login("form", login, result.accepted === true);
    else if (basic) this.#notes.login("password", basic, result.accepted === true);
    // The time that PHP takes to verify a password with bcrypt.
    if (result.accepted !== undefined) await clock.sleep(48 + random.below(12), this.#session.signal);
    const rendered = this.#render(result.reply, head, this.#wishesKeepAlive(head));
    await this.#record(head, { status: rendered.status, bytes: rendered.bytes.length }, body);
    await this.#session.connection.write(rendered.bytes);
    return rendered.keepAlive;
  }

  /** Sends an answer that does not wait for the body, then takes what comes of the body. */
  async #finish(
    head: RequestHead,
    rendered: Rendered,
    { body, decoder }: { readonly body: RequestBody; readonly decoder: BodyDecoder },
  ): Promise<boolean> {
    await this.#session.connection.write(rendered.bytes);
    const limits = { silenceMs: LINGER_SILENCE, totalMs: LINGER_TOTAL, max: this.#session.limits.fileBytes };
    const whole = await this.#readBody(decoder, body, limits);
    const login = findLogin(body.fields());
    if (login) this.#notes.login("form", login, false);
    await this.#record(head, { status: rendered.status, bytes: rendered.bytes.length }, body);
    return rendered.keepAlive && whole && decoder.state === "done";
  }

  async #record(
    head: RequestHead,
    outcome: { status: number; bytes: number },
    body: RequestBody,
  ): Promise<void> {
    const kept = await body.finish();
    this.#session.record("http.requested", requestRecord(head, head.headers, { ...outcome, body: kept }));
  }
}
