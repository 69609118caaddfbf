// The shared cases over a real broker and socket, and over the fake.

import { silentLog } from "../../src/bus/bus-log.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { encodeFrame } from "../../src/bus/wire.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { describeBus } from "../support/bus-cases.ts";
import { rawClient, testBroker } from "../support/bus-tools.ts";

describeBus("unix", async () => {
  const running = await testBroker();
  const raw = await rawClient(running.path);
  return {
    connect: (name, log = silentLog) => new UnixBus({ name, path: running.path, log, clock: systemClock }),
    async publishRaw(topic, body) {
      raw.send(encodeFrame("PUB", topic, body));
      await raw.sync();
    },
    async close() {
      raw.destroy();
      await running.close();
    },
  };
});

describeBus("fake", async () => {
  const hub = new FakeHub();
  return {
    connect: (name, log = silentLog) => hub.connect({ name, log }),
    publishRaw(topic, body) {
      hub.publishRaw(topic, body);
      return hub.settled();
    },
    close: () => Promise.resolve(),
  };
});
