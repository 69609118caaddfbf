// HASSH against the published example of its specification, and that order matters.

import { expect, test } from "bun:test";
import { hassh } from "./hassh.ts";

const paramiko = {
  kex: [
    "diffie-hellman-group1-sha1",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group-exchange-sha256",
  ],
  ciphersToServer: ["aes128-ctr", "aes256-ctr"],
  macsToServer: ["hmac-sha2-256"],
  compressionToServer: ["none"],
};

test("is the MD5 of the four lists with semicolons between", () => {
  const { hash, raw } = hassh(paramiko);
  expect(raw).toBe(
    "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1," +
      "diffie-hellman-group-exchange-sha256;aes128-ctr,aes256-ctr;hmac-sha2-256;none",
  );
  expect(hash).toBe(new Bun.CryptoHasher("md5").update(raw).digest("hex"));
});

test("tells lists of another order apart", () => {
  const turned = { ...paramiko, kex: paramiko.kex.toReversed() };
  expect(hassh(turned).hash).not.toBe(hassh(paramiko).hash);
});

test("takes empty lists", () => {
  const empty = { kex: [], ciphersToServer: [], macsToServer: [], compressionToServer: [] };
  // MD5 of ";;;".
  expect(hassh(empty).hash).toBe(new Bun.CryptoHasher("md5").update(";;;").digest("hex"));
});
