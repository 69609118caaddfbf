// decnet drill: plays intrusions against this install's own decoys and checks what came of each, with times.
// Its sources are loopback addresses that it registers first, so that all they leave is marked and can be removed.

import type { Deckies, Decky, StreamEvents } from "../../api/types.ts";
import { systemClock } from "../../contract/clock.ts";
import { DecnetError, toError } from "../../contract/errors.ts";
import { nameIn, offersOf } from "../../contract/offer.ts";
import { systemRandom } from "../../contract/random.ts";
import { usualPort } from "../../decoys/index.ts";
import type { Persona } from "../../decoys/personas/persona.ts";
import { planDeckies } from "../../decoys/personas/plan.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import type { ApiClient } from "../api-client.ts";
import { apiClient } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { settingsOf } from "../settings.ts";
import type { Paint } from "../style.ts";
import { paint } from "../style.ts";
import { mysqlDrill } from "./mysql.ts";
import type { Props, Scenario } from "./scenario.ts";
import { makeProps } from "./scenario.ts";
import { sshDrill } from "./ssh.ts";
import { textDrills } from "./text.ts";
import type { Sighting, Watch, Watched } from "./watch.ts";
import { watchStream } from "./watch.ts";

const scenarios: readonly Scenario[] = [sshDrill, ...textDrills, mysqlDrill];

/** Longest conversation of one scenario. */
const PLAY_MS = 60_000;

/** One line of the result. `ms` is from the observation to its sight in the event stream; null when it did not come. */
interface StepResult {
  readonly service: string;
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number | null;
  /** What came out: the kind of evidence, the attacker, the session; or what went wrong. */
  readonly detail: string;
}

/** An address of 127.64.0.0/10, which no other host can have. */
function freshSource(): string {
  const [a = 0, b = 0, c = 0] = systemRandom.bytes(3);
  return `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`;
}

interface Stage {
  readonly api: ApiClient;
  readonly watch: Watch;
  readonly tell: (result: StepResult) => void;
}

/** Tells what came of one expectation; resolves to its sighting. */
async function tellSighting<E extends Watched>(
  stage: Stage,
  about: { readonly service: string; readonly step: string; readonly event: E; readonly from?: number },
  fits: (item: StreamEvents[E]) => boolean,
  describe: (item: StreamEvents[E]) => string,
): Promise<Sighting<E> | null> {
  const { service, step } = about;
  const sighting = await stage.watch.find(about.event, fits);
  if (sighting) {
    const from = about.from ?? (sighting.item as { ts?: number }).ts ?? sighting.at;
    stage.tell({
      service,
      step,
      ok: true,
      ms: Math.max(0, sighting.at - from),
      detail: describe(sighting.item),
    });
  } else
    stage.tell({ service, step, ok: false, ms: null, detail: `no such ${about.event} appeared in time` });
  return sighting;
}

/** Whatever a decoy that goes away in the middle makes of a client, a drill ends. */
function inTime(play: Promise<void>): Promise<void> {
  const late = systemClock.sleep(PLAY_MS).then(() => {
    throw new DecnetError("timeout", `the conversation did not end within ${PLAY_MS / 1000} s`);
  });
  return Promise.race([play, late]);
}

/** Where a drill of a service goes. */
interface Target {
  readonly decky: Decky;
  readonly port: number;
}

/** A decky of which the service listens, at a port that was asked for where one was. */
function targetOf(service: string, deckies: readonly Decky[], wanted: readonly string[]): Target | undefined {
  const named = wanted.filter((offer) => nameIn(offer) === service);
  if (wanted.length > 0 && named.length === 0) return undefined;
  const ports = offersOf(named, usualPort).map(({ port }) => port);
  const all = deckies.flatMap((decky) =>
    decky.services
      .filter(({ name, state }) => name === service && state === "listening")
      .map(({ port }) => ({ decky, port })),
  );
  return all.find(({ port }) => ports.includes(port)) ?? all[0];
}

