// A room and its readers: nobody misses what came while the snapshot was read, nor is slow because it is large.

import { describe, expect, test } from "bun:test";
import { systemClock } from "../../contract/clock.ts";
import type { Principal } from "../env.ts";
import { CLIENT_QUEUE_BYTES, StreamClient } from "./client.ts";
import { TopologyRoom } from "./topology-room.ts";

const principal: Principal = {
  username: "v",
  role: "viewer",
  expiresAt: null,
  tokenSha256: null,
  via: "bearer",
};
const status = (text: string) => ({ status: text, previous: null, reason: "" });

function open(snapshot: () => Promise<string>) {
  const told = { lagged: 0, names: 0 };
  const room = new TopologyRoom({
    snapshot,
    names: async () => {
      told.names += 1;
      return new Set(["web"]);
    },
    onLagged: () => {
      told.lagged += 1;
    },
  });
  const enter = () => {
    const client = new StreamClient({ clock: systemClock, principal, onGone: (gone) => room.leave(gone) });
    const decoder = new TextDecoder();
    const reader = client.body.getReader();
    /** The text up to and with the first piece that holds `end`. */
    const readTo = async (end: string): Promise<string> => {
      let text = "";
      while (!text.includes(end)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended: ${text.slice(-200)}`);
        text += decoder.decode(value, { stream: true });
      }
      return text;
    };
    return { client, readTo, joined: room.join(client) };
  };
  return { room, told, enter };
}

describe("a room", () => {
  test("what comes while the snapshot is read follows it, once and in order", async () => {
    const snapshot = Promise.withResolvers<string>();
    const { room, enter } = open(() => snapshot.promise);
    const one = enter();
    room.send("status", status("a"));
    const two = enter();
    room.send("status", status("b"));
    snapshot.resolve("{}");
    await Promise.all([one.joined, two.joined]);
    room.send("status", status("c"));
    for (const { readTo } of [one, two]) {
      const text = await readTo('"c"');
      expect(
        [...text.matchAll(/^id: (\d+)\nevent: (\w+)$/gm)].map(([, id, name]) => `${id} ${name}`),
      ).toEqual(["0 snapshot", "1 status", "2 status", "3 status"]);
    }
  });

  test("a snapshot larger than what may wait makes nobody slow", async () => {
    const large = JSON.stringify({ x: "y".repeat(2 * CLIENT_QUEUE_BYTES) });
    const { room, told, enter } = open(async () => large);
    const { client, readTo, joined } = enter();
    await Promise.resolve();
    for (const text of ["a", "b", "c"]) {
      room.send("status", status(text));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const text = await readTo('"c"');
    await joined;
    expect(text).not.toContain("lagged");
    expect([told.lagged, client.isOpen]).toEqual([0, true]);
    room.send("status", status("d"));
    expect(await readTo('"d"')).toContain("id: 4");
  });

  test("one for whom the ring has moved on is told, and comes back", async () => {
    const snapshot = Promise.withResolvers<string>();
    const { room, told, enter } = open(() => snapshot.promise);
    const { client, readTo, joined } = enter();
    for (let i = 0; i < 1100; i++) room.send("status", status(`s${i}`));
    snapshot.resolve("{}");
    await joined;
    expect(await readTo("lagged")).toContain("event: lagged");
    expect([told.lagged, client.isOpen, room.isEmpty]).toEqual([1, false, true]);
  });

  test("which deckies there are is read once until it may have changed, and again after a failure", async () => {
    const { room, told } = open(async () => "{}");
    expect([await room.has("web"), await room.has("mail"), told.names]).toEqual([true, false, 1]);
    room.forgetNames();
    await room.has("web");
    expect(told.names).toBe(2);
    let broken = true;
    const other = new TopologyRoom({
      snapshot: async () => "{}",
      onLagged: () => undefined,
      names: async () => {
        if (broken) throw new Error("disk");
        return new Set(["web"]);
      },
    });
    await expect(other.has("web")).rejects.toThrow("disk");
    broken = false;
    expect(await other.has("web")).toBe(true);
  });
});
