// The Apache and lighttpd dialects against the real servers with the same files: status line, header names, order and
// values, bodies, and whether the connection goes on. Ignored: Date, lighttpd's ETag numbers, the order
// of Apache's Allow (drawn at each of its starts).

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { defineDecoy } from "../../src/decoys/decoy.ts";
import { apacheDialect } from "../../src/decoys/http/products/apache/dialect.ts";
import type { Dialect } from "../../src/decoys/http/products/engine/dialect.ts";
import { serveEngine } from "../../src/decoys/http/products/engine/serve.ts";
import { lighttpdDialect } from "../../src/decoys/http/products/lighttpd/dialect.ts";
import { createSite } from "../../src/decoys/http/site.ts";
import { companySite } from "../../src/decoys/http/sites/company.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { testPersona } from "../support/persona.ts";
import { SENTINEL } from "./http-cases.ts";
import type { RunningPartner } from "./http-partners.ts";
import { partnerBanner, startPartner } from "./http-partners.ts";
import { productCases } from "./http-product-cases.ts";

const persona = testPersona();
const site = createSite(persona);

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
    // Some errors are lingered on until the client closes: the server's FIN is the end of the answer.
    socket.on("end", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

function inflated(text: string): string {
  return text.replace(
    /Content-Encoding: gzip\r\nContent-Length: (\d+)((?:\r\n[^\r]+)*)\r\n\r\n/,
    (all, size: string, _lines, at: number) => {
      const from = at + all.length;
      const plain = gunzipSync(Buffer.from(text.slice(from, from + Number(size)), "latin1"));
      return `${all.replace(size, "N")}<${plain.toString("latin1")}>`;
    },
  );
}

function normalised(text: string): string {
  const plain = inflated(text)
    .replace(/Date: [^\r]*/g, "Date: D")
    .replace(/ETag: "\d+"/g, 'ETag: "N"')
    .replace(/Allow: ([A-Z]+(?:,[A-Z]+)+)/g, (_, list: string) => `Allow: ${list.split(",").sort().join()}`);
  // What follows a compressed body's text is the compressed body itself: another deflate makes other bytes.
  return plain.includes("Content-Length: N")
    ? ((plain.split(">HTTP/1.1")[0] ?? "").split("\x1f\x8b")[0] ?? "")
    : plain;
}

const partners: readonly {
  readonly name: "apache2" | "lighttpd";
  readonly dialect: (banner: string) => Dialect;
}[] = [
  { name: "apache2", dialect: apacheDialect },
  { name: "lighttpd", dialect: lighttpdDialect },
];

describe.each(partners)("the decoy answers as the real $name does (needs $name)", ({ name, dialect }) => {
  const banner = partnerBanner(name);
  let partner: RunningPartner;
  let decoy: RunningDecoy;
  beforeAll(async () => {
    if (banner === undefined) return;
    partner = await startPartner(name, site);
    const definition = defineDecoy({
      name: "http",
      summary: name,
      port: 80,
      transport: "tcp",
      load: async () => serveEngine(dialect(banner), companySite(persona)),
    });
    decoy = await startDecoy(definition, { persona });
  });
  afterAll(async () => {
    if (banner === undefined) return;
    await decoy[Symbol.asyncDispose]();
    await partner[Symbol.asyncDispose]();
  });

  for (const { title, raw } of productCases(site).filter(({ not }) => not !== name)) {
    test.skipIf(banner === undefined)(title, async () => {
      const [real, ours] = await Promise.all([exchange(partner.port, raw), exchange(decoy.port, raw)]);
      expect(normalised(ours)).toBe(normalised(real));
      expect(decoy.broken).toEqual([]);
    });
  }
});
