// An operator, an account and users for a real nats-server: JWTs and files of credentials made here (NATS JWT v2).

import { createHash } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

const text = new TextEncoder();
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString("base64url");

/** A claim about `subject`, signed by `issuer`: header, body and Ed25519 signature, each base64url. */
function sign(issuer: KeyPair, subject: KeyPair, about: Readonly<Record<string, unknown>>): string {
  const claim = { iat: 1_700_000_000, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), nats: about };
  const jti = createHash("sha256").update(JSON.stringify(claim)).digest("base64url");
  const signed = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode({ jti, ...claim })}`;
  return `${signed}.${Buffer.from(issuer.sign(text.encode(signed))).toString("base64url")}`;
}

/** Configuration of a server that trusts one operator, and files of credentials for users of its account. */
export interface NatsAccounts {
  readonly config: string;
  /** The content of a `.creds` file; of an account that the server knows, or of a stranger's. */
  credentials(account?: "ours" | "stranger"): string;
}

/** Makes new keys. */
export function createNatsAccounts(): NatsAccounts {
  const [operator, ours, stranger] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const anyNumber = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1 };
  const operatorJwt = sign(operator, operator, { type: "operator", version: 2 });
  const accountJwt = sign(operator, ours, { type: "account", version: 2, limits: anyNumber });
  const preload = `resolver_preload: { ${ours.getPublicKey()}: "${accountJwt}" }`;
  return {
    config: `operator: "${operatorJwt}"\nresolver: MEMORY\n${preload}`,
    credentials(account = "ours") {
      const user = nkeys.createUser();
      const limits = { subs: -1, data: -1, payload: -1 };
      const jwt = sign(account === "ours" ? ours : stranger, user, { type: "user", version: 2, ...limits });
      const seed = new TextDecoder().decode(user.getSeed());
      return [
        "-----BEGIN NATS USER JWT-----",
        jwt,
        "------END NATS USER JWT------",
        "",
        "-----BEGIN USER NKEY SEED-----",
        seed,
        "------END USER NKEY SEED------",
        "",
      ].join("\n");
    },
  };
}
