// What is wrong with decnet itself, above every page: the bus, the connection, a worker that fell silent.

import type { ExternalStore } from "./external-store.ts";
import type { LiveState } from "./live.ts";
import { Link } from "./navigation.tsx";
import { useWorkers } from "./queries.ts";
import { useStore } from "./use-store.ts";

interface BannersProps {
  readonly state: ExternalStore<LiveState>;
  readonly onRetry: () => void;
}

/** The banners; none when all is well. */
export function Banners({ state, onRetry }: BannersProps) {
  const live = useStore(state);
  const workers = useWorkers();
  const stale =
    workers.data?.workers.filter(
      ({ status, installed, service }) => installed && status === "stale" && service?.phase !== "stopped",
    ) ?? [];
  const isBusOffline = workers.data?.bus_connected === false;
  return (
    <div className="banners">
      {live === "lost" && (
        <div className="banner warn" role="alert">
          <strong>CONNECTION LOST</strong>
          <span>What you see may be old. Reconnecting by itself; nothing that was captured is lost.</span>
          <button type="button" className="button small" onClick={onRetry}>
            Try now
          </button>
        </div>
      )}
      {isBusOffline && live !== "lost" && (
        <div className="banner bad" role="alert">
          <strong>BUS OFFLINE</strong>
          <span>
            Workers can't notify each other. Evidence is still captured and stored, but arrives here more
            slowly.
          </span>
          <Link to="/workers">See workers</Link>
        </div>
      )}
      {!isBusOffline && live !== "lost" && stale.length > 0 && (
        <div className="banner warn" role="status">
          <strong>{stale.length === 1 ? "A WORKER IS SILENT" : `${stale.length} WORKERS ARE SILENT`}</strong>
          <span>{stale.map(({ name }) => name).join(", ")}: no heartbeat for more than 90 s.</span>
          <Link to="/workers">See workers</Link>
        </div>
      )}
    </div>
  );
}
