// The data set in the server's dump format (RDB version 10), as a replica is sent it.
// Uses the plain encodings only; the checksum is 0, which readers take as none.

import type { Value } from "./keyspace.ts";
import type { World } from "./world.ts";

const TYPES = { string: 0, list: 1, set: 2, hash: 4, zset: 5 } as const;

const byte = (value: number): string => String.fromCharCode(value);

function length(value: number): string {
  if (value < 64) return byte(value);
  if (value < 16_384) return byte(0x40 | (value >> 8)) + byte(value & 0xff);
  const four = Buffer.alloc(5, 0x80);
  four.writeUInt32BE(value, 1);
  return four.toString("latin1");
}

const text = (value: string): string => length(value.length) + value;

function scoreBytes(score: number): string {
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(score);
  return eight.toString("latin1");
}

function body(value: Value): string {
  if (value.type === "string") return text(value.v);
  if (value.type === "list") return length(value.v.length) + value.v.map(text).join("");
  if (value.type === "set") return length(value.v.size) + [...value.v].map(text).join("");
  if (value.type === "hash") return length(value.v.size) + [...value.v].flat().map(text).join("");
  const pairs = [...value.v].map(([member, score]) => text(member) + scoreBytes(score));
  return length(value.v.size) + pairs.join("");
}

function aux(name: string, value: string): string {
  return byte(0xfa) + text(name) + text(value);
}

/** All databases of a world as one dump, a binary string. */
export function dumpDatabases(world: World): string {
  const seconds = String(Math.floor(world.clock.now() / 1000));
  const parts = [
    "REDIS0010",
    aux("redis-ver", world.machine.version),
    aux("redis-bits", "64"),
    aux("ctime", seconds),
  ];
  for (const [index, database] of world.databases) {
    const keys = database.keys();
    if (keys.length === 0) continue;
    parts.push(byte(0xfe), length(index), byte(0xfb), length(keys.length), length(database.expiring));
    for (const key of keys) {
      const entry = database.entry(key);
      if (!entry) continue;
      if (entry.expireAt > 0) {
        const eight = Buffer.alloc(8);
        eight.writeBigUInt64LE(BigInt(entry.expireAt));
        parts.push(byte(0xfc), eight.toString("latin1"));
      }
      parts.push(byte(TYPES[entry.value.type]), text(key), body(entry.value));
    }
  }
  return `${parts.join("")}${byte(0xff)}${"\0".repeat(8)}`;
}
