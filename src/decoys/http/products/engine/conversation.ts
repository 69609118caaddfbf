// The request loop over one connection for any dialect: heads, bodies, answers, keep-alive, and what is recorded.
// Never throws for what a client sends, and every wait has an end.

import { capture } from "../../../../contract/captured.ts";
import type { Session } from "../../../decoy.ts";
import { BodyDecoder } from "../../body.ts";
import { bytesOf, textOf } from "../../characters.ts";
import { requestRecord, violationRecord } from "../../evidence.ts";
import { basicLogin, findLogin } from "../../forms.ts";
import { ClientNotes } from "../../notes.ts";
import { RequestBody } from "../../request-body.ts";
import { TimedReader } from "../../timed-reader.ts";
import type { ConnectionMemory, Content, SiteRequest, WebSite } from "../product.ts";
import type { Dialect, Field, Refusal, RenderContext, Rendered, Request } from "./dialect.ts";
import { fieldOf } from "./dialect.ts";
import { HeadParser } from "./head.ts";

/** How long the rest of a body is waited for after its answer. */
const LINGER_MS = 2000;
const BODY_SILENCE_MS = 20_000;
const RAW_BYTES = 1024;

/** One connection. */
export class EngineConversation {
  readonly #session: Session;
  readonly #dialect: Dialect;
  readonly #site: WebSite;
  readonly #reader: TimedReader;
  #requests = 0;
  readonly #notes: ClientNotes;
  readonly #memory: ConnectionMemory = { challenge: undefined, admitted: false };

  constructor(session: Session, dialect: Dialect, site: WebSite) {
    this.#session = session;
    this.#notes = new ClientNotes(session);
    this.#dialect = dialect;
    this.#site = site;
    this.#reader = new TimedReader(session.connection, session.clock);
  }

  /** Answers requests until one side ends it. */
  async run(): Promise<void> {
    while (await this.#oneRequest());
    this.#session.connection.close();
  }

  async #oneRequest(): Promise<boolean> {
    const { clock } = this.#session;
    const { limits } = this.#dialect;
    const parser = new HeadParser(this.#dialect);
    const first = await this.#reader.next(this.#requests === 0 ? limits.headMs : limits.idleMs);
    const deadline = clock.monotonic() + limits.headMs;
    for (let bytes = first; bytes !== null; bytes = await this.#reader.next(deadline - clock.monotonic())) {
      const step = parser.feed(bytes);
      if (!step.request && !step.refusal) continue;
      this.#reader.putBack(bytes.subarray(step.used));
      this.#notes.agent(fieldOf(parser.fields, "user-agent"));
      if (step.request) return this.#answer(step.request);
      const rest = textOf(bytes.subarray(step.used, step.used + RAW_BYTES));
      await this.#refuse(step.refusal as Refusal, parser, rest);
      return false;
    }
    return false;
  }

  async #refuse(refusal: Refusal, parser: HeadParser, rest: string): Promise<void> {
    const { line, fields } = parser;
    const rendered = this.#dialect.refuse(refusal, this.#context(line, fields));
    const raw = (parser.raw + rest).slice(0, RAW_BYTES);
    this.#session.record("protocol.violated", violationRecord(refusal, raw));
    if (line) {
      const outcome = { status: rendered.status, bytes: rendered.bytes.length, body: {} };
      this.#session.record("http.requested", requestRecord(line, { list: fields }, outcome));
    }
    await this.#session.connection.write(rendered.bytes);
  }

  #context(request: RenderContext["request"], fields: readonly Field[]): RenderContext {
    const { connection, clock } = this.#session;
    return { request, fields, nowMs: clock.now(), local: connection.local, before: this.#requests };
  }

