// The servers of a machine as programs on its disk: they tell their version and that their port is taken.
// None starts, stops or changes anything. Which of them a machine has follows from what it offers to the network.

import type { Persona } from "../../personas/persona.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf } from "../world/distribution.ts";
import { program } from "./options.ts";

const NGINX_CONF = "/etc/nginx/nginx.conf";
/** nginx tries five times, half a second apart. */
const NGINX_TRIES = 5;
const NGINX_PAUSE_MS = 500;
const NGINX_USAGE = `Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /usr/share/nginx/)
  -e filename   : set error log file (default: /var/log/nginx/error.log)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`;

/** Programs and packages by the service that brings them. */
const BROUGHT: Readonly<Record<string, { product: string; programs: readonly string[] }>> = {
  http: { product: "nginx", programs: ["nginx"] },
  ssh: { product: "OpenSSH", programs: ["sshd"] },
  ftp: { product: "vsftpd", programs: ["vsftpd"] },
  redis: { product: "Redis", programs: ["redis-server"] },
  mysql: { product: "MySQL", programs: ["mysqld", "mysql"] },
};

/** All that some machine has. */
export const serverNames: ReadonlySet<string> = new Set(
  Object.values(BROUGHT).flatMap(({ programs }) => programs),
);

/** Names of those that a machine has. */
export function serversOf({ os, products }: Persona): readonly string[] {
  if (os.flavour !== "debian") return [];
  return Object.entries(BROUGHT).flatMap(([service, { product, programs }]) =>
    products[service]?.product === product ? programs : [],
  );
}

const versionOf = (proc: Proc, service: string): string =>
  proc.world.persona.products[service]?.version ?? "";

async function testNginx(proc: Proc, dump: boolean): Promise<number> {
  if (proc.user.uid !== 0) {
    const log = "/var/log/nginx/error.log";
    await proc.err(
      `nginx: [alert] could not open error log file: open() "${log}" failed (13: Permission denied)\n`,
    );
    return proc.fail(`configuration file ${NGINX_CONF} test failed`);
  }
  await proc.err(
    `nginx: the configuration file ${NGINX_CONF} syntax is ok\nnginx: configuration file ${NGINX_CONF} test is successful\n`,
  );
  const text = dump ? proc.fs.readText(NGINX_CONF, 1 << 16) : undefined;
  if (text?.ok) await proc.out(`# configuration file ${NGINX_CONF}:\n${text.value}\n`);
  return 0;
}

async function nginx(proc: Proc): Promise<number> {
  const [first = ""] = proc.args;
  const version = `nginx version: nginx/${versionOf(proc, "http")}\n`;
  if (first === "-v") await proc.err(version);
  else if (first === "-V")
    await proc.err(
      `${version}built with OpenSSL ${distributionOf(proc.world.persona).openssl}\nTLS SNI support enabled\n`,
    );
  else if (first === "-h" || first === "-?") await proc.err(version + NGINX_USAGE);
  else if (first === "-t" || first === "-T") return testNginx(proc, first === "-T");
  else if (first === "-s") return proc.user.uid === 0 ? 0 : testNginx(proc, false);
  else if (first.startsWith("-") && !/^-[cpegq]/.test(first))
    return proc.fail(`invalid option: "${first.slice(1)}"`);
  else return bindNginx(proc);
  return 0;
}

async function bindNginx(proc: Proc): Promise<number> {
  if (proc.user.uid !== 0) return testNginx(proc, false);
  const ports = proc.world.persona.portsOf("http");
  if (ports.length === 0) return 0;
  for (let i = 0; i < NGINX_TRIES; i++) {
    for (const port of ports)
      await proc.err(`nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)\n`);
    await proc.sleep(NGINX_PAUSE_MS);
  }
  return proc.fail("[emerg] still could not bind()");
}

