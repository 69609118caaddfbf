// Small marks with one meaning each. Colour never carries the meaning alone.

import { Link } from "./navigation.tsx";
import { attackerPath } from "./routes.ts";

export type Tone = "good" | "warn" | "bad" | "info" | "neutral";

/** A word in a coloured capsule. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** Marks what a drill made. */
export function DrillBadge() {
  return (
    <span className="badge drill" title="Made by a drill of your own, not by an intruder">
      DRILL
    </span>
  );
}

/** An attacker's address as a link to its page, marked when it is a drill. */
export function SourceLink({ ip, drill }: { readonly ip: string; readonly drill: boolean }) {
  return (
    <span className="source">
      <Link to={attackerPath(ip)} className="mono" data-open>
        {ip}
      </Link>
      {drill && <DrillBadge />}
    </span>
  );
}

/** A decky and the service on it. */
export function Where({ decky, service }: { readonly decky: string; readonly service: string }) {
  return (
    <span className="where">
      <span className="service">{service}</span> <span className="faint">on</span> {decky}
    </span>
  );
}
