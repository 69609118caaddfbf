// Requests that nginx and the HTTP decoy must answer alike: ordinary, odd and malformed ones, as byte strings.
// Each is followed on the wire by SENTINEL, so that every exchange ends and keep-alive shows.

import type { Site } from "../../src/decoys/http/site.ts";
import { get, HOST, post } from "./http-requests.ts";
import { fileCases, siteCases } from "./http-site-cases.ts";

/** One exchange. */
export interface HttpCase {
  readonly name: string;
  readonly raw: string;
}

/** A last request that asks for the end of the connection. */
export const SENTINEL = "GET /sentinel HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n";

const requestLines: readonly (readonly [string, string])[] = [
  ["plain", get("/")],
  ["http 1.0", "GET / HTTP/1.0\r\n\r\n"],
  ["http 1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"],
  ["http 0.9", "GET /\r\n"],
  ["http 0.9 bare LF", "GET /robots.txt\n"],
  ["http 0.9 POST", "POST /\r\n"],
  ["http 0.9 missing", "GET /nope\r\n"],
  ["version 2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"],
  ["version 3", "GET / HTTP/3\r\nHost: x\r\n\r\n"],
  ["version 1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n"],
  ["version 1.99", "GET / HTTP/1.99\r\nHost: x\r\n\r\n"],
  ["version 1.1000", "GET / HTTP/1.1000\r\nHost: x\r\n\r\n"],
  ["version 0.9 spelled", "GET / HTTP/0.9\r\nHost: x\r\n\r\n"],
  ["version with spaces", "GET / HTTP/1.1  \r\nHost: x\r\n\r\n"],
  ["version misspelled", "GET / HTT/1.1\r\nHost: x\r\n\r\n"],
  ["version lower case", "GET / http/1.1\r\nHost: x\r\n\r\n"],
  ["method lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["method with digit", "G3T / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["method unknown", "FOO_BAR-X / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["space in target", get("/a b")],
  ["many spaces", "GET   /   HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["leading line ends", `\r\n\n\r\n${get("/")}`],
  ["leading space", " GET / HTTP/1.1\r\n\r\n"],
  ["control character", get("/\x01")],
  ["8-bit target", get("/\xe9")],
  ["no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["tls hello", `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${"A".repeat(200)}`],
  ["http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"],
  ["rtsp", "OPTIONS / RTSP/1.0\r\n\r\n"],
  ["bare LF lines", "GET / HTTP/1.1\nHost: x\n\n"],
  ["target of 8100", get(`/${"a".repeat(8100)}`)],
  ["target of 9000", get(`/${"a".repeat(9000)}`)],
];

const targets: readonly (readonly [string, string])[] = [
  ["absolute", get("http://Foo.com/robots.txt")],
  ["absolute without path", get("http://foo.com")],
  ["absolute with query only", get("http://foo.com?x")],
  ["absolute folder", get("http://foo.com:8/docs")],
  ["absolute without Host", "GET http://foo.com/docs HTTP/1.1\r\n\r\n"],
  ["absolute 1.0", "GET http://foo.com/docs HTTP/1.0\r\n\r\n"],
  ["absolute with user", get("http://u@foo.com/docs")],
  ["absolute IPv6", get("http://[::1]/docs")],
  ["absolute other scheme", get("ftp+x://foo.com/docs")],
  ["absolute empty host", get("http:///docs")],
  ["proxy connect", get("a:443", "", "CONNECT")],
  ["above the root", get("/../x")],
  ["down and up", get("/docs/../robots.txt")],
  ["encoded climb", get("/docs/..%2f..%2fetc")],
  ["trailing dots", get("/docs/..")],
  ["doubled slash and dot", get("//docs/./")],
  ["trailing dot", get("/docs/.")],
  ["three dots", get("/docs/...")],
  ["encoded letter", get("/robots%2etxt")],
  ["bad encoding", get("/%zz")],
  ["encoded nul", get("/a%00b")],
  ["cut encoding", get("/a%")],
  ["double encoding", get("/robots%252etxt")],
  ["fragment", get("/robots.txt#x")],
  ["plus", get("/robots+txt")],
  ["query with nul", get("/?a=%00")],
  ["encoded question mark", get("/robots.txt%3fa")],
  ["file with slash", get("/robots.txt/")],
  ["file as folder", get("/robots.txt/x")],
  ["scanner .env", get("/.env")],
  ["scanner git", get("/.git/config")],
  ["scanner wordpress", get("/wp-login.php")],
  ["folder", get("/docs")],
  ["folder with query", get("/docs?a=b")],
  ["folder with empty query", get("/docs?")],
  ["folder 1.0", "GET /docs HTTP/1.0\r\n\r\n"],
  ["folder POST", post("/docs", "")],
  ["folder PUT", get("/docs", "", "PUT")],
  ["login redirect", get("/login")],
  ["login redirect POST", post("/login", "a=b")],
  ["favicon", get("/favicon.ico")],
];

const headers: readonly (readonly [string, string])[] = [
  ["no host", "GET / HTTP/1.1\r\n\r\n"],
  ["two hosts", `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`],
  ["empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"],
  ["host with slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  ["host with two dots", "GET / HTTP/1.1\r\nHost: a..b\r\n\r\n"],
  ["host with port and dot", "GET /docs HTTP/1.1\r\nHost: FOO.bar.:99\r\n\r\n"],
  ["host IPv6", "GET /docs HTTP/1.1\r\nHost: [::1]:99\r\n\r\n"],
  ["host IPv6 unclosed", "GET /docs HTTP/1.1\r\nHost: [::1\r\n\r\n"],
  ["no colon", get("/", "foo\r\n")],
  ["space before colon", get("/", "foo : a\r\n")],
  ["only colon", get("/", ": a\r\n")],
  ["folded", get("/", "A: b\r\n c\r\n")],
  ["nul in value", get("/", "A: b\0c\r\n")],
  ["CR in value", get("/", "A: b\rc\r\n")],
  ["odd name", get("/", "A!: b\r\n")],
  ["underscore", get("/", "A_b: b\r\n")],
  ["bad header after Chrome", `GET / HTTP/1.1\r\nUser-Agent: Chrome/\r\n${HOST}: a\r\n\r\n`],
  ["header of 8192", get("/", `A: ${"a".repeat(8187)}\r\n`)],
  ["header of 8193", get("/", `A: ${"a".repeat(8188)}\r\n`)],
  ["header of 9000 from Chrome", get("/", `User-Agent: Chrome/1\r\nA: ${"a".repeat(9000)}\r\n`)],
  ["four large headers", get("/", `A: ${"a".repeat(7000)}\r\n`.repeat(4))],
  ["five large headers", get("/", `A: ${"a".repeat(7000)}\r\n`.repeat(5))],
  ["420 headers", get("/", `A: ${"a".repeat(70)}\r\n`.repeat(420))],
  ["450 headers", get("/", `A: ${"a".repeat(70)}\r\n`.repeat(450))],
  ["connection close", get("/", "Connection: close\r\n")],
  ["connection both", get("/", "Connection: keep-alive, close\r\n")],
  ["connection 1.0 among others", "GET / HTTP/1.0\r\nConnection: foo keep-alive\r\n\r\n"],
  ["upgrade h2c", get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n")],
  ["404 for Chrome", get("/nope", "User-Agent: Mozilla Chrome/1.0\r\n")],
  ["404 for MSIE", get("/nope", "User-Agent: Mozilla (MSIE 6.0)\r\n")],
  ["404 for Opera", get("/nope", "User-Agent: Opera MSIE 6.0\r\n")],
  ["404 for short MSIE", get("/nope", "User-Agent: MSIE 6\r\n")],
  ...[
    "If-Modified-Since",
    "If-Unmodified-Since",
    "If-Match",
    "If-None-Match",
    "User-Agent",
    "Referer",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Range",
    "If-Range",
    "Transfer-Encoding",
    "TE",
    "Expect",
    "Upgrade",
    "Accept-Encoding",
    "Via",
    "Authorization",
    "Keep-Alive",
    "Connection",
    "Cookie",
  ].map((name) => [`two ${name}`, get("/nope", `${name}: 0\r\n`.repeat(2))] as const),
];

const methods: readonly (readonly [string, string])[] = [
  ["HEAD", get("/", "", "HEAD")],
  ["HEAD missing", get("/nope", "", "HEAD")],
  ["OPTIONS", get("/", "", "OPTIONS")],
  ["OPTIONS star", get("*", "", "OPTIONS")],
  ["OPTIONS missing", get("/nope", "", "OPTIONS")],
  ["PUT missing", get("/nope", "", "PUT")],
  ["POST file", post("/robots.txt", "abc")],
  ["POST root", post("/", "abc")],
  ["TRACE", get("/", "", "TRACE")],
  ["CONNECT path", get("/", "", "CONNECT")],
];

const bodies: readonly (readonly [string, string])[] = [
  ["chunked", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  ["chunked broken", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`],
  ["chunked broken GET", `GET / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  ["chunked 1.0", `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  [
    "chunked and length",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ["other coding", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`],
  ["chunked upper case", get("/nope", "Transfer-Encoding: CHUNKED\r\n").concat("0\r\n\r\n")],
  ["identity", get("/nope", "Transfer-Encoding: identity\r\n")],
  ["length word", get("/", "Content-Length: x\r\n", "POST")],
  ["length negative", get("/", "Content-Length: -1\r\n", "POST")],
  ["length empty", get("/", "Content-Length:\r\n", "POST")],
  ["length huge", get("/", "Content-Length: 99999999999999999999\r\n", "POST")],
  ["expect on missing", post("/nope", "abc", "Expect: 100-continue\r\n")],
  ["expect on file", `GET / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc`],
  ["expect on redirect", post("/login", "abc", "Expect: 100-continue\r\n")],
  ["expect other", post("/nope", "abc", "Expect: foo\r\n")],
  [
    "length over the limit",
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 1048577\r\n\r\n${"a".repeat(1_048_577)}`,
  ],
];

/** All exchanges for a site. `tag` and `date` are those of its home page, `basic` a login of the area. */
export function httpCases(
  site: Site,
  facts: { readonly tag: string; readonly date: string; readonly basic: string },
): readonly HttpCase[] {
  const all = [
    ...requestLines,
    ...targets,
    ...headers,
    ...methods,
    ...bodies,
    ...fileCases(facts.tag, facts.date),
    ...siteCases(site, facts.basic),
  ];
  return all.map(([name, raw]) => ({ name, raw }));
}