async function playOne(
  stage: Stage,
  scenario: Scenario,
  { decky, port }: Target,
  props: Props,
): Promise<void> {
  const source = freshSource();
  const { service } = scenario;
  await stage.api.send("POST", "/drills", { ips: [source] });
  const startedAt = systemClock.now();
  const step = `intrusion from ${source}`;
  try {
    await inTime(scenario.play({ host: decky.address, port, source }, props));
    stage.tell({
      service,
      step,
      ok: true,
      ms: systemClock.now() - startedAt,
      detail: `${decky.name} ${decky.address}:${port}`,
    });
  } catch (error) {
    stage.tell({ service, step, ok: false, ms: null, detail: toError(error).message });
    return;
  }
  let last: Sighting<"evidence"> | null = null;
  for (const expectation of scenario.expects(props)) {
    last = await tellSighting(
      stage,
      { service, step: expectation.step, event: "evidence" },
      (item) =>
        item.src.ip === source && item.kind === expectation.kind && (expectation.fits?.(item.data) ?? true),
      (item) => `${item.kind} ${item.id}`,
    );
  }
  const first = await stage.watch.find("evidence", (item) => item.src.ip === source);
  await tellSighting(
    stage,
    { service, step: "attacker listed", event: "attacker", from: first?.item.ts ?? startedAt },
    (item) => item.ip === source && item.drill,
    (item) => `attacker ${item.ip}`,
  );
  await tellSighting(
    stage,
    { service, step: "session closed", event: "session", from: last?.item.ts ?? startedAt },
    (item) => item.attacker_ip === source && item.ended_at !== null && item.drill,
    (item) => `session ${item.id}`,
  );
}

function line(result: StepResult, colours: Paint): string {
  const mark = result.ok ? colours.good("ok  ") : colours.bad("FAIL");
  const ms = result.ms === null ? "" : `${result.ms} ms`;
  return `  ${mark}  ${result.service.padEnd(7)} ${result.step.padEnd(34)} ${ms.padStart(9)}  ${colours.dim(result.detail)}\n`;
}

/** The login of a persona that gets in, by decky name. */
function loginOf(
  personas: ReadonlyMap<string, Persona>,
  decky: string,
): { username: string; password: string } {
  const account = personas.get(decky)?.accounts.find((entry) => entry.password !== null);
  return { username: account?.name ?? "root", password: account?.password ?? "" };
}

async function forget(call: CommandCall, api: ApiClient): Promise<number> {
  const answer = await api.send<{ removed: Record<string, number> }>("DELETE", "/drills");
  if (call.options["json"]) call.terminal.out(`${JSON.stringify(answer)}\n`);
  else {
    const parts = Object.entries(answer.removed).map(([what, count]) => `${count} ${what}`);
    call.terminal.out(`removed: ${parts.join(", ")}\n`);
  }
  return 0;
}

/** Plays every scenario whose decoy listens; exit status 1 when something did not come out. */
export async function runDrill(call: CommandCall): Promise<number> {
  const { folder, config } = settingsOf(call);
  const api = apiClient(folder);
  if (call.options["forget"]) return forget(call, api);
  const { data: deckies } = await api.get<Deckies>("/deckies");
  const wanted = config.get("decky.services");
  const secret = loadSecret(folder.secretFile, systemClock);
  const plans = planDeckies(secret, { services: [], logins: config.get("decky.logins") });
  const personas = new Map(plans.map(({ persona }) => [persona.decky, persona]));
  const results: StepResult[] = [];
  const colours = paint(call.terminal.colours);
  const tell = (result: StepResult): void => {
    results.push(result);
    if (!call.options["json"]) call.terminal.out(line(result, colours));
  };
  const over = new AbortController();
  const watch = await watchStream(api, systemClock, AbortSignal.any([call.signal, over.signal]));
  for (const scenario of scenarios) {
    if (call.signal.aborted) break;
    const target = targetOf(scenario.service, deckies, wanted);
    if (!target) continue;
    await playOne({ api, watch, tell }, scenario, target, makeProps(loginOf(personas, target.decky.name)));
  }
  if (results.length === 0)
    throw new DecnetError("unavailable", "no decoy to drill listens; see decnet status");
  const failed = results.filter((result) => !result.ok).length;
  if (call.options["json"])
    call.terminal.out(`${JSON.stringify({ ok: failed === 0, steps: results }, null, 2)}\n`);
  else call.terminal.out(`\n${results.length - failed} of ${results.length} steps came out\n`);
  return failed === 0 ? 0 : 1;
}
