import { expect, test } from "bun:test";
import { neighbourBound } from "./host-bounds.ts";

test("a fleet within what the host bears, or on a host that does not say, is no matter", () => {
  expect(neighbourBound(128, () => 1024)).toBeUndefined();
  expect(neighbourBound(2_000, () => undefined)).toBeUndefined();
});

test("a larger one is warned of, with the command that raises both thresholds of each family", () => {
  const both = neighbourBound(1_000, () => 1024);
  expect(both).toContain("holds 1024 entries for all namespaces together; 1000 deckies may need 8000");
  for (const family of ["ipv4", "ipv6"]) {
    expect(both).toContain(`net.${family}.neigh.default.gc_thresh3=8192`);
    expect(both).toContain(`net.${family}.neigh.default.gc_thresh2=4096`);
  }
  // The table was seen to overflow with so many.
  expect(neighbourBound(250, () => 1024)).toContain("250 deckies may need 2000");
  const one = neighbourBound(129, (key) => (key.startsWith("net.ipv4") ? 1024 : 8192));
  expect(one).toContain("sysctl -w net.ipv4.neigh.default.gc_thresh3=2048");
  expect(one).not.toContain("ipv6");
});
