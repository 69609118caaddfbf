// The catalogue: every topic, once, with its parameters, payload, one sentence and publishers.
// Adding is fine, renaming is breaking; docs/service-bus.md and the types of the bus derive from it.

import { z } from "zod";
import * as p from "./payloads.ts";
import { buildTopic, type TemplateParams } from "./template.ts";

/** One topic. `template` holds its parameters in braces; each is one token. */
export interface TopicDefinition<Template extends string = string, Payload = unknown> {
  readonly template: Template;
  readonly summary: string;
  /** Names of the workers that publish it; `*` is every worker. */
  readonly publishers: readonly string[];
  /**
   * Says whether a payload fits, and changes nothing: readers get what was published, with fields that this version does
   * not know, so that one may be added without breaking them.
   */
  readonly schema: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Carries the payload's type; never present. */
  readonly payload?: Payload;
}

/** Payload of `shape` as a publisher must give it. */
type Strict<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strip>>;

function topic<const Template extends string, Shape extends z.ZodRawShape>(
  template: Template,
  about: { readonly by: readonly string[]; readonly summary: string },
  shape: Shape,
): TopicDefinition<Template, Strict<Shape>> {
  const schema = z.object(shape) as unknown as TopicDefinition["schema"];
  return Object.freeze({ template, summary: about.summary, publishers: about.by, schema });
}

/** As {@link topic}, for a payload to which its publisher adds fields of its own. */
function openTopic<const Template extends string, Shape extends z.ZodRawShape>(
  template: Template,
  about: { readonly by: readonly string[]; readonly summary: string },
  shape: Shape,
): TopicDefinition<Template, Strict<Shape> & Readonly<Record<string, unknown>>> {
  return topic(template, about, shape) as TopicDefinition<Template, Strict<Shape> & Record<string, unknown>>;
}

const deckyState = z.enum(["unknown", "starting", "running", "degraded", "stopped", "removed"]);
const identity = { identity_uuid: p.id, ...p.judgement };
const campaign = { campaign_uuid: p.id, identity_uuid: p.id, ...p.judgement };