  async #answer(request: Request): Promise<boolean> {
    const { limits } = this.#dialect;
    const body = new RequestBody(this.#session, fieldOf(request.fields, "content-type") ?? "");
    const decoder = new BodyDecoder(request.body);
    const tooLarge = request.body.kind === "length" && request.body.length > limits.body;
    if (!tooLarge) {
      await this.#continue(request, decoder);
      if (!(await this.#readBody(decoder, body, BODY_SILENCE_MS))) {
        await this.#record(request, { status: 400, bytes: 0 }, body);
        return false;
      }
    }
    const rendered =
      tooLarge || body.size > limits.body
        ? this.#dialect.refuse(this.#dialect.tooLong.body, this.#context(request, request.fields))
        : decoder.state === "bad"
          ? this.#dialect.refuse(
              { status: 400, violation: "bad-chunk", detail: "body" },
              this.#context(request, request.fields),
            )
          : await this.#fromSite(request, body);
    await this.#session.connection.write(rendered.bytes);
    if (decoder.state === "more") await this.#readBody(decoder, body, LINGER_MS);
    await this.#record(request, { status: rendered.status, bytes: rendered.bytes.length }, body);
    this.#requests++;
    return rendered.keepAlive && decoder.state === "done" && this.#requests < limits.requests;
  }

  async #fromSite(request: Request, body: RequestBody): Promise<Rendered> {
    const { session, login, basic } = this.#siteRequest(request, body);
    const found = this.#site.answer(session);
    const special = this.#dialect.before?.(request, found !== undefined);
    const content: Content = special ?? found ?? { status: 404 };
    const accepted = special === undefined && content.accepted === true;
    if (login) this.#notes.login("form", login, accepted);
    else if (basic) this.#notes.login("password", basic, accepted);
    else if (content.proof) this.#notes.proof(content.proof, accepted);
    if (content.read !== undefined) {
      const size = content.body?.length ?? 0;
      this.#session.record("file.read", { name: capture(bytesOf(content.read), 1024), size, via: "http" });
    }
    if (content.accepted !== undefined) {
      await this.#session.clock.sleep(20 + this.#session.random.below(20), this.#session.signal);
    }
    return this.#dialect.render(content, this.#context(request, request.fields));
  }

  #siteRequest(request: Request, body: RequestBody) {
    const { connection, clock, random } = this.#session;
    const { ip } = connection.local;
    const login = findLogin(body.fields());
    const basic = basicLogin(fieldOf(request.fields, "authorization") ?? "");
    const session: SiteRequest = {
      method: request.method,
      path: request.path,
      query: request.query,
      host: request.host ?? (ip.includes(":") ? `[${ip}]` : ip),
      local: connection.local,
      source: connection.remote.ip,
      get: (name) => fieldOf(request.fields, name),
      login,
      basic,
      uploaded: body.uploaded,
      nowMs: clock.now(),
      random,
      memory: this.#memory,
    };
    return { session, login, basic };
  }

  async #continue(request: Request, decoder: BodyDecoder): Promise<void> {
    const expects = fieldOf(request.fields, "expect")?.toLowerCase() === "100-continue";
    if (expects && this.#dialect.continues && request.version > 1000 && decoder.state === "more") {
      await this.#session.connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
  }

  /** Reads until the body is whole, broken, too large, or the client is silent (then false). */
  async #readBody(decoder: BodyDecoder, body: RequestBody, silenceMs: number): Promise<boolean> {
    const { clock } = this.#session;
    const deadline = clock.monotonic() + silenceMs * 3;
    while (decoder.state === "more" && body.size <= this.#dialect.limits.body) {
      const left = Math.min(silenceMs, deadline - clock.monotonic());
      const bytes = left <= 0 ? null : await this.#reader.next(left);
      if (bytes === null) return false;
      const used = decoder.feed(bytes, (part) => body.write(part));
      this.#reader.putBack(bytes.subarray(used));
    }
    return true;
  }

  async #record(
    request: Request,
    outcome: { readonly status: number; readonly bytes: number },
    body: RequestBody,
  ): Promise<void> {
    const kept = await body.finish();
    const record = requestRecord(request, { list: request.fields }, { ...outcome, body: kept });
    this.#session.record("http.requested", record);
  }
}
