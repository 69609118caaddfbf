// Requests that no client of good will sends, over a raw socket: refused in the API's one shape, and never its fault.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { errorSchema } from "../../src/api/schemas.ts";
import type { Harness } from "../support/api-harness.ts";
import { createHarness, tokens } from "../support/api-harness.ts";

const BASE = "/api/v1";
let harness: Harness;
let port = 0;

beforeAll(async () => {
  harness = await createHarness({ transport: "socket" });
  port = Number(new URL(harness.url).port);
});
afterAll(() => harness.close());

/** The answer to these bytes, once the server has closed; every request asks it to. */
function send(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

const who = `Authorization: Bearer ${tokens.admin}\r\nConnection: close\r\n`;

function get(target: string, { version = "1.1", host = `Host: 127.0.0.1:${port}\r\n` } = {}): string {
  return `GET ${target} HTTP/${version}\r\n${host}${who}Accept: text/html\r\n\r\n`;
}

function post(path: string, body: string | Buffer, more = ""): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${who}Content-Type: application/json\r\n`;
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${head}${more}Content-Length: ${bytes.length}\r\n\r\n`), bytes]);
}

/** No answer from 500 up, each refusal with a body in the one shape, and nothing logged. */
async function holds(requests: readonly (string | Buffer)[]): Promise<void> {
  for (const request of requests) {
    const answer = await send(request);
    const about = request.toString("latin1").slice(0, 200);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
    expect(status, about).toBeLessThan(500);
    const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
    if (status >= 400 && body !== "") errorSchema.strict().parse(JSON.parse(body));
  }
  expect(harness.logs.filter((line) => Number(JSON.parse(line).level) >= 40)).toEqual([]);
}

test("HTTP/1.0 without a Host is told that it needs one", async () => {
  const answer = await send("GET /api/v1/health HTTP/1.0\r\n\r\n");
  expect(answer).toStartWith("HTTP/1.1 400 ");
  expect(answer).toContain('{"error":{"code":"invalid","message":"the request needs a valid Host header"}}');
});

test("Host headers of every kind", async () => {
  const hosts = ["", "Host:\r\n", "Host: a b\r\n", "Host: [::1\r\n", "Host: 127.0.0.1:99999\r\n"];
  const more = [
    "Host: localhost:abc\r\n",
    "Host: a@127.0.0.1\r\n",
    "Host: 127.0.0.1%00\r\n",
    "Host: \xff\r\n",
  ];
  for (const target of [
    "/",
    "/nope",
    `${BASE}/health`,
    `${BASE}/attackers`,
    "//evil/x",
    "http://[x/",
    "/%zz",
  ])
    await holds([...hosts, ...more].map((host) => get(target, { version: "1.0", host })));
});

test("targets, queries and cursors", async () => {
  const cursors = [
    "%00",
    "A".repeat(512),
    "9".repeat(400),
    ...["1:x", "-1:", "9999999999999999:x"].map(toCursor),
  ];
  const lists = ["attackers", "sessions", "credentials", "credentials/reuse", "audit"];
  await holds([
    ...["*", "//", "/%", "/%ff", `${BASE}/attackers/%ff`, `${BASE}/topologies/%00`, `${BASE}/blobs/%2e`].map(
      (target) => get(target),
    ),
    ...[
      "q=%ff",
      "q=%00",
      "%=1",
      "since=9007199254740992",
      "before=9007199254740991",
      "a=1&".repeat(2000),
    ].map((query) => get(`${BASE}/evidence?${query}`)),
    ...lists.flatMap((list) => cursors.map((cursor) => get(`${BASE}/${list}?cursor=${cursor}`))),
  ]);
});

function toCursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

test("bodies: deep, cut, compressed, of another encoding, with names that objects have", async () => {
  const bodies: readonly (string | Buffer)[] = [
    ...[
      "",
      "\0",
      "null",
      "1e999",
      '"x"',
      "[]",
      "\ufeff{}",
      '{"__proto__":{"x":1}}',
      '{"ips":["fe80::1%eth0"]}',
    ],
    ...["[".repeat(100_000), `${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`],
    ...['{"username":"\\ud800","password":"\\u0000"}', `{"username":"${"a".repeat(200_000)}"}`],
    Buffer.from([0xff, 0xfe, 0x7b]),
  ];
  const paths = ["drills", "auth/login", "auth/password", "topologies", "topologies/x/mutations"];
  await holds(
    paths.flatMap((path) => [
      ...bodies.map((body) => post(`${BASE}/${path}`, body)),
      post(`${BASE}/${path}`, gzipSync("{}"), "Content-Encoding: gzip\r\n"),
      post(`${BASE}/${path}`, "{}", "Origin: http://[x\r\nCookie: decnet_session=%\r\n"),
    ]),
  );
});
