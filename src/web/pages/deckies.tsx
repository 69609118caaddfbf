// The fake machines: who they claim to be, where they are, what they offer.

import type { Decky, Service } from "../../api/types.ts";
import { Badge, type Tone } from "../parts/badges.tsx";
import { Ago } from "../parts/moment.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { useDeckies } from "../parts/queries.ts";
import { Await, Empty } from "../parts/states.tsx";

const tones = new Map<string, Tone>([
  ["running", "good"],
  ["listening", "good"],
  ["starting", "info"],
  ["degraded", "warn"],
  ["skipped", "neutral"],
  ["stopped", "neutral"],
  ["failed", "bad"],
]);

const toneOf = (state: string): Tone => tones.get(state) ?? "neutral";

function ServiceLine({ service }: { readonly service: Service }) {
  return (
    <li className="service-line">
      <span className="service">{service.name}</span>
      <span className="mono faint">
        {service.port}/{service.transport}
      </span>
      <Badge tone={toneOf(service.state)}>{service.state}</Badge>
      {service.detail && <span className="faint detail">{service.detail}</span>}
    </li>
  );
}

function DeckyCard({ decky }: { readonly decky: Decky }) {
  return (
    <article className="card" data-row tabIndex={-1} aria-label={decky.name}>
      <header className="card-head">
        <h2>{decky.name}</h2>
        <Badge tone={toneOf(decky.state)}>{decky.state}</Badge>
      </header>
      <dl className="facts tight">
        <dt>Claims to be</dt>
        <dd>
          {decky.persona.hostname} <span className="faint">{decky.persona.archetype}</span>
        </dd>
        <dt>System</dt>
        <dd>{decky.persona.os}</dd>
        <dt>Address</dt>
        <dd className="mono">{decky.address}</dd>
        {decky.mac && (
          <>
            <dt>MAC</dt>
            <dd className="mono">{decky.mac}</dd>
          </>
        )}
        <dt>Changed</dt>
        <dd>
          <Ago ms={decky.changed_at} />
        </dd>
      </dl>
      <ul className="services">
        {decky.services.map((service) => (
          <ServiceLine key={`${service.name}/${service.port}/${service.transport}`} service={service} />
        ))}
      </ul>
    </article>
  );
}

/** The fleet. */
export function DeckiesPage() {
  const query = useDeckies();
  return (
    <PageFrame title="Deckies">
      <Await query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No decky is running.">
              <p>
                Start the fleet with <code>decnet up</code>. If it is running, look at the decky and collector
                workers on the Workers page.
              </p>
            </Empty>
          ) : (
            <div className="cards">
              {data.map((decky) => (
                <DeckyCard key={decky.name} decky={decky} />
              ))}
            </div>
          )
        }
      </Await>
    </PageFrame>
  );
}
