// Certificate enrolment of a domain controller, behind Windows' own login (NTLM; Kerberos is offered and fails).
// The challenge belongs to the connection, as IIS has it.

import type { Persona } from "../../personas/persona.ts";
import type { Content, SiteRequest, WebSite } from "../products/product.ts";
import type { NtlmProof, NtlmTarget } from "./ntlm.ts";
import { formatChallenge, fromUtf16, parseNtlm, provesPassword } from "./ntlm.ts";
import { htmlPage, utf8 } from "./parts.ts";
import { startPage, WINDOWS_STYLE } from "./windows.ts";

const OFFERS = [
  ["WWW-Authenticate", "Negotiate"],
  ["WWW-Authenticate", "NTLM"],
] as const;
const BYTES = 2048;

function targetOf({ hostname, domain, os }: Persona): NtlmTarget {
  return {
    netbiosDomain: (domain.split(".")[0] ?? "").toUpperCase().slice(0, 15),
    netbiosName: hostname.toUpperCase().slice(0, 15),
    dnsDomain: domain,
    dnsName: `${hostname}.${domain}`,
    build: Number(os.release.split(".")[2] ?? 0),
  };
}

function proofOf(proof: NtlmProof, challenge: Uint8Array): NonNullable<Content["proof"]> {
  const [domain, user] = [fromUtf16(proof.domain), fromUtf16(proof.user)];
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").slice(0, BYTES);
  return {
    username: utf8(domain === "" ? user : `${domain}\\${user}`),
    scheme: proof.response.length > 24 ? "ntlmv2" : "ntlm",
    salt_hex: hex(challenge),
    response_hex: hex(proof.response),
  };
}

/** The site. */
export function domainSite(persona: Persona): WebSite {
  const start = startPage(persona);
  const target = targetOf(persona);
  const enrolment = htmlPage(
    "Certificate Services",
    WINDOWS_STYLE,
    `<h1>Certificate Services &nbsp;--&nbsp; ${target.netbiosDomain}-${target.netbiosName}-CA</h1><p><a href="certrqus.asp">Request a certificate</a></p>`,
  );
  const page: Content = { status: 200, type: "text/html", body: utf8(enrolment) };
  const passes = (proof: NtlmProof, challenge: Uint8Array): boolean =>
    persona.accounts.some(
      ({ name, password }) =>
        password !== null &&
        name.toUpperCase() === fromUtf16(proof.user).toUpperCase() &&
        provesPassword(proof, challenge, password),
    );
  const guarded = (request: SiteRequest): Content => {
    const { memory } = request;
    if (memory.admitted) return page;
    const [scheme = "", token = ""] = (request.get("authorization") ?? "").split(/ +/, 2);
    const message = /^(ntlm|negotiate)$/i.test(scheme) ? parseNtlm(token) : undefined;
    if (message?.kind === "negotiate") {
      memory.challenge = request.random.bytes(8);
      const answer = formatChallenge(target, memory.challenge, request.nowMs);
      const named = scheme.toLowerCase() === "ntlm" ? "NTLM" : "Negotiate";
      return { status: 401, extra: [["WWW-Authenticate", `${named} ${answer}`]] };
    }
    const { challenge } = memory;
    memory.challenge = undefined;
    if (message?.kind !== "authenticate" || !challenge) return { status: 401, extra: OFFERS };
    const accepted = passes(message.proof, challenge);
    memory.admitted = accepted;
    const proof = proofOf(message.proof, challenge);
    return {
      ...(accepted ? { ...page, read: request.path } : { status: 401, extra: OFFERS }),
      accepted,
      proof,
    };
  };
  return {
    answer(request) {
      if (request.path === "/" || request.path === "/iisstart.htm") return start;
      if (request.path === "/certsrv") return { status: 301, location: `http://${request.host}/certsrv/` };
      return request.path.startsWith("/certsrv/") ? guarded(request) : undefined;
    },
  };
}
