// A channel's windows and its end, and the queue under it.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { ByteQueue } from "./byte-queue.ts";
import { Channel, SESSION_PACKET, SESSION_WINDOW } from "./channel.ts";
import { msg } from "./numbers.ts";

function open(window: number, maxPacket = SESSION_PACKET) {
  const sent: Uint8Array[] = [];
  let ended = 0;
  const channel = new Channel(
    0,
    { id: 9, window, maxPacket },
    {
      send: (payload) => {
        sent.push(payload.slice());
        return Promise.resolve();
      },
      ready: () => Promise.resolve(),
      closed: () => {
        ended++;
      },
    },
  );
  return { channel, sent, types: () => sent.map((payload) => payload[0]), ended: () => ended };
}

describe("a channel", () => {
  test("takes no data before a program runs", async () => {
    const { channel } = open(100);
    channel.receive(new Uint8Array(5));
    await channel.start();
    channel.receive(Uint8Array.of(1));
    expect(await channel.read()).toEqual(Uint8Array.of(1));
  });

  test("cuts output to the client's packets and window", async () => {
    const { channel, sent } = open(25, 10);
    const writing = channel.write(new Uint8Array(40));
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    channel.receiveAdjust(100);
    await writing;
    expect(sent.map((payload) => payload.length - 9)).toEqual([10, 10, 5, 10, 5]);
  });

  test("gives back window once enough has been read", async () => {
    const { channel, types } = open(0);
    await channel.start();
    for (let i = 0; i < 4; i++) channel.receive(new Uint8Array(SESSION_PACKET));
    for (let i = 0; i < 4; i++) await channel.read();
    expect(types()).toEqual([msg.channelWindowAdjust, msg.channelWindowAdjust]);
  });

  test("is broken off by a client far beyond the window", async () => {
    const { channel } = open(0);
    await channel.start();
    const flood = (): void => {
      for (let i = 0; i <= (SESSION_WINDOW * 1.2) / SESSION_PACKET; i++)
        channel.receive(new Uint8Array(SESSION_PACKET));
    };
    expect(flood).toThrow();
  });

  test("ends with data's end, status and close, and is gone when both have closed", async () => {
    const { channel, types, ended } = open(0);
    await channel.start();
    await channel.exit(3, { tellEndOfInput: true });
    const request = msg.channelRequest;
    expect(types().slice(1)).toEqual([msg.channelEof, request, request, msg.channelClose]);
    expect(ended()).toBe(0);
    channel.receiveClose();
    expect(ended()).toBe(1);
  });

  test("lets a writer go when the client closes, and a terminal read on after the end of data", async () => {
    const { channel } = open(0);
    await channel.start();
    const writing = channel.write(new Uint8Array(10));
    const reading = channel.readTerminal();
    channel.receiveEof();
    expect(await channel.read()).toBeNull();
    channel.receiveClose();
    await writing;
    expect(await reading).toBeNull();
  });
});

test("the queue gives back what went in, in few blocks", () => {
  const random = createSeededRandom("queue");
  const queue = new ByteQueue();
  const parts = Array.from({ length: 500 }, () =>
    random.bytes(random.below(20) === 0 ? 5000 : random.below(30)),
  );
  for (const part of parts) queue.push(part);
  const blocks: Uint8Array[] = [];
  for (let block = queue.shift(); block; block = queue.shift()) blocks.push(block);
  expect(Buffer.concat(blocks)).toEqual(Buffer.concat(parts));
  expect(blocks.length).toBeLessThan(100);
  expect(queue.empty).toBe(true);
});
