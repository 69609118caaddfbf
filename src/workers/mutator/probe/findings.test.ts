import { expect, test } from "bun:test";
import { reasonFor, stateFor } from "./findings.ts";

const at = { decky: "web01", address: "10.0.0.5" };

test("a reason names what was seen, each thing once, and at most three", () => {
  expect(reasonFor([])).toBe("");
  expect(reasonFor([{ ...at, check: "ttl", seen: 77 }])).toBe(
    "its packets have another TTL than its system's (77) (10.0.0.5)",
  );
  const faults = ["ssh", "http", "ftp", "ftp", "redis"].map((service) => ({
    ...at,
    check: "refused" as const,
    service,
  }));
  expect(reasonFor(faults)).toBe(
    "ssh: its port is closed; http: its port is closed; ftp: its port is closed; and 1 more",
  );
});

test("a machine whose service has failed stays degraded when no neighbour finds anything", () => {
  const service = { name: "ssh", port: 22, transport: "tcp" } as const;
  expect(stateFor("", [{ ...service, state: "listening" }])).toBe("running");
  expect(stateFor("", [{ ...service, state: "failed" }])).toBe("degraded");
  expect(stateFor("amiss", [{ ...service, state: "listening" }])).toBe("degraded");
});