async function sshd(proc: Proc): Promise<number> {
  const [first = ""] = proc.args;
  if (first === "-t") return proc.user.uid === 0 ? 0 : proc.fail("no hostkeys available -- exiting.", 1);
  const flag = /^-([^46DdeiqTtCcEfghopu])/.exec(first)?.[1];
  if (flag !== undefined) {
    await proc.err(
      `unknown option -- ${flag}\nOpenSSH_${versionOf(proc, "ssh")}, OpenSSL ${distributionOf(proc.world.persona).openssl}\nusage: sshd [-46DdeiqTt] [-C connection_spec] [-c host_cert_file]\n            [-E log_file] [-f config_file] [-g login_grace_time]\n            [-h host_key_file] [-o option] [-p port] [-u len]\n`,
    );
    return 1;
  }
  if (proc.argv[0]?.startsWith("/")) return 255;
  await proc.err("sshd re-exec requires execution with an absolute path\n");
  return 255;
}

async function vsftpd(proc: Proc): Promise<number> {
  if (proc.args[0] === "-v") {
    await proc.out(`vsftpd: version ${versionOf(proc, "ftp")}\n`);
    return 0;
  }
  const why =
    proc.user.uid === 0
      ? "could not bind listening IPv4 socket"
      : "vsftpd: must be started as root (see run_as_launching_user option)";
  await proc.out(`500 OOPS: ${why}\n`);
  return 1;
}

async function redisServer(proc: Proc): Promise<number> {
  const version = versionOf(proc, "redis");
  if (proc.args[0] === "-v" || proc.args[0] === "--version") {
    await proc.out(
      `Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0\n`,
    );
    return 0;
  }
  const time = new Date(proc.now());
  const month = time.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
  const day = String(time.getUTCDate()).padStart(2, "0");
  const stamp = `${proc.pid}:M ${day} ${month} ${time.getUTCFullYear()} ${time.toISOString().slice(11, 23)}`;
  await proc.out(
    `${stamp} # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use\n${stamp} # Failed listening on port 6379 (tcp), aborting.\n`,
  );
  return 1;
}

const mysqlVersion = (proc: Proc, path: string): string =>
  `${path}  Ver ${versionOf(proc, "mysql")} for Linux on x86_64 (MySQL Community Server - GPL)\n`;

async function mysqld(proc: Proc): Promise<number> {
  if (proc.args.includes("--version") || proc.args.includes("-V")) {
    await proc.out(mysqlVersion(proc, "/usr/sbin/mysqld"));
    return 0;
  }
  const stamp = `${new Date(proc.now()).toISOString().slice(0, -1)}000Z`;
  await proc.err(
    `${stamp} 0 [ERROR] [MY-010123] [Server] Fatal error: Please read "Security" section of the manual to find out how to run mysqld as root!\n${stamp} 0 [ERROR] [MY-010119] [Server] Aborting\n`,
  );
  return 1;
}

/** The value of `-pVALUE` or `-p VALUE`, as far as an option takes it. */
function option(args: readonly ByteString[], short: string, long: string): ByteString | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3);
    if (arg === `-${short}` || arg === `--${long}`) return short === "p" ? "" : args[i + 1];
    if (arg.startsWith(`-${short}`) && !arg.startsWith("--")) return arg.slice(2);
  }
  return undefined;
}

/** The client: what it asks is recorded, and nobody is let in by the socket of the server. */
async function mysql(proc: Proc): Promise<number> {
  if (proc.args.includes("--version") || proc.args.includes("-V")) {
    await proc.out(mysqlVersion(proc, "mysql"));
    return 0;
  }
  const user = option(proc.args, "u", "user") ?? proc.user.name;
  let secret = option(proc.args, "p", "password");
  if (secret === "") secret = (await typed(proc)) ?? "";
  else if (secret !== undefined)
    await proc.err("mysql: [Warning] Using a password on the command line interface can be insecure.\n");
  if (secret) proc.login.recordSecret(user, secret, false);
  await proc.err(
    `ERROR 1045 (28000): Access denied for user '${user}'@'localhost' (using password: ${secret ? "YES" : "NO"})\n`,
  );
  return 1;
}

async function typed(proc: Proc): Promise<ByteString | null> {
  const prompt = "Enter password: ";
  if (proc.terminal && proc.stdin.isTerminal) return proc.terminal.readSecret(prompt);
  await proc.err(prompt);
  return (await proc.stdin.line(256))?.replace(/\n$/, "") ?? null;
}

/** The programs of this file. */
export const serverPrograms = [
  program("nginx", nginx),
  program("sshd", sshd),
  program("vsftpd", vsftpd),
  program("redis-server", redisServer),
  program("mysqld", mysqld),
  program("mysql", mysql),
];
