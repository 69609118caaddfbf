// Every Redis command with arguments of every kind: no conversation breaks, each command has one answer.

import { expect, test } from "bun:test";
import { createSeededRandom } from "../../src/contract/random.ts";
import { commands } from "../../src/decoys/redis/commands.ts";
import { redis } from "../../src/decoys/redis/index.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { RedisClient } from "../support/redis-client.ts";

/** Commands that wait, end the connection, or answer other than once. */
const APART =
  /^(?:b[lrz]\w+|wait|quit|shutdown|monitor|sync|psync|\w*subscribe|client\|(?:reply|kill|pause)|replconf|reset|multi)$/;
const words = [
  "a",
  "b",
  "l",
  "h",
  "z",
  "s",
  "0",
  "1",
  "-1",
  "2",
  "10",
  "x",
  "*",
  "",
  "nx",
  "xx",
  "get",
  "limit",
  "withscores",
  "+inf",
  "(1",
  "[a",
  "9223372036854775807",
  "1e308",
  "nan",
  "count",
  "match",
  "left",
  "right",
  "ex",
  "return 1",
  "return redis.call('lpush','l','x')",
  "\0\xff\r\n",
  "weights",
  "aggregate",
  "store",
  "keys",
  "by",
  "bylex",
  "byscore",
] as const;

test("random commands are each answered once", async () => {
  await using host = await startDecoy(redis, { limits: { records: 50_000, sessionBytes: 64 * 1024 * 1024 } });
  const random = createSeededRandom("redis-fuzz");
  const names = [...commands.values()]
    .flatMap((command) => (command.subcommands.size > 0 ? [...command.subcommands.values()] : [command]))
    .map(({ name }) => name)
    .filter((name) => !APART.test(name));
  using client = await RedisClient.connect(host.port);
  let errors = 0;
  for (let round = 0; round < 6000; round++) {
    const name = random.pick(names);
    const args = Array.from({ length: random.below(7) }, () => random.pick(words));
    const reply = await client.call(...name.split("|"), ...args);
    if (reply === "<closed>") throw new Error(`${name} ${JSON.stringify(args)} closed the connection`);
    if (reply.startsWith("-")) errors++;
  }
  expect(await client.call("ECHO", "still here")).toBe("$10\r\nstill here\r\n");
  expect(errors).toBeGreaterThan(1000);
  expect(errors).toBeLessThan(5900);
  expect(host.broken).toEqual([]);
}, 30_000);
