// The machine's network as its tools show it. Addresses come from the conversation: the one that the intruder reached.

import type { Session } from "../../decoy.ts";
import type { Persona } from "../../personas/persona.ts";

/** Listening port. */
export interface Listener {
  readonly port: number;
  readonly address: string;
  /** Our name of the service. */
  readonly service: string;
  readonly program: string;
  /** Its process title, as netstat shows it. */
  readonly title: string;
  readonly backlog: number;
  readonly descriptor: number;
  readonly match: RegExp;
}

/** The network. */
export interface Network {
  readonly interface: string;
  readonly mac: string;
  /** Listening sockets, as they are now. */
  readonly listeners: readonly Listener[];
  /** Textual IPv4 of the machine within a conversation (a private one is made up for IPv6). */
  address(session: Session): string;
  gateway(session: Session): string;
  readonly gatewayMac: string;
  /** First three parts of the address that was reached last. */
  readonly prefix: string;
  /** What its card has carried after so long. */
  counters(seconds: number): Counters;
  /** What it has said to itself after so long. */
  loopback(seconds: number): Counters;
}

/** What a link has carried. */
export interface Counters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rx: number;
  readonly tx: number;
}

/** Makers of routers that small networks stand behind: Cisco, Ubiquiti, MikroTik, TP-Link, AVM, Netgear. */
const ROUTERS = ["00:1b:54", "78:8a:20", "4c:5e:0c", "50:c7:bf", "c8:0e:14", "a0:40:a0"];

interface Known {
  readonly program: string;
  readonly title: (port: number) => string;
  readonly match: RegExp;
  readonly backlog: number;
  /** Of its first socket; others follow. */
  readonly descriptor: number;
}

const named = (title: string) => (): string => title;

const KNOWN: Readonly<Record<string, Known>> = {
  ssh: {
    program: "sshd",
    title: named("sshd: /usr/sbin/sshd"),
    match: /\/sshd/,
    backlog: 128,
    descriptor: 3,
  },
  http: {
    program: "nginx",
    title: named("nginx: master process"),
    match: /^nginx: master/,
    backlog: 511,
    descriptor: 5,
  },
  ftp: { program: "vsftpd", title: named("vsftpd"), match: /\/vsftpd/, backlog: 32, descriptor: 3 },
  redis: {
    program: "redis-server",
    title: (port) => `redis-server 0.0.0.0:${port}`,
    match: /redis-server/,
    backlog: 511,
    descriptor: 6,
  },
  mysql: { program: "mysqld", title: named("mysqld"), match: /\/mysqld/, backlog: 151, descriptor: 23 },
  telnet: { program: "telnetd", title: named("telnetd"), match: /^telnetd/, backlog: 4, descriptor: 3 },
};

/** What listens at the moment. */
function listenersOf(persona: Persona): Listener[] {
  return Object.entries(KNOWN).flatMap(([service, { title, descriptor, ...entry }]) =>
    persona.portsOf(service).map((port, i) => ({
      ...entry,
      service,
      port,
      title: title(port),
      descriptor: descriptor + i,
      address: "0.0.0.0",
    })),
  );
}

/** The network of a persona. */
export function createNetwork(persona: Persona): Network {
  const random = persona.random("shell-network");
  const device = persona.os.flavour === "busybox";
  const host = 20 + random.below(200);
  const rates = { rx: 900 + random.below(3000), tx: 300 + random.below(1500) };
  const nic = [...random.bytes(3)].map((byte) => byte.toString(16).padStart(2, "0"));
  const gatewayMac = [random.pick(ROUTERS), ...nic].join(":");
  const idle = { every: 240 + random.below(1200), bytes: 80 + random.below(90) };
  let prefix = "192.168.1";
  const address = (session: Session): string => {
    const { ip } = session.connection.local;
    const own = /^\d+\.\d+\.\d+\.\d+$/.test(ip) && !ip.startsWith("127.") ? ip : `192.168.1.${host}`;
    prefix = own.split(".").slice(0, 3).join(".");
    return own;
  };
  return {
    interface: device ? "br0" : "ens18",
    mac: persona.mac,
    get listeners() {
      return listenersOf(persona);
    },
    address,
    get prefix() {
      return prefix;
    },
    gateway: (session) => `${address(session).split(".").slice(0, 3).join(".")}.1`,
    gatewayMac,
    loopback: (seconds) => {
      const packets = 2 * (24 + Math.floor(seconds / idle.every));
      const bytes = packets * idle.bytes;
      return { rxBytes: bytes, txBytes: bytes, rx: packets, tx: packets };
    },
    counters: (seconds) => ({
      rxBytes: Math.floor(seconds * rates.rx),
      txBytes: Math.floor(seconds * rates.tx),
      rx: Math.floor((seconds * rates.rx) / 312),
      tx: Math.floor((seconds * rates.tx) / 241),
    }),
  };
}
