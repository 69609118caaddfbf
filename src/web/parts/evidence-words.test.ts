import { expect, test } from "bun:test";
import type { EvidenceItem } from "../../api/types.ts";
import { evidenceKinds } from "../../contract/evidence.ts";
import { knownKinds, type Phrase, sentenceOf, weightOf } from "./evidence-words.ts";

const item = (kind: string, data: Record<string, unknown>): EvidenceItem => ({
  seq: 1,
  id: "01J00000000000000000000000",
  ts: 0,
  sensor: "local",
  decky: "d",
  service: "ssh",
  kind,
  session: null,
  src: { ip: "192.0.2.1", port: 1 },
  dst: { ip: "192.0.2.2", port: 22 },
  transport: "tcp",
  data,
  drill: false,
});

const flat = (phrases: readonly Phrase[]): string =>
  phrases
    .map((part) =>
      typeof part === "string" ? part : typeof part.value === "string" ? part.value : part.value.val,
    )
    .join("");

const text = (val: string) => ({ enc: "utf8", val, len: val.length });

test("there is a sentence for exactly the kinds of the catalogue", () => {
  expect([...knownKinds].sort()).toEqual(Object.keys(evidenceKinds).sort());
});

test("a login says who, with what, and whether it was let in", () => {
  const data = { method: "password", username: text("root"), secret: text("toor"), accepted: true };
  expect(flat(sentenceOf(item("auth.attempted", data)))).toBe(
    "logged in as root with password toor and was let in",
  );
  expect(weightOf(item("auth.attempted", data))).toBe("strong");
  expect(weightOf(item("auth.attempted", { ...data, accepted: false }))).toBe("notice");
});

test("attacker text is always a value, never one of our words", () => {
  const phrases = sentenceOf(item("command.executed", { command: text("rm -rf /"), via: "shell" }));
  expect(phrases.filter((part) => typeof part === "string").join("")).not.toContain("rm");
});

test("no kind throws on data it does not expect", () => {
  for (const kind of [...knownKinds, "future.kind", "__proto__"]) {
    for (const data of [{}, { username: 1, command: null, key: {}, reason: [] }]) {
      expect(flat(sentenceOf(item(kind, data))).length).toBeGreaterThan(0);
    }
  }
});
