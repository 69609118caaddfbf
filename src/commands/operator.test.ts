import { expect, test } from "bun:test";
import { localOperator, operatorName } from "./operator.ts";

test("the process's own user, the one behind sudo for root alone, a number for who has no name", () => {
  expect(operatorName({}, 0)).toBe("root");
  expect(operatorName({ SUDO_USER: "alice" }, 0)).toBe("alice");
  expect(operatorName({ SUDO_USER: "alice", USER: "mallory" }, 4_000_000)).toBe("uid-4000000");
  expect(operatorName({ SUDO_USER: "a:b\r\nx: y" }, 0)).toBe("uid-0");
  expect(localOperator({ SUDO_USER: "alice" })).toMatch(/^local:[a-z0-9_-]+$/);
});
