// The maker of sockets as tests play it: a decoys' process, listeners on loopback, orders, and the evidence that comes.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemClock } from "../../src/contract/clock.ts";
import type { EvidenceOf } from "../../src/contract/evidence.ts";
import { parseEvidence } from "../../src/contract/evidence.ts";
import { openDoor } from "../../src/evidence/door/server.ts";
import type { Answer, DeckySpec, HandedSocket, Order } from "../../src/fleet/handover.ts";
import { MAX_MESSAGE } from "../../src/fleet/handover.ts";
import { newLife } from "../../src/fleet/machine.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { receiveRights, sendRights } from "../../src/platform/libc/messages.ts";
import { connectTo, signalOnInput } from "../../src/platform/libc/seqpacket.ts";
import { closeFd, openListener } from "../../src/platform/libc/sockets.ts";
import { decodeAnswer } from "../../src/workers/decky/fleet-orders.ts";
import { silent } from "./evidence-kit.ts";

/** What the machines of {@link startDecky} are drawn from. */
export const FLEET_SECRET = { key: new Uint8Array(32).fill(7), madeAt: Date.parse("2026-06-01T00:00:00Z") };

/** A description of a machine at a loopback address. */
export function specOf(decky: string, address: string, over: Partial<DeckySpec> = {}): DeckySpec {
  return {
    decky,
    archetype: "linux-server",
    address,
    addresses: [`${address}/8`],
    mac: "18:66:da:00:00:01",
    life: newLife,
    services: ["ssh", "http", "ftp", "redis", "mysql"],
    ...over,
  };
}

/** Opens sockets at an address; the descriptors are the caller's. */
export function listenersAt(address: string, sockets: readonly HandedSocket[]): readonly number[] {
  // Those for data come as they may: some listen already, some are bound alone.
  return sockets.map(({ transport, port, use }) =>
    openListener({ transport, address, port, ...(use === "data" && port % 2 === 0 ? { backlog: 0 } : {}) }),
  );
}

/** A socket's description. */
export function socketFor(service: string, port: number, use: "service" | "data" = "service"): HandedSocket {
  return { use, service, transport: "tcp", port };
}

/** Waits for the next SIGIO, or a moment when it came already. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      process.off("SIGIO", done);
      resolve();
    };
    const timer = setTimeout(done, 20);
    process.on("SIGIO", done);
  });
}

/** A connection to the decoys' process. */
export class MakerLink implements Disposable {
  readonly #fd: number;

  constructor(folder: DataFolder) {
    // Once for all: without a handler the signal would end this process.
    if (process.listenerCount("SIGIO") === 0) process.on("SIGIO", () => undefined);
    this.#fd = connectTo(folder.deckySocket);
    signalOnInput(this.#fd);
  }

  /** Sends bytes as they are. */
  send(data: Uint8Array | string, fds: readonly number[] = []): void {
    sendRights(this.#fd, typeof data === "string" ? new TextEncoder().encode(data) : data, fds);
  }

  /** The next answer; "end" when the other side has closed. */
  async answer(): Promise<Answer | "end"> {
    for (;;) {
      const got = receiveRights(this.#fd, MAX_MESSAGE);
      if (got === "end") return "end";
      if (got !== "empty") return decodeAnswer(got.data);
      await nextSignal();
    }
  }

  async order(order: Order, fds: readonly number[] = []): Promise<Answer | "end"> {
    this.send(JSON.stringify(order), fds);
    return await this.answer();
  }

  /** Opens the sockets, hands them over with the machine, and closes its own descriptors of them. */
  async serve(decky: DeckySpec, sockets: readonly HandedSocket[], reboot = false): Promise<Answer | "end"> {
    const fds = listenersAt(decky.address, sockets);
    try {
      return await this.order({ order: "serve", decky, sockets: [...sockets], reboot }, fds);
    } finally {
      for (const fd of fds) closeFd(fd);
    }
  }

  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }
}

/** A collector that keeps what it is told. */
export async function collect(folder: DataFolder) {
  const changes: EvidenceOf<"decky.changed">[] = [];
  const decoder = new TextDecoder();
  const door = await openDoor({
    socketPath: folder.collectorSocket,
    clock: systemClock,
    log: silent,
    accept: (records) => {
      let rejected = 0;
      for (const bytes of records) {
        const parsed = parseEvidence(JSON.parse(decoder.decode(bytes)));
        if (!parsed.ok) rejected++;
        else if (parsed.evidence.kind === "decky.changed") changes.push(parsed.evidence);
      }
      return Promise.resolve({ accepted: records.length - rejected, rejected, lost: 0 });
    },
  });
  return { changes, close: () => door.close(1000) };
}

/** The decoys' process. */
export interface DeckyProcess extends AsyncDisposable {
  readonly pid: number;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Ends it in an orderly way; its exit status. */
  stop(): Promise<number>;
}

/** Starts it; resolves when it is ready. */
export async function startDecky(
  folder: DataFolder,
  flags: Record<string, unknown> = {},
): Promise<DeckyProcess> {
  mkdirSync(dirname(folder.deckySocket), { recursive: true });
  const script = join(import.meta.dir, "decky-process.ts");
  const child = Bun.spawn([process.execPath, script, folder.root, JSON.stringify(flags)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { value } = await child.stdout.getReader().read();
  if (!value) throw new Error(`the decoys' process ended before it was ready: ${await child.exited}`);
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<number> => {
    child.kill(signal);
    return await child.exited;
  };
  return {
    pid: child.pid,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    [Symbol.asyncDispose]: async () => void (await end("SIGKILL")),
  };
}
