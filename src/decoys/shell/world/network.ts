// The machine's network as its tools show it. Addresses come from the conversation: the one that the intruder reached.

import type { Session } from "../../decoy.ts";
import type { Persona } from "../../personas/persona.ts";

/** Listening port. */
export interface Listener {
  readonly port: number;
  readonly address: string;
  readonly program: string;
  readonly match: RegExp;
}

/** The network. */
export interface Network {
  readonly interface: string;
  readonly mac: string;
  /** Listening sockets by decoy name. */
  readonly listeners: readonly Listener[];
  /** Textual IPv4 of the machine within a conversation (a private one is made up for IPv6). */
  address(session: Session): string;
  gateway(session: Session): string;
  counters(seconds: number): {
    readonly rxBytes: number;
    readonly txBytes: number;
    readonly rx: number;
    readonly tx: number;
  };
}

const KNOWN = new Map<string, Omit<Listener, "address">>([
  ["ssh", { port: 22, program: "sshd", match: /\/sshd/ }],
  ["http", { port: 80, program: "nginx", match: /^nginx: master/ }],
  ["ftp", { port: 21, program: "vsftpd", match: /\/vsftpd/ }],
  ["redis", { port: 6379, program: "redis-server", match: /redis-server/ }],
  ["mysql", { port: 3306, program: "mysqld", match: /\/mysqld/ }],
  ["telnet", { port: 23, program: "telnetd", match: /^telnetd/ }],
]);

/** The network of a persona. */
export function createNetwork(persona: Persona): Network {
  const random = persona.random("shell-network");
  const device = persona.os.flavour === "busybox";
  const host = 20 + random.below(200);
  const rates = { rx: 900 + random.below(3000), tx: 300 + random.below(1500) };
  const listeners = [...KNOWN]
    .filter(([name]) => name in persona.products)
    .map(([, entry]) => ({ ...entry, address: "0.0.0.0" }));
  const address = (session: Session): string => {
    const { ip } = session.connection.local;
    return /^\d+\.\d+\.\d+\.\d+$/.test(ip) && !ip.startsWith("127.") ? ip : `192.168.1.${host}`;
  };
  return {
    interface: device ? "eth0" : "ens18",
    mac: persona.mac,
    listeners,
    address,
    gateway: (session) => `${address(session).split(".").slice(0, 3).join(".")}.1`,
    counters: (seconds) => ({
      rxBytes: Math.floor(seconds * rates.rx),
      txBytes: Math.floor(seconds * rates.tx),
      rx: Math.floor((seconds * rates.rx) / 312),
      tx: Math.floor((seconds * rates.tx) / 241),
    }),
  };
}
