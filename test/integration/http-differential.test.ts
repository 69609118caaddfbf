// The HTTP decoy against the real nginx 1.22.1 with the same site: status line, header names, order and values, bodies.
// Ignored: Date, session ids, multipart boundaries' numbers.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { formatHttpDate } from "../../src/decoys/http/conditions.ts";
import { http } from "../../src/decoys/http/index.ts";
import { etagOf } from "../../src/decoys/http/products/nginx/page-reply.ts";
import { createSite } from "../../src/decoys/http/site.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";
import { httpCases, SENTINEL } from "./http-cases.ts";
import type { RunningNginx } from "./http-nginx.ts";
import { startNginx } from "./http-nginx.ts";

const persona = testPersona();
const site = createSite(persona);
const home = site.files.get("/index.html") ?? { modifiedAt: 0, body: new Uint8Array(0) };
const cases = httpCases(site, {
  tag: etagOf(home.modifiedAt, home.body.length),
  date: formatHttpDate(home.modifiedAt),
  basic: Buffer.from(`${TEST_LOGIN.username}:${TEST_LOGIN.password}`).toString("base64"),
});
const installed = Bun.which("nginx") !== null;

/** Sends a case and the sentinel; gives all that came back until the server closed. */
function exchange(port: number, raw: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`still open after ${JSON.stringify(received.slice(-200))}`));
    }, 10_000);
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(raw + SENTINEL, "latin1")));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    // nginx lingers on some errors until the client closes: its FIN is the end of the answer.
    socket.on("end", () => socket.destroy());
    socket.on("error", (error) => {
      received += `<${(error as NodeJS.ErrnoException).code}>`;
    });
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

/** Compressed bodies as the text in them: another deflate makes other bytes of the same text. */
function inflated(text: string): string {
  const mark = "Content-Encoding: gzip\r\n\r\n";
  const at = text.indexOf(mark);
  const size = /^([0-9a-f]{1,6})\r\n/.exec(text.slice(at + mark.length));
  if (at < 0 || !size) return text;
  const from = at + mark.length + size[0].length;
  const to = from + Number.parseInt(size[1] ?? "0", 16);
  const plain = gunzipSync(Buffer.from(text.slice(from, to), "latin1")).toString("latin1");
  return `${text.slice(0, at + mark.length)}${plain}${inflated(text.slice(to))}`;
}

function normalised(text: string, port: number): string {
  return inflated(text)
    .replaceAll(`:${port}/`, ":PORT/")
    .replace(/Date: [^\r]*/g, "Date: D")
    .replace(/PHPSESSID=[0-9a-v]{26}/g, "PHPSESSID=ID")
    .replace(/0{10}\d{10}/g, "BOUNDARY");
}

describe.skipIf(!installed)("the decoy answers as nginx 1.22.1 does (needs nginx)", () => {
  let nginx: RunningNginx;
  let decoy: RunningDecoy;
  beforeAll(async () => {
    nginx = await startNginx(persona, site, TEST_LOGIN);
    decoy = await startDecoy(http, { persona });
  });
  afterAll(async () => {
    await decoy[Symbol.asyncDispose]();
    await nginx[Symbol.asyncDispose]();
  });

  for (const { name, raw } of cases) {
    test(name, async () => {
      const [real, ours] = await Promise.all([exchange(nginx.port, raw), exchange(decoy.port, raw)]);
      expect(normalised(ours, decoy.port)).toBe(normalised(real, nginx.port));
      expect(decoy.broken).toEqual([]);
    });
  }
});
