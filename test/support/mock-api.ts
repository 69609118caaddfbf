// A stand-in for the API that serves the built dashboard with the real policy header, over fixed rows and a live stream.
// For the dashboard's tests only: it knows one password and stores nothing.

import type { WebFile } from "../../scripts/build-web.ts";
import { WEB_POLICY } from "../../src/api/protect.ts";
import type { StreamEvents } from "../../src/api/types.ts";
import type { MockData } from "./mock-data.ts";
import { answer, type MockState, snapshotOf } from "./mock-routes.ts";

/** A running stand-in. */
export interface MockApi {
  readonly url: string;
  readonly port: number;
  /** Paths of the orders to workers so far. */
  readonly orders: readonly string[];
  /** Sends one live event to every open stream. */
  emit<K extends keyof StreamEvents>(name: K, event: StreamEvents[K]): void;
  /** Changes what is answered from now on. */
  change(next: Partial<MockState>): void;
  /** Ends all open streams. */
  dropStreams(): void;
  stop(): Promise<void>;
}

interface Options {
  readonly files: readonly WebFile[];
  readonly data: MockData;
  readonly port?: number;
}

type Stream = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();
const KEEPALIVE = encoder.encode(": keepalive\n\n");

function frame(id: number, name: string, event: unknown): Uint8Array {
  return encoder.encode(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(event)}\n\n`);
}

function openStream(streams: Set<Stream>, first: Uint8Array): Response {
  let own: Stream;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller;
      streams.add(controller);
      controller.enqueue(KEEPALIVE);
      controller.enqueue(first);
    },
    cancel: () => void streams.delete(own),
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" },
  });
}

function serveFile(file: WebFile | undefined): Response {
  if (!file) return new Response("not built", { status: 404 });
  const headers = { "Content-Type": file.type, "Content-Security-Policy": WEB_POLICY };
  return new Response(file.body as Uint8Array<ArrayBuffer>, { headers });
}

/** Starts the stand-in on loopback. */
export function startMockApi({ files, data, port = 0 }: Options): MockApi {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const streams = new Set<Stream>();
  const orders: string[] = [];
  let state: MockState = {
    data,
    busConnected: true,
    failing: undefined,
    remembers: true,
    role: "admin",
    orders,
    audit: [],
  };
  let sent = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      if (!path.startsWith("/api/v1/")) return serveFile(byPath.get(path) ?? byPath.get("/index.html"));
      const response = await answer(state, path.slice("/api/v1".length), request);
      return response ?? openStream(streams, frame(++sent, "snapshot", snapshotOf(state)));
    },
  });
  const dropStreams = (): void => {
    for (const stream of streams) stream.close();
    streams.clear();
  };
  return {
    orders,
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    emit(name, event) {
      for (const stream of streams) stream.enqueue(frame(++sent, name, event));
    },
    change: (next) => {
      state = { ...state, ...next };
    },
    dropStreams,
    stop: async () => {
      await server.stop(true);
      streams.clear();
    },
  };
}
