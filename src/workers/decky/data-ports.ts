// Passive data ports of one machine: sockets bound beforehand, each lent to one conversation at a time.
// None listens while it is not lent, so that a scan finds it closed.

import { createServer } from "node:net";
import type { DataPort } from "../../decoys/decoy.ts";
import { allowReuse, closeFd, duplicateFd, listenOn, stopListening } from "../../platform/libc/sockets.ts";
import type { DataPortOptions } from "./data-port.ts";
import { dataPort } from "./data-port.ts";

/** Connections that may wait: the client's, and a few that are turned away. */
const BACKLOG = 4;

interface Place {
  readonly fd: number;
  readonly service: string;
  readonly port: number;
  lent: boolean;
  given: boolean;
}

/** The ports that a machine was given. */
export interface DataPorts {
  /** Takes over a bound TCP socket; one of the same port replaces it. */
  add(fd: number, service: string, port: number): void;
  /** Lends one; null when all are in use. */
  lend(service: string, options: DataPortOptions): Promise<DataPort | null>;
  /** Gives up those that are wanted no more. */
  drop(gone: (place: { readonly service: string; readonly port: number }) => boolean): void;
  readonly all: readonly { readonly service: string; readonly port: number }[];
}

function giveUp(place: Place): void {
  place.given = false;
  stopListening(place.fd);
  closeFd(place.fd);
}

/** Makes an empty pool. */
export function createDataPorts(): DataPorts {
  let places: Place[] = [];
  const drop = (gone: (place: Place) => boolean): void => {
    for (const place of places.filter(gone)) giveUp(place);
    places = places.filter((place) => place.given);
  };
  return {
    add(fd, service, port) {
      drop((place) => place.port === port);
      stopListening(fd);
      allowReuse(fd);
      places.push({ fd, service, port, lent: false, given: true });
    },
    async lend(service, options) {
      const place = places.find((entry) => entry.service === service && !entry.lent);
      return place ? await open(place, options) : null;
    },
    drop,
    get all() {
      return places;
    },
  };
}

function takeBack(place: Place): void {
  place.lent = false;
  // The number of one that was given up may be another socket's by now.
  if (place.given) stopListening(place.fd);
}

/** Listens through a descriptor of its own: the server closes that, the socket stays bound. */
async function open(place: Place, options: DataPortOptions): Promise<DataPort | null> {
  place.lent = true;
  const server = createServer({ allowHalfOpen: true });
  server.maxConnections = BACKLOG;
  try {
    listenOn(place.fd, BACKLOG);
    const fd = duplicateFd(place.fd);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ fd }, resolve);
    });
  } catch {
    // As where no port is free: the decoy says so in its own words.
    takeBack(place);
    return null;
  }
  const onSettled = (): void => {
    server.close();
    takeBack(place);
  };
  return dataPort(server, { ...options, port: place.port, onSettled });
}
