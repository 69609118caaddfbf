// A reader of event streams over a plain socket: it can read, stop reading, and say what came.

import { connect, type Socket } from "node:net";

/** One event, or a comment (`event` is then ""). */
export interface SseEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface SseClient {
  readonly status: number;
  readonly headers: string;
  readonly events: readonly SseEvent[];
  /** Everything after the headers, chunk sizes taken out. */
  readonly text: string;
  readonly ended: boolean;
  /** Resolves with the first event from `from` on that fits; rejects after `timeoutMs` or when the stream ends before. */
  next(fits: (event: SseEvent) => boolean, timeoutMs?: number): Promise<SseEvent>;
  pause(): void;
  resume(): void;
  close(): void;
}

function parseEvent(block: string): SseEvent {
  const fields = { event: "", id: "", data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    const name = line.slice(0, colon);
    if (name === "event" || name === "id" || name === "data") fields[name] = line.slice(colon + 2);
  }
  return fields;
}

/** Takes chunk sizes out of a body in chunked coding. */
class Dechunker {
  #buffer: Buffer = Buffer.alloc(0);
  #left = 0;
  /** The last chunk came: the answer is over, though the connection may live on. */
  done = false;

  push(bytes: Buffer): Buffer {
    this.#buffer = this.#buffer.length > 0 ? Buffer.concat([this.#buffer, bytes]) : bytes;
    const out: Buffer[] = [];
    for (;;) {
      if (this.#left > 0) {
        const take = this.#buffer.subarray(0, this.#left);
        if (take.length === 0) break;
        out.push(take);
        this.#left -= take.length;
        this.#buffer = this.#buffer.subarray(take.length);
        continue;
      }
      const start = this.#buffer.indexOf("\r\n") === 0 ? 2 : 0;
      const end = this.#buffer.indexOf("\r\n", start);
      if (end < 0) break;
      this.#left = Number.parseInt(this.#buffer.subarray(start, end).toString(), 16);
      this.#buffer = this.#buffer.subarray(end + 2);
      if (this.#left > 0) continue;
      this.done = true;
      break;
    }
    return Buffer.concat(out);
  }
}

/** Opens a stream. `headers` are raw lines. */
export async function openSse(url: string, headers: Record<string, string>): Promise<SseClient> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${lines.join("")}\r\n`);
  const events: SseEvent[] = [];
  const dechunker = new Dechunker();
  const decoder = new TextDecoder();
  let head = Buffer.alloc(0);
  let headText: string | undefined;
  let text = "";
  let rest = "";
  let ended = false;
  let changed = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const take = (bytes: Buffer): void => {
    const piece = decoder.decode(dechunker.push(bytes), { stream: true });
    text = (text + piece).slice(0, 10_000);
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    events.push(...blocks.map(parseEvent));
    if (dechunker.done) ended = true;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  socket.on("data", (bytes: Buffer) => {
    if (headText !== undefined) return take(bytes);
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    headText = head.subarray(0, end).toString();
    opened.resolve();
    take(head.subarray(end + 4));
  });
  const finish = (): void => {
    ended = true;
    opened.resolve();
    changed.resolve();
  };
  socket.on("close", finish);
  socket.on("end", finish);
  socket.on("error", finish);
  await opened.promise;
  return {
    status: Number(headText?.split(" ")[1] ?? 0),
    headers: headText ?? "",
    events,
    get text() {
      return text;
    },
    get ended() {
      return ended;
    },
    async next(fits, timeoutMs = 10_000) {
      const late = AbortSignal.timeout(timeoutMs);
      const lateness = new Promise<void>((resolve) =>
        late.addEventListener("abort", () => resolve(), { once: true }),
      );
      for (let at = 0; ; ) {
        for (; at < events.length; at++) {
          const event = events[at];
          if (event && fits(event)) return event;
        }
        if (late.aborted) throw new Error("the event did not come in time");
        if (ended) throw new Error("the stream ended first");
        await Promise.race([changed.promise, lateness]);
      }
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.destroy(),
  };
}
