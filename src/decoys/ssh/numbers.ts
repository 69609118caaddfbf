// Message numbers and reason codes: RFC 4250 section 4, RFC 4419, RFC 8308, OpenSSH PROTOCOL.

/** Message numbers of the transport (RFC 4253 section 12, RFC 8308). */
export const msg = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  serviceRequest: 5,
  serviceAccept: 6,
  extInfo: 7,
  kexinit: 20,
  newkeys: 21,
  /** Key exchange of every kind: 30 to 49 mean what the chosen method says. */
  kexFirst: 30,
  kexLast: 49,
  userauthRequest: 50,
  userauthFailure: 51,
  userauthSuccess: 52,
  userauthPkOk: 60,
  userauthInfoRequest: 60,
  userauthInfoResponse: 61,
  globalRequest: 80,
  requestSuccess: 81,
  requestFailure: 82,
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
  /** OpenSSH PROTOCOL section 1.9. */
  ping: 192,
  pong: 193,
} as const;

/** Disconnect reasons that OpenSSH's server sends (RFC 4253 section 11.1). */
export const disconnectReason = { protocolError: 2 } as const;

/** Reasons for refusing a channel (RFC 4254 section 5.1). */
export const openFailure = { administrativelyProhibited: 1, connectFailed: 2 } as const;

/** A message whose type this is would be local to an implementation; OpenSSH disconnects (RFC 4251 section 7). */
export const LOCAL_MESSAGES = 192;
