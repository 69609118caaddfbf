// Requests that every web server product must answer as the real one does, as byte strings. Shared by all products.
// Each is followed on the wire by a sentinel, so that every exchange ends and keep-alive shows.

import { formatHttpDate } from "../../src/decoys/http/conditions.ts";
import type { Site } from "../../src/decoys/http/site.ts";
import { get, HOST, post } from "./http-requests.ts";

/** One exchange; `not` names a product whose answer hangs on something that the decoy has not. */
export interface ProductCase {
  readonly title: string;
  readonly raw: string;
  readonly not?: "apache2" | "lighttpd";
}

const chunked = (target: string, body: string, headers = ""): string =>
  `POST ${target} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n${headers}\r\n${body}`;

/** All of them, for one site. */
export function productCases(site: Site): readonly ProductCase[] {
  const date = formatHttpDate(site.files.get("/robots.txt")?.modifiedAt ?? 0);
  const simple: readonly (readonly [title: string, raw: string])[] = [
    ["home", get("/")],
    ["file", get("/robots.txt")],
    ["style sheet", get(site.theme.style)],
    ["script", get(site.theme.script)],
    ["icon", get("/favicon.ico")],
    ["HEAD", get("/robots.txt", "", "HEAD")],
    ["HEAD of what is missing", get("/nope", "", "HEAD")],
    ["missing", get("/nope")],
    ["missing with markup", get("/nope<b>")],
    ["http 1.0", "GET /robots.txt HTTP/1.0\r\n\r\n"],
    ["http 1.0 keep-alive", "GET /nope HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"],
    ["keep-alive asked for", get("/robots.txt", "Connection: keep-alive\r\n")],
    ["keep-alive asked for twice", get("/robots.txt", "Connection: keep-alive\r\n").repeat(2)],
    ["close asked for", get("/robots.txt", "Connection: close\r\n")],
    ["http 0.9", "GET /robots.txt\r\n"],
    ["http 0.9 post", "POST /\r\n"],
    ["version 2.0", "GET /robots.txt HTTP/2.0\r\nHost: x\r\n\r\n"],
    ["version 1.2", "GET /robots.txt HTTP/1.2\r\nHost: x\r\n\r\n"],
    ["version misspelled", "GET / HTT/1.1\r\nHost: x\r\n\r\n"],
    ["lower-case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["unknown method", get("/", "", "FOO")],
    ["options", get("/", "", "OPTIONS")],
    ["options of the server", get("*", "", "OPTIONS")],
    ["put", get("/x", "Content-Length: 0\r\n", "PUT")],
    ["delete", get("/robots.txt", "", "DELETE")],
    ["propfind", get("/", "", "PROPFIND")],
    ["trace", get("/", "", "TRACE")],
    ["post to a file", post("/robots.txt", "abc")],
    ["post to what is missing", post("/nope", "abc")],
    ["body of a get", `${get("/robots.txt", "Content-Length: 3\r\n")}abc`],
    ["chunked", chunked("/robots.txt", "3\r\nabc\r\n0\r\n\r\n")],
    ["chunked and length", chunked("/robots.txt", "0\r\n\r\n", "Content-Length: 3\r\n")],
    ["unknown coding", get("/", "Transfer-Encoding: foo\r\n", "POST")],
    ["length no number", get("/", "Content-Length: x\r\n")],
    ["no host", "GET / HTTP/1.1\r\n\r\n"],
    ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
    ["host with slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
    ["host with port", "GET /nope HTTP/1.1\r\nHost: Name:81\r\n\r\n"],
    ["folder", get("/docs")],
    ["folder with query", get("/docs?a=1")],
    ["folder's index", get("/docs/")],
    ["closed folder", get(`${site.theme.style.slice(0, site.theme.style.lastIndexOf("/"))}/`)],
    ["above the root", get("/../x")],
    ["down and up", get("/docs/../robots.txt")],
    ["dot", get("/docs/./index.html")],
    ["encoded letter", get("/robots%2etxt")],
    ["encoded slash", get("/a%2fb")],
    ["bad encoding", get("/%zz")],
    ["encoded nul", get("/a%00b")],
    ["space in target", get("/a b")],
    ["many spaces", "GET   /   HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["leading line end", `\r\n${get("/robots.txt")}`],
    ["tls hello", `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${"A".repeat(50)}\r\n\r\n`],
    ["no request", "hello\r\n\r\n"],
    ["rtsp", "OPTIONS / RTSP/1.0\r\n\r\n"],
    ["header without colon", "GET / HTTP/1.1\r\nHost: x\r\nnocolon\r\n\r\n"],
    ["space before colon", "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n"],
    ["folded header", "GET /robots.txt HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"],
    ["bare line feeds", "GET /robots.txt HTTP/1.1\nHost: x\n\n"],
    ["control character", get("/\x01")],
    ["8-bit target", get("/\xe9")],
    ["unchanged since", get("/robots.txt", `If-Modified-Since: ${date}\r\n`)],
    ["changed since", get("/robots.txt", "If-Modified-Since: Fri, 02 Jan 2015 03:04:05 GMT\r\n")],
    ["other tag", get("/robots.txt", 'If-None-Match: "x"\r\n')],
    ["range", get("/robots.txt", "Range: bytes=0-3\r\n")],
    ["last bytes", get("/robots.txt", "Range: bytes=-3\r\n")],
    ["range beyond", get("/robots.txt", "Range: bytes=1000000-\r\n")],
    ["absolute target", get("http://foo.com/robots.txt")],
    ["fragment", get("/robots.txt#x")],
    ["hidden file", get("/.htaccess")],
    ["server status", get("/server-status")],
  ];
  const cases: ProductCase[] = simple.map(([title, raw]) => ({ title, raw }));
  return [
    ...cases,
    { title: "compressed home", raw: get("/", "Accept-Encoding: gzip\r\n") },
    { title: "tag must match", raw: get("/robots.txt", 'If-Match: "x"\r\n') },
    { title: "unknown expectation", raw: get("/robots.txt", "Expect: foo\r\n"), not: "lighttpd" },
    { title: "long line", raw: get(`/${"a".repeat(9000)}`), not: "lighttpd" },
    { title: "long header", raw: get("/", `X: ${"a".repeat(9000)}\r\n`), not: "lighttpd" },
    { title: "many headers", raw: get("/", "X: a\r\n".repeat(120)), not: "lighttpd" },
    { title: "bad chunk", raw: chunked("/robots.txt", "zz\r\n"), not: "lighttpd" },
  ];
}
