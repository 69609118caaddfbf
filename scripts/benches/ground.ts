// Deckies of a network namespace each with eight listeners: time to make, to listen, to add one more, to remove; memory.
// All of it happens in a network of its own, which the kernel removes with this process.

import { createServer, type Server } from "node:net";
import type { DesiredDecky, DesiredFleet } from "../../src/fleet/model.ts";
import { bridgeName, hostLinkName, namespaceName, namespacePrefix } from "../../src/fleet/names.ts";
import { planFleet } from "../../src/fleet/plan.ts";
import { type FleetKernel, fleetKernel } from "../../src/platform/fleet-kernel.ts";
import { openListener } from "../../src/platform/libc/sockets.ts";
import { namedNamespaces } from "../../src/platform/netns/named.ts";
import { enterLab } from "../../test/support/netlab.ts";

const INSTALL = "bench";
const LISTENERS = 8;
const SYSCTLS = {
  "net.ipv4.ip_default_ttl": "128",
  "net.ipv4.tcp_timestamps": "0",
  "net.ipv4.tcp_sack": "1",
  "net.ipv4.tcp_window_scaling": "1",
  "net.ipv4.tcp_ecn": "0",
  "net.ipv4.ip_no_pmtu_disc": "0",
  "net.ipv4.tcp_syn_retries": "4",
};

function decky(i: number): DesiredDecky {
  const host = hostLinkName(INSTALL, `d${i}`, "eth0");
  const mac = `02:00:5e:00:${[i >> 8, i & 255].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
  const addresses = [`10.80.${1 + (i >> 7)}.${1 + (i & 127)}/16`];
  return {
    namespace: namespaceName(INSTALL, `d${i}`),
    links: [{ name: "eth0", host, bridge: bridgeName(INSTALL, "lan"), mac, addresses }],
    gateway: "10.80.0.1",
    sysctls: SYSCTLS,
    firewall: "v1 forward=no",
  };
}

const fleetOf = (deckies: number): DesiredFleet => ({
  bridges: [bridgeName(INSTALL, "lan")],
  joined: [],
  deckies: Array.from({ length: deckies }, (_, i) => decky(i)),
});

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** Milliseconds that looking, planning and carrying out take. */
function reach(
  kernel: FleetKernel,
  desired: DesiredFleet,
  only?: DesiredFleet,
): { observe_ms: number; apply_ms: number } {
  const start = performance.now();
  const observed = kernel.observe(Object.keys(SYSCTLS), only);
  const seen = performance.now();
  kernel.apply(planFleet(desired, observed));
  return { observe_ms: round(seen - start), apply_ms: round(performance.now() - seen) };
}

function serve(fd: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.listen({ fd }, () => resolve(server));
  });
}

async function listenAll(folder: string, deckies: number): Promise<{ servers: Server[]; listen_ms: number }> {
  const namespaces = namedNamespaces(namespacePrefix(INSTALL), folder);
  const start = performance.now();
  const fds = Array.from({ length: deckies }, (_, i) =>
    namespaces.run(namespaceName(INSTALL, `d${i}`), () =>
      Array.from({ length: LISTENERS }, (_, port) =>
        openListener({ transport: "tcp", address: "0.0.0.0", port: 1000 + port }),
      ),
    ),
  ).flat();
  const servers = await Promise.all(fds.map(serve));
  return { servers, listen_ms: round(performance.now() - start) };
}

/** BENCH_DECKIES deckies (250), then one more at 10 and at 500. */
export async function benchGround(): Promise<unknown> {
  const deckies = Number(process.env["BENCH_DECKIES"] ?? 250);
  using lab = enterLab();
  const kernel = fleetKernel(INSTALL, lab.folder);
  const up = reach(kernel, fleetOf(deckies));
  const { servers, listen_ms } = await listenAll(lab.folder, deckies);
  const rss_mb = Math.round(process.memoryUsage().rss / 2 ** 20);
  for (const server of servers) server.close();
  const teardown = reach(kernel, fleetOf(0));
  const more = [10, 500].map((size) => {
    reach(kernel, fleetOf(size));
    const one = { ...fleetOf(0), deckies: [decky(size)] };
    return { at: size, ...reach(kernel, one, one) };
  });
  reach(kernel, { bridges: [], joined: [], deckies: [] });
  return { deckies, listeners: servers.length, up, listen_ms, rss_mb, teardown, one_more: more };
}
