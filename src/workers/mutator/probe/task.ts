// What a neighbour is asked to look at, and what it reports: in codes and numbers of ours, so that no byte of an answer
// reaches whoever reads the report. Shapes and words alone.

import { z } from "zod";

const text = z.string().max(300);
const port = z.int().min(1).max(65_535);

const visitSchema = z.strictObject({
  /** As a topology writes the offer. */
  service: text,
  port,
  ask: text,
  /** Of each group one text is in the first bytes, as Latin-1. */
  says: z.array(z.array(text).max(4)).max(4),
});

/** A machine at one address. */
const targetSchema = z.strictObject({
  decky: text,
  address: text,
  mac: text,
  /** Null for one that answers no echo request. */
  ttl: z.int().nullable(),
  visits: z.array(visitSchema).max(64),
  /** A port at which nobody shall be. Null where ports are not looked at. */
  closed: port.nullable(),
});

/** Where the neighbour stands, and what it looks at. */
export const probeTaskSchema = z.strictObject({
  interface: text,
  driver: z.enum(["bridge", "macvlan"]),
  /** Name of the host's end of the link. */
  host: text,
  mac: text,
  /** To try in turn, with prefix length. */
  addresses: z.array(text).min(1).max(16),
  ports: z.tuple([port, port]),
  /** Where the decoys' process takes orders. */
  socket: z.string().max(4096),
  targets: z.array(targetSchema).max(250),
});

/** What is wrong with a machine. */
const checks = {
  arp: "nobody answers for its address",
  mac: "another MAC answers for its address",
  echo: "it does not answer echo requests",
  loud: "it answers echo requests, which its system does not",
  ttl: "its packets have another TTL than its system's",
  refused: "its port is closed",
  silent: "its port does not answer",
  greeting: "it does not say what its product says",
  open: "a port that it does not offer is open",
  dropped: "a port that it does not offer does not refuse",
} as const;

/** A code of {@link checks}. */
type Check = keyof typeof checks;

const faultSchema = z.strictObject({
  decky: text,
  address: text,
  check: z.enum(Object.keys(checks) as [Check, ...Check[]]),
  service: text.optional(),
  /** The number that was seen: a TTL. */
  seen: z.int().min(0).max(255).optional(),
});

/** What came of it. */
export const probeReportSchema = z.strictObject({
  /** Absent when there was no place to look from; `trouble` says why. */
  looked: z.array(text).max(250).optional(),
  faults: z.array(faultSchema).max(20_000),
  trouble: text.optional(),
  ms: z.number(),
});

/** What a neighbour is asked to look at. */
export type ProbeTask = z.infer<typeof probeTaskSchema>;
/** A machine at one address. */
export type Target = z.infer<typeof targetSchema>;
/** A service of it. */
export type Visit = z.infer<typeof visitSchema>;
/** What is wrong. */
export type Fault = z.infer<typeof faultSchema>;
/** What came of it. */
export type ProbeReport = z.infer<typeof probeReportSchema>;

/** A fault in words, such as `ssh: its port is closed`. */
export function wordsOf({ check, address, service, seen }: Fault): string {
  const of = service === undefined ? "" : `${service}: `;
  return `${of}${checks[check]}${seen === undefined ? "" : ` (${seen})`}${service === undefined ? ` (${address})` : ""}`;
}
