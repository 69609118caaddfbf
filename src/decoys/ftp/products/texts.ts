// The words of Microsoft's FTP service (IIS 10), ProFTPD 1.3, DSM and the FTP server of VxWorks 6.
// Sources: Microsoft's documentation of the service's replies and nmap's probes; ProFTPD's and VxWorks' manuals.

import { dateText } from "../listing.ts";
import type { Entry, FtpDialect } from "./dialect.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** `11-24-26  02:40AM       <DIR>          logs`: the listing of DOS. */
function dosLine({ name, folder, size, mtimeMs }: Entry): string {
  const at = new Date(mtimeMs);
  const day = `${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}-${two(at.getUTCFullYear() % 100)}`;
  const hour = at.getUTCHours();
  const time = `${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(at.getUTCMinutes())}${hour < 12 ? "AM" : "PM"}`;
  return `${day}  ${time} ${folder ? "      <DIR>         " : String(size).padStart(20)} ${name}`;
}

function unixLine({ name, folder, size, mtimeMs }: Entry, nowMs: number): string {
  const mode = folder ? "drwxr-xr-x   2" : "-rw-r--r--   1";
  return `${mode} root     wheel    ${String(size).padStart(8)} ${dateText(mtimeMs, nowMs).replace("  ", "  ")} ${name}`;
}

export const microsoftFtp: FtpDialect = {
  product: "Microsoft ftpd",
  greeting: () => "220 Microsoft FTP Service",
  askPassword: (user) =>
    /^(anonymous|ftp)$/i.test(user)
      ? "331 Anonymous access allowed, send identity (e-mail name) as password."
      : "331 Password required",
  loggedIn: () => "230 User logged in.",
  loginFailed: "530 User cannot log in.",
  userFirst: "503 Login with USER first.",
  needLogin: "530 Please login with USER and PASS.",
  unknown: () => "500 Command not understood.",
  system: "215 Windows_NT",
  features: [
    "211-Extended features supported:",
    " LANG EN*",
    " UTF8",
    " AUTH TLS;TLS-C;SSL;TLS-P;",
    " PBSZ",
    " PROT C;P;",
    " CCC",
    " HOST",
    " SIZE",
    " MDTM",
    " REST STREAM",
    "211 END",
  ],
  help: [
    "214-The following commands are recognized (* ==>'s unimplemented).",
    " ABOR ACCT ADAT * ALLO APPE AUTH CCC CDUP CWD DELE ENC * EPRT EPSV FEAT HELP HOST LANG LIST MDTM MIC * MKD MODE NLST NOOP OPTS PASS PASV PBSZ PORT PROT PWD QUIT REIN REST RETR RMD RNFR RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCUP XCWD XMKD XPWD XRMD",
    "214 HELP command successful.",
  ],
  folder: (path) => `257 "${path}" is current directory.`,
  changed: () => "250 CWD command successful.",
  missing: () => "550 The system cannot find the file specified. ",
  type: (letter) => `200 Type set to ${letter}.`,
  noop: "200 noop command successful.",
  bye: "221 Goodbye.",
  passive: (numbers) => `227 Entering Passive Mode (${numbers}).`,
  noData: "425 Cannot open data connection.",
  opening: () => "125 Data connection already open; Transfer starting.",
  complete: "226 Transfer complete.",
  denied: () => "550 Access is denied. ",
  line: dosLine,
  fixed: {
    AUTH: "534 Local policy on server does not allow TLS secure connections.",
    OPTS: "200 OPTS UTF8 command successful - UTF8 encoding now ON.",
    ALLO: "200 ALLO command successful.",
    MODE: "200 Mode S ok.",
    STRU: "200 STRU F ok.",
    ABOR: "225 ABOR command successful.",
    REIN: "502 Command not implemented.",
  },
  early: ["AUTH", "OPTS", "FEAT", "HELP", "SYST", "NOOP", "QUIT", "USER", "PASS"],
  failMs: 30,
  tries: 20,
};

