// How a machine of an archetype looks below its services: settings of its network namespace and vendors of its card.
// Says what shall be; the kernel is touched elsewhere.

/** Settings below `net.` and prefixes of MAC addresses (three bytes, lower case with colons). */
export interface NetworkProfile {
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ouis: readonly string[];
}

/** The kernel's defaults (ip-sysctl of Linux 6.1), written out so that the host's own settings do not show through. */
const linux: NetworkProfile["sysctls"] = {
  "net.ipv4.ip_default_ttl": "64",
  "net.ipv4.tcp_timestamps": "1",
  "net.ipv4.tcp_sack": "1",
  "net.ipv4.tcp_window_scaling": "1",
  "net.ipv4.tcp_ecn": "2",
  "net.ipv4.ip_no_pmtu_disc": "0",
  "net.ipv4.tcp_syn_retries": "6",
  "net.ipv4.tcp_synack_retries": "5",
};

const profiles: Readonly<Record<string, NetworkProfile>> = {
  // Dell, HP, Supermicro (IEEE registry).
  "linux-server": { sysctls: linux, ouis: ["18:66:da", "3c:a8:2a", "0c:c4:7a"] },
  // Linksys, Buffalo (IEEE registry); Linux 2.6 sends five SYNs and knows ECN when asked.
  "embedded-device": {
    sysctls: { ...linux, "net.ipv4.tcp_ecn": "0", "net.ipv4.tcp_syn_retries": "5" },
    ouis: ["00:1d:7e", "00:1d:73"],
  },
};

const OTHER: NetworkProfile = { sysctls: linux, ouis: ["18:66:da"] };

/** The profile of an archetype. */
export function networkProfileOf(archetype: string): NetworkProfile {
  return profiles[archetype] ?? OTHER;
}