/** Every topic by name. */
export const topicCatalogue = {
  topologyMutationEnqueued: topic(
    "topology.{id}.mutation.enqueued",
    { by: ["api", "mutator"], summary: "A change of a topology was accepted and waits for the mutator." },
    p.mutation,
  ),
  topologyMutationApplying: topic(
    "topology.{id}.mutation.applying",
    { by: ["api", "mutator"], summary: "The mutator began to apply a change." },
    p.mutation,
  ),
  topologyMutationApplied: topic(
    "topology.{id}.mutation.applied",
    { by: ["api", "mutator"], summary: "A change is in force." },
    p.mutation,
  ),
  topologyMutationFailed: topic(
    "topology.{id}.mutation.failed",
    { by: ["api", "mutator"], summary: "A change could not be applied; the topology is as it was." },
    { ...p.mutation, reason: p.sentence },
  ),
  topologyStatus: topic(
    "topology.{id}.status",
    { by: ["mutator", "api"], summary: "A topology went from one status to another." },
    { status: p.word, previous: p.word.nullable(), reason: p.sentence.optional() },
  ),
  deckyState: topic(
    "decky.{id}.state",
    { by: ["decky", "mutator"], summary: "A decky came up, changed or went down." },
    {
      state: deckyState,
      previous: deckyState,
      address: p.address,
      services: z.array(p.service).max(64),
      reason: p.sentence.optional(),
    },
  ),
  deckyTraffic: topic(
    "decky.{id}.traffic",
    { by: ["sniffer"], summary: "Summary of one flow to or from a decky." },
    {
      src: z.object({ ip: p.address, port: p.port }),
      dst: z.object({ ip: p.address, port: p.port }),
      transport: z.enum(["tcp", "udp", "icmp"]),
      bytes: p.count,
      verdict: p.word,
    },
  ),
  deckyMutation: topic(
    "decky.{id}.mutation",
    { by: ["mutator"], summary: "A decky was changed: by a request, or by its schedule." },
    {
      old_services: p.words,
      new_services: p.words,
      trigger: p.word,
      plan: p.word.optional(),
      reason: p.sentence.optional(),
    },
  ),
  attackerObserved: topic(
    "attacker.observed",
    { by: ["correlator"], summary: "First sight of a source address; exactly once per source." },
    { ...p.contact, first_seen: p.unixMs },
  ),
  attackerSessionStarted: topic(
    "attacker.session.started",
    { by: ["correlator"], summary: "A conversation with a decoy began." },
    { session_id: p.id, ...p.contact },
  ),
  attackerSessionEnded: topic(
    "attacker.session.ended",
    { by: ["correlator"], summary: "A conversation with a decoy ended; how long it was and what it held." },
    {
      session_id: p.id,
      ...p.contact,
      duration_s: z.number().nonnegative(),
      counts: z.record(p.word, p.count),
    },
  ),
  attackerScored: topic(
    "attacker.scored",
    { by: ["profiler"], summary: "A source's score changed, and why." },
    {
      attacker_ip: p.address,
      drill: p.drill,
      score: z.number(),
      previous: z.number().nullable(),
      reasons: z.array(p.sentence).max(64),
    },
  ),
  attackerFingerprinted: topic(
    "attacker.fingerprinted",
    {
      by: ["prober", "sniffer"],
      summary:
        "An implementation was fingerprinted; the envelope's `type` is the family (`jarm`, `hassh`, `tcpfp`, `ja3`, `ja4`).",
    },
    { attacker_ip: p.address, port: p.port, hash: p.word, drill: p.drill },
  ),
  attackerFingerprintRotated: topic(
    "attacker.fingerprint_rotated",
    { by: ["prober"], summary: "The same port of the same source now shows another fingerprint." },
    {
      attacker_ip: p.address,
      port: p.port,
      family: p.word,
      old_hash: p.word,
      new_hash: p.word,
      drill: p.drill,
    },
  ),
  identityFormed: topic(
    "identity.formed",
    { by: ["clusterer"], summary: "Observations were taken together as one identity." },
    { ...identity, observation_uuids: p.ids },
  ),
  identityObservationLinked: topic(
    "identity.observation.linked",
    { by: ["clusterer"], summary: "Further observations joined an identity." },
    { ...identity, observation_uuids: p.ids },
  ),
  identityMerged: topic(
    "identity.merged",
    { by: ["clusterer"], summary: "Two identities were found to be one." },
    { winner_uuid: p.id, loser_uuid: p.id, ...p.judgement },
  ),
  identityUnmerged: topic(
    "identity.unmerged",
    { by: ["clusterer"], summary: "A merge was undone: the former loser lives again." },
    { resurrected_uuid: p.id, former_winner_uuid: p.id, ...p.judgement },
  ),
  identityCampaignAssigned: topic(
    "identity.campaign.assigned",
    { by: ["clusterer"], summary: "An identity was assigned to a campaign (told from the identity's side)." },
    { ...campaign, prior: p.id.nullable() },
  ),
  campaignFormed: topic(
    "campaign.formed",
    { by: ["clusterer"], summary: "Identities that act together were taken as one campaign." },
    { campaign_uuid: p.id, identity_uuids: p.ids, ...p.judgement },
  ),
  campaignIdentityAssigned: topic(
    "campaign.identity.assigned",
    { by: ["clusterer"], summary: "An identity joined a campaign (told from the campaign's side)." },
    { ...campaign, prior: p.id.nullable() },
  ),
  campaignMerged: topic(
    "campaign.merged",
    { by: ["clusterer"], summary: "Two campaigns were found to be one." },
    { winner_uuid: p.id, loser_uuid: p.id, ...p.judgement },
  ),
  campaignUnmerged: topic(
    "campaign.unmerged",
    { by: ["clusterer"], summary: "A merge of campaigns was undone." },
    { resurrected_uuid: p.id, former_winner_uuid: p.id, ...p.judgement },
  ),
  credentialCaptured: topic(
    "credential.captured",
    { by: ["ingester"], summary: "A login was tried with a secret; the secret itself never travels here." },
    {
      secret_sha256: p.sha256,
      kind: p.word,
      decky: p.word,
      service: p.word,
      attacker_ip: p.address.optional(),
      drill: p.drill,
    },
  ),
  credentialReuseDetected: topic(
    "credential.reuse.detected",
    { by: ["correlator"], summary: "The same secret was seen on another decky or from another source." },
    {
      secret_sha256: p.sha256,
      kind: p.word,
      decky: p.word,
      service: p.word,
      deckies: p.words.optional(),
      attackers: z.array(p.address).max(256).optional(),
      drill: p.drill,
    },
  ),
  systemLog: topic(
    "system.log",
    { by: ["collector", "ingester"], summary: "One batch of evidence went through; counts and position." },
    {
      worker: p.word,
      count: p.count,
      /** Records of the spool up to here (collector) or ingested up to here (ingester). */
      position: p.count,
      kinds: z.record(p.word, p.count).optional(),
    },
  ),
  systemHealth: openTopic(
    "system.{worker}.health",
    { by: ["*"], summary: "A worker is alive: at start and every 30 s (the broker every 10 s)." },
    { worker: p.word, ts: p.unixSeconds, pid: p.count, uptime_sec: z.number().nonnegative() },
  ),
  systemControl: topic(
    "system.{worker}.control",
    { by: ["api"], summary: "Tells one worker to stop, or its supervisor to start it." },
    { action: z.enum(["stop", "start"]), requested_by: p.sentence, ts: p.unixSeconds },
  ),
  systemRollcall: topic(
    "system.rollcall",
    {
      by: ["api"],
      summary: "Asks every worker to beat at once, so that a registry that just began need not wait.",
    },
    { requested_by: p.sentence, ts: p.unixSeconds },
  ),
} as const;

/** First tokens kept for later; nobody publishes below them yet. */
export const reservedRoots = ["canary", "ttp", "incident", "orchestrator"] as const;

type Catalogue = typeof topicCatalogue;
/** The name of a topic: a key of {@link topicCatalogue}. */
export type TopicName = keyof Catalogue;
/** The parameters of a topic, each one token. */
export type TopicParams<T extends TopicName> = TemplateParams<Catalogue[T]["template"]>;
/** The payload of a topic as its publisher gives it. */
export type TopicPayload<T extends TopicName> = Readonly<NonNullable<Catalogue[T]["payload"]>>;

/** Every name in the order of the catalogue. */
export const topicNames = Object.freeze(Object.keys(topicCatalogue)) as readonly TopicName[];

/** The names as values, so that code reads `bus.publish(topics.deckyState, …)`. */
export const topics = Object.freeze(Object.fromEntries(topicNames.map((name) => [name, name]))) as {
  readonly [Name in TopicName]: Name;
};

/** The topic's text. Throws DecnetError `invalid` when a parameter is not one token. */
export function topicOf<T extends TopicName>(name: T, params: TopicParams<T>): string {
  return buildTopic(topicCatalogue[name].template, params);
}

/** The pattern of a topic: every parameter that is not given is `*`. */
export function patternOf<T extends TopicName>(name: T, params: Partial<TopicParams<T>> = {}): string {
  return buildTopic(topicCatalogue[name].template, params, "*");
}