export const proFtpd: FtpDialect = {
  product: "ProFTPD",
  greeting: ({ hostname }, local) =>
    `220 ProFTPD Server (${hostname} FTP Server) [${local.includes(":") ? local : `::ffff:${local}`}]`,
  askPassword: (user) => `331 Password required for ${user}`,
  loggedIn: (user) => `230 User ${user} logged in`,
  loginFailed: "530 Login incorrect.",
  userFirst: "503 Login with USER first",
  needLogin: "530 Please login with USER and PASS",
  unknown: (verb) => `500 ${verb} not understood`,
  system: "215 UNIX Type: L8",
  features: [
    "211-Features:",
    " CLNT",
    " EPRT",
    " EPSV",
    " HOST",
    " LANG en-US*",
    " MDTM",
    " REST STREAM",
    " SIZE",
    " TVFS",
    " UTF8",
    "211 End",
  ],
  help: [
    "214-The following commands are recognized (* =>'s unimplemented):",
    " CWD     XCWD    CDUP    XCUP    SMNT*   QUIT    PORT    PASV    ",
    " EPRT    EPSV    ALLO    RNFR    RNTO    DELE    MDTM    RMD     ",
    " XRMD    MKD     XMKD    PWD     XPWD    SIZE    SYST    HELP    ",
    " NOOP    FEAT    OPTS    HOST    CLNT    AUTH*   CCC*    CONF*   ",
    " ENC*    MIC*    PBSZ*   PROT*   TYPE    STRU    MODE    RETR    ",
    " STOR    STOU    APPE    REST    ABOR    RANG    USER    PASS    ",
    " ACCT*   REIN*   LIST    NLST    STAT    SITE    MLSD    MLST    ",
    "214 Direct comments to root@localhost",
  ],
  folder: (path) => `257 "${path}" is the current directory`,
  changed: () => "250 CWD command successful",
  missing: (path) => `550 ${path}: No such file or directory`,
  type: (letter) => `200 Type set to ${letter}`,
  noop: "200 NOOP command successful",
  bye: "221 Goodbye.",
  passive: (numbers) => `227 Entering Passive Mode (${numbers}).`,
  noData: "425 Unable to build data connection: Connection refused",
  opening: ({ list, name, size }) =>
    list
      ? "150 Opening ASCII mode data connection for file list"
      : `150 Opening BINARY mode data connection for ${name}${size < 0 ? "" : ` (${size} bytes)`}`,
  complete: "226 Transfer complete",
  denied: (path) => `550 ${path}: Permission denied`,
  line: unixLine,
  fixed: {
    AUTH: "500 AUTH not understood",
    OPTS: "200 UTF8 set to on",
    CLNT: "200 OK",
    ALLO: "202 No storage allocation necessary",
    MODE: "200 Mode set to S",
    STRU: "200 Structure set to F",
    ABOR: "226 Abort successful",
  },
  early: ["AUTH", "OPTS", "CLNT", "FEAT", "HELP", "NOOP", "QUIT", "SYST", "USER", "PASS"],
  failMs: 900,
  tries: 3,
};

