// What the decky worker does while it has rights: plans this host's machines, opens their sockets and the fleet's door.
// Reads no byte of a client, and gives back no right: its process is replaced by itself with what is opened here.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { planDeckies } from "../../decoys/personas/plan.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import type { DataFolder } from "../../kit/data-folder.ts";
import type { PrepareWorker } from "../../kit/worker.ts";
import { hasBindRight } from "../../platform/bind-rights.ts";
import { decoyIds, ownerOf } from "../../platform/identity.ts";
import { offsetOf } from "./core.ts";
import { openDoorAt, openServices, reachableAddress } from "./io.ts";
import { packLuggage } from "./luggage.ts";

/** What reaching a bus beyond this host takes: names, and whom to trust. */
const INTERNET = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/ssl"];

/** The secret's file: the copy that the service manager hands to this process alone (systemd.exec(5)), where it does. */
function secretFile(folder: DataFolder): string {
  const handed = process.env["CREDENTIALS_DIRECTORY"];
  const file = handed === undefined ? "" : join(handed, "secret");
  return file !== "" && existsSync(file) ? file : folder.secretFile;
}

/** Opens everything. */
export const prepare: PrepareWorker = async ({ config, folder, clock }) => {
  const secret = loadSecret(secretFile(folder), clock);
  const offset = offsetOf(config.get("decky.port_offset"), hasBindRight());
  const plans = planDeckies(secret, {
    services: config.get("decky.services"),
    logins: config.get("decky.logins"),
    offset,
  });
  const where = { host: config.get("decky.listen"), offset };
  const user = decoyIds();
  const own = plans.map(({ persona, services }) => ({
    decky: persona.decky,
    ...openServices(services, where, config.get("limits.data_ports")),
  }));
  const door = openDoorAt(folder.deckySocket, user);
  mkdirSync(folder.blobs, { recursive: true });
  const internet = config.get("bus.type") === "nats";
  const files = (["nats.creds", "nats.nkey", "nats.ca", "nats.cert", "nats.key"] as const)
    .map((key) => config.get(key))
    .filter((path) => path !== "");
  return {
    luggage: packLuggage({
      secret,
      own,
      offset,
      door,
      address: reachableAddress(where.host),
      workers: ownerOf(folder.root).uid,
    }),
    keep: [door, ...own.flatMap(({ sockets }) => sockets.map(({ fd }) => fd))],
    user,
    openings: {
      // Under a script runner the code is read while it runs, from wherever it lies.
      read: Bun.isStandaloneExecutable ? (internet ? [...INTERNET, ...files] : []) : ["/"],
      run: [],
      write: [folder.blobs, dirname(folder.deckySocket)],
      connect: internet,
    },
    internet,
  };
};
