import { describe, expect, test } from "bun:test";
import { evidence, newSessionId } from "../../test/support/evidence-kit.ts";
import { capture } from "../contract/captured.ts";
import { createSeededRandom } from "../contract/random.ts";
import { decodeRecord, encodeRecord } from "./record.ts";
import { secretSha256, tellsReuse } from "./secret.ts";

describe("spool records", () => {
  test("come back column by column, whatever the attacker's text holds", () => {
    const texts = ["", "\n\n", '"]\n["', "\u0000\u2028\ud800", "💥".repeat(50), "ü\r\n"];
    for (const text of texts) {
      const session = newSessionId();
      const record = evidence("command.executed", { command: capture(text), via: "shell" }, { session });
      const row = decodeRecord(encodeRecord(record));
      expect(row).toMatchObject({
        id: record.id,
        ts: record.ts,
        kind: record.kind,
        session,
        srcIp: record.src.ip,
      });
      expect(JSON.parse(row?.data ?? "")).toEqual(record.data);
    }
  });

  test("mutated bytes decode to something or null and never throw", () => {
    const random = createSeededRandom("record");
    const sound = encodeRecord(evidence("connection.opened", {}));
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(sound);
      for (let i = random.below(4); i >= 0; i--)
        bytes.writeUInt8(random.below(256), random.below(bytes.length));
      const row = decodeRecord(bytes.subarray(0, random.below(bytes.length + 1)));
      expect(row === null || typeof row.data === "string").toBe(true);
    }
  });
});

describe("what a secret is known by", () => {
  const base = { username: capture("root"), accepted: false } as const;

  test("the hash is of the bytes as sent", () => {
    const hash = secretSha256({ ...base, method: "password", secret: capture("hunter2") });
    expect(hash).toBe("f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7");
    const binary = secretSha256({
      ...base,
      method: "password",
      secret: capture(new Uint8Array([0xff, 0xfe])),
    });
    expect(binary).toBe(new Bun.CryptoHasher("sha256").update(new Uint8Array([0xff, 0xfe])).digest("hex"));
    expect(secretSha256({ ...base, method: "none" })).toBeNull();
  });

  test("only what means something when seen again tells reuse", () => {
    expect(tellsReuse({ ...base, method: "password", secret: capture("x") })).toBe(true);
    expect(tellsReuse({ ...base, method: "password", secret: capture("") })).toBe(false);
    expect(tellsReuse({ ...base, method: "anonymous", secret: capture("guest@") })).toBe(false);
    const challenge = { scheme: "mysql_native_password", salt_hex: "00", response_hex: "01" };
    expect(tellsReuse({ ...base, method: "challenge", challenge })).toBe(false);
  });
});