/** The FTP server of DSM: BSD's ftpd under the box's name (its greeting is in nmap's probes). */
export const diskStationFtp: FtpDialect = {
  product: "Synology DiskStation ftpd",
  greeting: () => "220 DiskStation FTP server ready.",
  askPassword: (user) => `331 Password required for ${user}.`,
  loggedIn: (user) => `230 User ${user} logged in.`,
  loginFailed: "530 Login incorrect.",
  userFirst: "503 Login with USER first.",
  needLogin: "530 Please login with USER and PASS.",
  unknown: (verb) => `500 '${verb}': command not understood.`,
  system: "215 UNIX Type: L8",
  features: [
    "211-Extensions supported:",
    " AUTH TLS",
    " PBSZ",
    " PROT",
    " SIZE",
    " MDTM",
    " REST STREAM",
    " UTF8",
    "211 End.",
  ],
  help: [
    "214-The following commands are recognized (* =>'s unimplemented).",
    "   USER    PORT    STOR    MSAM*   RNTO    NLST    MKD     CDUP",
    "   PASS    PASV    APPE    MRSQ*   ABOR    SITE    XMKD    XCUP",
    "   ACCT*   TYPE    MLFL*   MRCP*   DELE    SYST    RMD     STOU",
    "   SMNT*   STRU    MAIL*   ALLO    CWD     STAT    XRMD    SIZE",
    "   REIN*   MODE    MSND*   REST    XCWD    HELP    PWD     MDTM",
    "   QUIT    RETR    MSOM*   RNFR    LIST    NOOP    XPWD",
    "214 End.",
  ],
  folder: (path) => `257 "${path}" is current directory.`,
  changed: () => "250 CWD command successful.",
  missing: (path) => `550 ${path}: No such file or directory.`,
  type: (letter) => `200 Type set to ${letter}.`,
  noop: "200 NOOP command successful.",
  bye: "221 Goodbye.",
  passive: (numbers) => `227 Entering Passive Mode (${numbers})`,
  noData: "425 Can't open data connection.",
  opening: ({ list, name, size }) =>
    list
      ? "150 Opening ASCII mode data connection for 'file list'."
      : `150 Opening BINARY mode data connection for '${name}'${size < 0 ? "" : ` (${size} bytes)`}.`,
  complete: "226 Transfer complete.",
  denied: (path) => `550 ${path}: Permission denied.`,
  line: unixLine,
  fixed: {
    AUTH: "502 AUTH command not implemented.",
    OPTS: "200 OPTS command successful.",
    ALLO: "202 ALLO command ignored.",
    MODE: "200 MODE S ok.",
    STRU: "200 STRU F ok.",
  },
  early: ["AUTH", "OPTS", "FEAT", "HELP", "NOOP", "QUIT", "SYST", "USER", "PASS"],
  failMs: 1500,
  tries: 5,
};

export const vxWorksFtp: FtpDialect = {
  product: "VxWorks ftpd",
  greeting: ({ products }) => `220 VxWorks FTP server (VxWorks ${products["ftp"]?.version ?? ""}) ready.`,
  askPassword: () => "331 Password required",
  loggedIn: () => "230 User logged in",
  loginFailed: "530 Login failed.",
  userFirst: "503 Login with USER first",
  needLogin: "530 USER and PASS required",
  unknown: () => "500 Command not recognized",
  system: "215 UNIX Type: L8 Version: VxWorks",
  features: ["500 Command not recognized"],
  help: [
    "214-The following commands are recognized:",
    "  HELP  USER  PASS  QUIT  LIST  NLST",
    "  RETR  STOR  CWD   TYPE  PORT  PWD",
    "  STRU  MODE  ALLO  ACCT  PASV  NOOP",
    "  DELE  MKD   RMD   RNFR  RNTO",
    "214 End of command list.",
  ],
  folder: (path) => `257 Current directory is "${path}"`,
  changed: (path) => `250 Changed directory to "${path}"`,
  missing: (path) => `550 Cannot access file or directory "${path}"`,
  type: (letter) => `200 Type set to ${letter}, ${letter === "I" ? "binary" : "ASCII"} mode`,
  noop: "200 NOOP -- did nothing as you ordered",
  bye: "221 Bye...see you later",
  passive: (numbers) => `227 Entering Passive Mode (${numbers})`,
  noData: "426 Data socket error",
  opening: ({ list }) => `150 Opening ${list ? "ASCII" : "BINARY"} mode data connection`,
  complete: "226 Transfer complete",
  denied: (path) => `553 Cannot create file "${path}"`,
  line: unixLine,
  fixed: {
    ALLO: "202 Allocate and Account not required.",
    MODE: "200 Stream mode okay",
    STRU: "200 File structure okay",
  },
  early: ["HELP", "NOOP", "QUIT", "SYST", "USER", "PASS", "FEAT"],
  failMs: 50,
  tries: 20,
};
