// Requests for files and for the parts of a persona's site: ranges, conditions, compression, the protected area, the login.
// Kept apart from http-cases.ts, which puts them together.

import type { Site } from "../../src/decoys/http/site.ts";
import { get, HOST, post } from "./http-requests.ts";

/** Ranges, conditions and codings of the home page. */
export function fileCases(tag: string, date: string): readonly (readonly [string, string])[] {
  const ranges = [
    "bytes=0-3",
    "bytes=0-3, 10-12",
    "bytes=-4",
    "bytes=99999-",
    "bytes=a",
    "bytes=5-2",
    "bytes=0-500,100-600",
    "bytes=0-3,99999-",
    "lines=0-3",
    "bytes=-0",
    "bytes=0-3,0-3",
    "bytes=",
    "bytes=3",
    "bytes= 1 - 2 , 4 - 5 ",
    "bytes=99999999999999999999-",
    "bytes=0-",
    "BYTES=1-2",
    "bytes=0-0,-1",
  ];
  const conditions = [
    `If-Modified-Since: ${date}`,
    "If-Modified-Since: Mon, 23 Nov 2036 14:06:53 GMT",
    "If-Modified-Since: x",
    "If-None-Match: *",
    `If-None-Match: ${tag}`,
    `If-None-Match: W/${tag}`,
    'If-None-Match: "x"',
    `If-None-Match: "x", ${tag}`,
    'If-Match: "x"',
    `If-Match: ${tag}`,
    `If-Match: W/${tag}`,
    "If-Match: *",
    "If-Unmodified-Since: Mon, 23 Nov 2006 14:06:53 GMT",
    `If-Unmodified-Since: ${date}`,
    `If-Range: ${tag}\r\nRange: bytes=0-1`,
    'If-Range: "x"\r\nRange: bytes=0-1',
    `If-Range: ${date}\r\nRange: bytes=0-1`,
    `If-None-Match: "x"\r\nIf-Modified-Since: ${date}`,
    "Accept-Encoding: gzip\r\nIf-None-Match: *",
  ];
  const codings = [
    "gzip, deflate",
    "gzip;q=0",
    "gzip; q=0.5",
    "*",
    "xgzip",
    "br, gzip",
    "GZIP",
    "gzip;q=0.0",
    "gzip\r\nVia: a",
    "gzip\r\nRange: bytes=0-1",
  ];
  return [
    ...ranges.map((range) => [`range ${range}`, get("/", `Range: ${range}\r\n`)] as const),
    ["range HEAD", get("/", "Range: bytes=0-3,5-6\r\n", "HEAD")],
    ["range 1.0", "GET / HTTP/1.0\r\nRange: bytes=0-3\r\n\r\n"],
    ["range Chrome", get("/", "User-Agent: Chrome/1\r\nRange: bytes=99999-\r\n")],
    ["range missing", get("/nope", "Range: bytes=0-3\r\n")],
    ...conditions.map((line) => [`condition ${line}`, get("/", `${line}\r\n`)] as const),
    ...codings.map((coding) => [`coding ${coding}`, get("/", `Accept-Encoding: ${coding}\r\n`)] as const),
    ["gzip HEAD", get("/", "Accept-Encoding: gzip\r\n", "HEAD")],
    ["gzip 404", get("/nope", "Accept-Encoding: gzip\r\n")],
    ["gzip 405", get("/", "Accept-Encoding: gzip\r\n", "OPTIONS")],
    ["gzip 1.0", "GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n"],
    ["gzip text", get("/robots.txt", "Accept-Encoding: gzip\r\n")],
  ];
}

/** The folders, the protected area and the application. */
export function siteCases(site: Site, basic: string): readonly (readonly [string, string])[] {
  const { admin, vault, theme } = site;
  const assets = theme.style.slice(0, theme.style.lastIndexOf("/"));
  const allowed = `Authorization: Basic ${basic}\r\n`;
  const export0 = [...site.files.keys()].find((path) => path.startsWith(vault.folder)) ?? "";
  const area = (target: string, more = "", method = "GET"): string => get(target, allowed + more, method);
  return [
    ["style", get(theme.style)],
    ["script", get(theme.script)],
    ["no listing", get(`${assets}/`)],
    ["no listing gzip", get(`${assets}/`, "Accept-Encoding: gzip\r\n")],
    ["no listing POST", post(`${assets}/`, "")],
    ["no listing PUT", get(`${assets}/`, "", "PUT")],
    ["area without login", get(`${vault.folder}/`)],
    ["area gzip", get(`${vault.folder}/`, "Accept-Encoding: gzip\r\n")],
    ["area without slash", get(vault.folder)],
    ["area bad login", get(`${vault.folder}/`, "Authorization: Basic !!!\r\n")],
    ["area wrong login", get(`${vault.folder}/`, "Authorization: Basic YTpi\r\n")],
    ["area POST", post(`${vault.folder}/x`, "ab")],
    ["area listing", area(`${vault.folder}/`)],
    ["area listing 1.0", `GET ${vault.folder}/ HTTP/1.0\r\n${allowed}\r\n`],
    ["area listing HEAD", area(`${vault.folder}/`, "", "HEAD")],
    ["area listing POST", area(`${vault.folder}/`, "Content-Length: 0\r\n", "POST")],
    ["area listing PUT", area(`${vault.folder}/`, "", "PUT")],
    ["area spelled lower case", get(`${vault.folder}/`, `Authorization: basic   ${basic}\r\n`)],
    ["area missing", area(`${vault.folder}/x`)],
    ["area missing PUT", area(`${vault.folder}/x`, "", "PUT")],
    ["area missing POST", area(`${vault.folder}/x`, "Content-Length: 0\r\n", "POST")],
    ["area export", area(export0, "Range: bytes=0-9\r\n")],
    ["area export POST", area(export0, "Content-Length: 0\r\n", "POST")],
    ["app folder", get(admin)],
    ["app index", get(`${admin}/`)],
    ["app index PUT", get(`${admin}/`, "", "PUT")],
    ["app login", get(`${admin}/login.php`)],
    ["app login 1.0", `GET ${admin}/login.php HTTP/1.0\r\n\r\n`],
    ["app login 0.9", `GET ${admin}/login.php\r\n`],
    ["app login HEAD", get(`${admin}/login.php`, "", "HEAD")],
    ["app login gzip", get(`${admin}/login.php`, "Accept-Encoding: gzip\r\n")],
    ["app login range", get(`${admin}/login.php`, "Range: bytes=0-3\r\n")],
    ["app login OPTIONS", get(`${admin}/login.php`, "", "OPTIONS")],
    [
      "app login wrong",
      post(
        `${admin}/login.php`,
        "username=a%3Cb&password=b",
        "Content-Type: application/x-www-form-urlencoded\r\n",
      ),
    ],
    ["app login expect", post(`${admin}/login.php`, "a=b", "Expect: 100-continue\r\n")],
    [
      "app chunk broken",
      `POST ${admin}/login.php HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    [
      "app chunk extension",
      `POST ${admin}/login.php HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: r\r\n\r\n`,
    ],
    ["app with cookie", get(`${admin}/index.php`, `Cookie: PHPSESSID=${"a".repeat(26)}\r\n`)],
    ["app below script", get(`${admin}/login.php/x`)],
    ["two in one", get("/robots.txt") + get(`${admin}/`)],
  ];
}
