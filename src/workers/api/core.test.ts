import { expect, test } from "bun:test";
import { portsToTry, urlOf } from "./core.ts";

test("a port that was asked for is the only one tried; the default is the first of 51", () => {
  expect(portsToTry(8000, true)).toEqual([8000]);
  expect(portsToTry(0, false)).toEqual([0]);
  const ports = portsToTry(8000, false);
  expect([ports[0], ports.at(-1), ports.length]).toEqual([8000, 8050, 51]);
  expect(portsToTry(65_530, false).at(-1)).toBe(65_535);
});

test("a URL that a browser on this machine can open", () => {
  expect(urlOf("127.0.0.1", 80)).toBe("http://127.0.0.1:80");
  expect(urlOf("0.0.0.0", 8000)).toBe("http://127.0.0.1:8000");
  expect(urlOf("::", 8000)).toBe("http://[::1]:8000");
  expect(urlOf("2001:db8::1", 8000)).toBe("http://[2001:db8::1]:8000");
  expect(urlOf("localhost", 1)).toBe("http://localhost:1");
});
