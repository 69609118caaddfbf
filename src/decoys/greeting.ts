// What each service says to a stranger who has not logged in: by this a neighbour knows whether a machine is the one
// that it claims to be. Pure; texts are Latin-1, and nothing here reads a socket.

import type { Persona } from "./personas/persona.ts";

/** What to send, and what the first bytes of the answer must hold: of each group one text, in any order. */
export interface Greeting {
  /** Empty where the service speaks first. */
  readonly ask: string;
  readonly says: readonly (readonly string[])[];
}

/** Whether this was said. */
export function fits({ says }: Pick<Greeting, "says">, heard: string): boolean {
  return says.every((group) => group.some((text) => heard.includes(text)));
}

type Claimed = Pick<Persona, "products" | "hostname" | "model">;
type Claim = Persona["products"][string];

/** Server headers that are not the words of the claim. */
const servers: Readonly<Record<string, (claim: Claim, persona: Claimed) => string>> = {
  "Apache httpd": ({ version }) => `Apache/${version}`,
  "Microsoft IIS httpd": ({ version }) => `Microsoft-IIS/${version}`,
  "DD-WRT httpd": () => "httpd",
  "HP HTTP Server": ({ product, version }, { model }) =>
    `${product}; ${model?.name ?? ""}; Serial Number: ${model?.serial ?? ""}; ${version}`,
};

function serverOf(claim: Claim, persona: Claimed): string {
  const { product, version } = claim;
  return servers[product]?.(claim, persona) ?? (version === "" ? product : `${product}/${version}`);
}

const ftpGreetings: Readonly<Record<string, (claim: Claim, persona: Claimed) => string>> = {
  vsftpd: ({ version }) => `220 (vsFTPd ${version})\r\n`,
  "Microsoft ftpd": () => "220 Microsoft FTP Service\r\n",
  ProFTPD: (_, { hostname }) => `220 ProFTPD Server (${hostname} FTP Server) [`,
  "Synology DiskStation ftpd": () => "220 DiskStation FTP server ready.\r\n",
  "VxWorks ftpd": ({ version }) => `220 VxWorks FTP server (VxWorks ${version}) ready.\r\n`,
};

const greetings: Readonly<Record<string, (claim: Claim, persona: Claimed) => Greeting | undefined>> = {
  ssh: ({ version }) => ({ ask: "", says: [[`SSH-2.0-OpenSSH_${version}\r\n`]] }),
  telnet: ({ version }, { hostname }) => ({
    ask: "",
    says: [[`DD-WRT v${version}`], [`${hostname} login: `]],
  }),
  http: (claim, persona) => ({
    ask: "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    says: [["HTTP/1."], [`\r\nServer: ${serverOf(claim, persona)}\r\n`]],
  }),
  ftp: (claim, persona) => {
    const says = ftpGreetings[claim.product]?.(claim, persona);
    return says === undefined ? undefined : { ask: "", says: [[says]] };
  },
  // An intruder may have set a password: the refusal is a Redis's as well.
  redis: ({ version }) => ({ ask: "INFO server\r\n", says: [[`redis_version:${version}\r\n`, "-NOAUTH "]] }),
  // Protocol version 10, then the server's version with its NUL (the first packet of the protocol).
  mysql: ({ version }) => ({ ask: "", says: [[`\n${version}\0`]] }),
};

/** What a service of this machine says; undefined for what it does not run. */
export function greetingOf(service: string, persona: Claimed): Greeting | undefined {
  const claim = persona.products[service];
  return claim && greetings[service]?.(claim, persona);
}
