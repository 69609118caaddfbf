// Every MySQL command byte with random payloads: no conversation breaks, whatever the bytes.

import { expect, test } from "bun:test";
import { createSeededRandom } from "../../src/contract/random.ts";
import { mysql } from "../../src/decoys/mysql/index.ts";
import { CAP } from "../../src/decoys/mysql/packets.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { CLIENT_CAPABILITIES, logIn, MysqlClient } from "../support/mysql-client.ts";
import { TEST_LOGIN } from "../support/persona.ts";

const PING = Buffer.of(0x0e);
/** Commands without an answer of their own. */
const SILENT = new Set([0x18, 0x19]);

test("random commands leave the connection in step", async () => {
  await using host = await startDecoy(mysql, { limits: { records: 50_000 } });
  const random = createSeededRandom("mysql-fuzz");
  const seeds = [
    "\x03select 1",
    "\x16select ?, ?",
    "\x17\x01\0\0\0\0\x01\0\0\0\0\x01\xfe\0\xfe\0\x01a\x01b",
    "\x02mysql",
    "\x04user\0%",
    "\x1b\0\0",
  ];
  const capabilities = CLIENT_CAPABILITIES | CAP.queryAttributes | CAP.deprecateEof | CAP.multiStatements;
  for (let round = 0; round < 40; round++) {
    using client = await MysqlClient.connect(host.port);
    await logIn(client, TEST_LOGIN.username, TEST_LOGIN.password, { capabilities });
    for (let step = 0; step < 25; step++) {
      const payload = Buffer.concat([
        Buffer.from(random.pick(seeds), "latin1"),
        random.bytes(random.below(8)),
      ]);
      for (let i = 0; i < 2; i++) payload[random.below(payload.length)] = random.below(256);
      if (payload[0] === 0x01 || payload[0] === 0x11) continue;
      client.send(payload, 0);
      if (!SILENT.has(payload[0] ?? 0) && !(await client.packet())) throw new Error(payload.toString("hex"));
      await settle(client);
    }
  }
  expect(host.broken).toEqual([]);
}, 30_000);

/** Reads on until a PING's OK comes back. */
async function settle(client: MysqlClient): Promise<void> {
  client.send(PING, 0);
  for (let packets = 0; packets < 5000; packets++) {
    const payload = await client.packet();
    if (!payload) throw new Error("the connection was closed");
    if (payload.toString("hex") === "00000002000000" && client.sequence === 1) return;
  }
  throw new Error("no answer to PING");
}
