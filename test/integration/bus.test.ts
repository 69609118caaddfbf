// The shared cases over a real broker and socket, and over the fake.

import { silentLog } from "../../src/bus/bus-log.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { setTurns } from "../../src/bus/turn.ts";
import { encodeFrame } from "../../src/bus/wire.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { describeBus } from "../support/bus-cases.ts";
import { rawClient, testBroker } from "../support/bus-tools.ts";

for (const turns of ["usual", "short"] as const)
  describeBus(`unix, ${turns} turns`, async () => {
    setTurns(turns);
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
        setTurns("usual");
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
