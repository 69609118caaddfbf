// Bodies: lengths, chunks, multipart and forms; golden, one byte at a time, seeded mutations.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { BodyDecoder } from "./body.ts";
import { bytesOf, textOf } from "./characters.ts";
import { basicLogin, findLogin, parseFormBody, parseJsonFields, parseUrlEncoded } from "./forms.ts";
import type { PartHead } from "./multipart.ts";
import { MultipartParser, multipartBoundary } from "./multipart.ts";

function decode(decoder: BodyDecoder, text: string, step: number): { body: string; used: number } {
  let body = "";
  let used = 0;
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length && decoder.state === "more"; at += step) {
    used += decoder.feed(bytes.subarray(at, at + step), (part) => {
      body += textOf(part);
    });
  }
  return { body, used };
}

describe("BodyDecoder", () => {
  const chunked = "3;x=y\r\nabc\r\nA\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  test.each([1, 2, 7, 1000])("chunks, %i bytes at a time", (step) => {
    const decoder = new BodyDecoder({ kind: "chunked" });
    expect(decode(decoder, `${chunked}GET`, step).body).toBe("abc0123456789");
    expect(decoder.state).toBe("done");
  });

  test("stops at the end of the body", () => {
    expect(decode(new BodyDecoder({ kind: "chunked" }), `${chunked}GET`, 1000).used).toBe(chunked.length);
    expect(decode(new BodyDecoder({ kind: "length", length: 3 }), "abcGET", 1000)).toEqual({
      body: "abc",
      used: 3,
    });
    expect(new BodyDecoder({ kind: "none" }).state).toBe("done");
  });

  test.each(["zz\r\n", "3\r\nabcd", "\r\n", "3 x\rabc", "ffffffffffffffffffff\r\n", "0\r\n\rx"])(
    "%j is refused",
    (text) => {
      const decoder = new BodyDecoder({ kind: "chunked" });
      decode(decoder, text, 1);
      expect(decoder.state).toBe("bad");
    },
  );

  test("mutations never throw and never give more than was fed", () => {
    const random = createSeededRandom("http-chunks");
    for (let round = 0; round < 500; round++) {
      const text = bytesOf(chunked.repeat(2));
      for (let change = 0; change < 4; change++) text[random.below(text.length)] = random.below(256);
      const { body } = decode(new BodyDecoder({ kind: "chunked" }), textOf(text), 1 + random.below(20));
      expect(body.length).toBeLessThan(text.length);
    }
  });
});

function parts(
  body: string,
  step: number,
  boundary = "B",
): { head: PartHead; data: string; ended: boolean }[] {
  const found: { head: PartHead; data: string; ended: boolean }[] = [];
  const parser = new MultipartParser(boundary, {
    part: (head) => found.push({ head, data: "", ended: false }),
    data: (bytes) => {
      const last = found.at(-1);
      if (last) last.data += textOf(bytes);
    },
    end: () => {
      const last = found.at(-1);
      if (last) last.ended = true;
    },
  });
  const bytes = bytesOf(body);
  for (let at = 0; at < bytes.length; at += step) parser.feed(bytes.subarray(at, at + step));
  parser.finish();
  return found;
}

describe("MultipartParser", () => {
  const body =
    'preamble\r\n--B\r\nContent-Disposition: form-data; name="user"\r\n\r\nbob\r\n--B\r\n' +
    'Content-Disposition: form-data; name="f"; filename="a.php"\r\nContent-Type: x/y\r\n\r\n<?php\r\n--Bx\r\n?>\r\n--B--\r\n';

  test.each([1, 3, 1000])("%i bytes at a time", (step) => {
    const found = parts(body, step);
    expect(found.map(({ head }) => head)).toEqual([
      { name: "user", filename: undefined },
      { name: "f", filename: "a.php" },
    ]);
    expect(found[0]).toMatchObject({ data: "bob", ended: true });
  });

  test("an empty file, and one that is cut", () => {
    const empty = '--B\r\nContent-Disposition: form-data; name="f"; filename="e"\r\n\r\n\r\n--B--';
    expect(parts(empty, 1)).toEqual([{ head: { name: "f", filename: "e" }, data: "", ended: true }]);
    expect(parts(empty.replace("\r\n--B--", "cut"), 1)[0]).toMatchObject({ data: "cut", ended: true });
  });

  test("boundaries", () => {
    expect(multipartBoundary("multipart/form-data; boundary=abc")).toBe("abc");
    expect(multipartBoundary('Multipart/Form-Data; Boundary="a b"; x')).toBe("a b");
    expect(multipartBoundary("multipart/form-data")).toBeUndefined();
    expect(multipartBoundary(`multipart/form-data; boundary=${"a".repeat(300)}`)).toBeUndefined();
  });

  test("mutations never throw and never give more than was fed", () => {
    const random = createSeededRandom("http-multipart");
    for (let round = 0; round < 300; round++) {
      const text = bytesOf(body.repeat(2));
      for (let change = 0; change < 5; change++) text[random.below(text.length)] = random.below(256);
      const total = parts(textOf(text), 1 + random.below(30)).reduce((sum, { data }) => sum + data.length, 0);
      expect(total).toBeLessThanOrEqual(text.length);
    }
  });
});

describe("forms", () => {
  test("urlencoded", () => {
    expect(parseUrlEncoded("user=a%20b&pass=%e9+x&&c")).toEqual([
      { name: "user", value: "a b" },
      { name: "pass", value: "\xe9 x" },
      { name: "c", value: "" },
    ]);
    expect(parseUrlEncoded("a=1&".repeat(500)).length).toBeLessThanOrEqual(64);
  });

  test("JSON, hostile keys and depth included", () => {
    expect(parseJsonFields('{"__proto__":"x","auth":{"login":"bob","password":1}}')).toEqual([
      { name: "__proto__", value: "x" },
      { name: "login", value: "bob" },
      { name: "password", value: "1" },
    ]);
    expect(parseJsonFields("[".repeat(60_000))).toEqual([]);
    expect(parseJsonFields("{")).toEqual([]);
  });

  test.each([
    ["application/x-www-form-urlencoded", "log=admin&pwd=x&wp-submit=Log+In", "admin", "x"],
    ["application/json", '{"email":"a@b","password":"p"}', "a@b", "p"],
    ["", '{"userName":"u","passWord":"p"}', "u", "p"],
    ["text/plain", "j_username=u&j_password=p", "u", "p"],
  ])("finds the login in %s %s", (type, body, username, password) => {
    expect(findLogin(parseFormBody(type, bytesOf(body)))).toEqual({ username, password });
  });

  test("no login where there is none", () => {
    expect(findLogin(parseUrlEncoded("q=search"))).toBeUndefined();
    expect(findLogin(parseUrlEncoded("password=only"))).toBeUndefined();
  });

  test("HTTP Basic", () => {
    expect(basicLogin("Basic dTpwOng=")).toEqual({ username: "u", password: "p:x" });
    expect(basicLogin("basic   dTpw")).toEqual({ username: "u", password: "p" });
    for (const value of ["", "Basic", "Basic !!!", "Bearer dTpw", "Basic dQ=="])
      expect(basicLogin(value)).toBeUndefined();
  });
});
