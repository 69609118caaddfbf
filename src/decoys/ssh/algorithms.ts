// What OpenSSH 9.2p1 of Debian 12 and 9.6p1 of Ubuntu 24.04 offer, in their order: the only list of algorithm names of the server.
// Facts from the product itself; which update added what is in the package's changelog.

/** The four lists that a server offers in both directions, and its key exchanges and host keys. */
export interface AlgorithmLists {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly compression: readonly string[];
  /** Answers SSH2_MSG_PING and says so in EXT_INFO (OpenSSH since 9.5, PROTOCOL section 1.9). */
  readonly pings: boolean;
}

/** Marker of a server that follows strict key exchange (OpenSSH PROTOCOL section 1.10). */
export const STRICT_SERVER = "kex-strict-s-v00@openssh.com";
/** Marker of a client that follows it. */
export const STRICT_CLIENT = "kex-strict-c-v00@openssh.com";
/** Marker of a client that takes SSH_MSG_EXT_INFO (RFC 8308). */
export const EXT_INFO_CLIENT = "ext-info-c";

const KEX = [
  "sntrup761x25519-sha512@openssh.com",
  "curve25519-sha256",
  "curve25519-sha256@libssh.org",
  "ecdh-sha2-nistp256",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp521",
  "diffie-hellman-group-exchange-sha256",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group18-sha512",
  "diffie-hellman-group14-sha256",
] as const;

const CIPHERS = [
  "chacha20-poly1305@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
] as const;

const MACS = [
  "umac-64-etm@openssh.com",
  "umac-128-etm@openssh.com",
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha1-etm@openssh.com",
  "umac-64@openssh.com",
  "umac-128@openssh.com",
  "hmac-sha2-256",
  "hmac-sha2-512",
  "hmac-sha1",
] as const;

/** Signature algorithms that the server takes from a client's key, as EXT_INFO lists them. */
export const SERVER_SIG_ALGS = [
  "ssh-ed25519",
  "sk-ssh-ed25519@openssh.com",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
  "ssh-dss",
  "ssh-rsa",
  "rsa-sha2-256",
  "rsa-sha2-512",
] as const;

/** Number of the Debian 12 update in a version such as `OpenSSH_9.2p1 Debian-2+deb12u3`; 0 for none. */
function debianUpdate(version: string): number {
  const match = /Debian-2\+deb12u(\d{1,3})\b/.exec(version);
  return match ? Number(match[1]) : 0;
}

/**
 * The lists of one version. Update 2 brought strict key exchange (CVE-2023-48795), update 4 the name of
 * sntrup761x25519 without its suffix.
 */
export function algorithmsOf(version: string): AlgorithmLists {
  // 9.6 says that it takes EXT_INFO too, and has followed strict key exchange from its first day.
  const newer = /9\.6p1 Ubuntu-/.test(version);
  const update = debianUpdate(version);
  return {
    kex: [
      ...(update >= 4 ? ["sntrup761x25519-sha512"] : []),
      ...KEX,
      ...(newer ? ["ext-info-s"] : []),
      ...(update >= 2 || newer ? [STRICT_SERVER] : []),
    ],
    hostKeys: ["rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"],
    ciphers: CIPHERS,
    macs: MACS,
    compression: ["none", "zlib@openssh.com"],
    pings: newer,
  };
}
