// Which ports to try, and what an address looks like in a URL. Pure.

/** How far from the default port a free one is looked for. */
const PORTS_TRIED = 50;

/** Ports to try in order: the one asked for alone, or the default and those after it. 0 is any free port. */
export function portsToTry(port: number, askedFor: boolean): number[] {
  if (askedFor || port === 0) return [port];
  const last = Math.min(65_535, port + PORTS_TRIED);
  return Array.from({ length: last - port + 1 }, (_, i) => port + i);
}

/** The URL under which a browser on this machine reaches `host`: a wildcard address is reached by loopback. */
export function urlOf(host: string, port: number): string {
  if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
  if (host === "::") return `http://[::1]:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
