// vsftpd 3.0.3's longer answers. The short ones stand where they are given.

/** Lines between `211-Features:` and `211 End`. */
export const FEATURES = ["EPRT", "EPSV", "MDTM", "PASV", "REST STREAM", "SIZE", "TVFS"] as const;

/** Rows of HELP. */
export const HELP_ROWS = [
  "ABOR ACCT ALLO APPE CDUP CWD  DELE EPRT EPSV FEAT HELP LIST MDTM MKD",
  "MODE NLST NOOP OPTS PASS PASV PORT PWD  QUIT REIN REST RETR RMD  RNFR",
  "RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCUP XCWD XMKD",
  "XPWD XRMD",
] as const;

/** An answer of several lines: `211-…`, the rows, `211 …`. */
export function manyLines(code: number, first: string, rows: readonly string[], last: string): string {
  return [`${code}-${first}`, ...rows, `${code} ${last}`].map((line) => `${line}\r\n`).join("");
}

/** STAT without an argument. */
export function statusLines(status: {
  readonly client: string;
  readonly user: string;
  readonly ascii: boolean;
  readonly timeoutSeconds: number;
  readonly clients: number;
  readonly version: string;
}): string {
  const rows = [
    `Connected to ${status.client}`,
    `Logged in as ${status.user}`,
    `TYPE: ${status.ascii ? "ASCII" : "BINARY"}`,
    "No session bandwidth limit",
    `Session timeout in seconds is ${status.timeoutSeconds}`,
    "Control connection is plain text",
    "Data connections will be plain text",
    `At session startup, client count was ${status.clients}`,
    `vsFTPd ${status.version} - secure, fast, stable`,
  ];
  return manyLines(
    211,
    "FTP server status:",
    rows.map((row) => `     ${row}`),
    "End of status",
  );
}
