// TCP/IP stacks as far as settings of a Linux network namespace can imitate them (ip-sysctl.rst).
// Option order, IP identification and sequence numbers stay Linux's own: docs/archetypes.md says what that is worth.

/** Settings that every stack names, so that none keeps what the host was given. */
const linux = {
  "net.ipv4.ip_default_ttl": "64",
  "net.ipv4.tcp_timestamps": "1",
  "net.ipv4.tcp_sack": "1",
  "net.ipv4.tcp_window_scaling": "1",
  "net.ipv4.tcp_ecn": "2",
  "net.ipv4.ip_no_pmtu_disc": "0",
  "net.ipv4.tcp_syn_retries": "6",
  "net.ipv4.tcp_synack_retries": "5",
  "net.ipv4.tcp_fin_timeout": "60",
  // The largest value sets the window scale (7; never below what the host's rmem_max gives), the middle one the first window.
  "net.ipv4.tcp_rmem": "4096 131072 6291456",
  "net.ipv4.icmp_echo_ignore_all": "0",
  "net.ipv4.icmp_echo_ignore_broadcasts": "1",
  "net.ipv4.icmp_ratelimit": "1000",
  "net.ipv4.ip_local_port_range": "32768 60999",
} as const;

/** Settings by stack. */
export const stacks = {
  /** Linux since 5.4. */
  linux,
  /** Linux 2.6: a first window of four segments, no ECN, small windows. */
  "linux-2.6": {
    ...linux,
    "net.ipv4.tcp_ecn": "0",
    "net.ipv4.tcp_syn_retries": "5",
    "net.ipv4.tcp_rmem": "4096 11680 174760",
    "net.ipv4.ip_local_port_range": "32768 61000",
  },
  /** Linux 3.x and 4.x of small devices. */
  "linux-embedded": {
    ...linux,
    "net.ipv4.tcp_rmem": "4096 87380 1048576",
    "net.ipv4.ip_local_port_range": "32768 61000",
  },
  /** Windows 10 and later: TTL 128, no timestamps, window 65535 with scale 8, dynamic ports from 49152. */
  windows: {
    ...linux,
    "net.ipv4.ip_default_ttl": "128",
    "net.ipv4.tcp_timestamps": "0",
    "net.ipv4.tcp_ecn": "0",
    "net.ipv4.tcp_syn_retries": "2",
    "net.ipv4.tcp_synack_retries": "2",
    "net.ipv4.tcp_rmem": "4096 262144 8388608",
    "net.ipv4.icmp_ratelimit": "0",
    "net.ipv4.ip_local_port_range": "49152 65535",
  },
  /** FreeBSD: window 65535, timestamps, dynamic ports from 49152; its scale of 6 is below what newer kernels give. */
  freebsd: {
    ...linux,
    "net.ipv4.tcp_ecn": "2",
    "net.ipv4.tcp_syn_retries": "4",
    "net.ipv4.tcp_synack_retries": "3",
    "net.ipv4.tcp_rmem": "4096 262144 2097152",
    "net.ipv4.ip_local_port_range": "49152 65535",
  },
  /** VxWorks and small controllers: small windows, no options beyond the segment size. */
  controller: {
    ...linux,
    "net.ipv4.tcp_timestamps": "0",
    "net.ipv4.tcp_sack": "0",
    "net.ipv4.tcp_window_scaling": "0",
    "net.ipv4.tcp_ecn": "0",
    "net.ipv4.ip_no_pmtu_disc": "1",
    "net.ipv4.tcp_rmem": "4096 16384 65536",
    "net.ipv4.ip_local_port_range": "1024 5000",
  },
  /** Printers: small windows, scaling known. */
  printer: {
    ...linux,
    "net.ipv4.tcp_sack": "1",
    "net.ipv4.tcp_ecn": "0",
    "net.ipv4.tcp_rmem": "4096 29200 65536",
    "net.ipv4.ip_local_port_range": "49152 65535",
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** A key of {@link stacks}. */
export type StackName = keyof typeof stacks;
