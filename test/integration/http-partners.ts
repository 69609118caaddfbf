// The real Apache httpd and lighttpd on loopback with the decoy's files, for comparison. No application: files only.

import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Site } from "../../src/decoys/http/site.ts";
import { freePort, reachable, writeSite } from "./http-nginx.ts";

/** A running partner. */
export interface RunningPartner extends AsyncDisposable {
  readonly port: number;
}

/** Debian's configuration with its modules, for one site and without its paths. */
function apacheConfig(dir: string, port: number): string {
  return `ServerRoot /etc/apache2
DefaultRuntimeDir ${dir}
PidFile ${dir}/pid
ServerName 127.0.0.1
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
ErrorLog ${dir}/error.log
ServerTokens OS
ServerSignature On
TraceEnable Off
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Listen 127.0.0.1:${port}
User www-data
Group www-data
<Directory />
AllowOverride None
Require all denied
</Directory>
<Directory ${dir}/root>
Options FollowSymLinks
Require all granted
</Directory>
<FilesMatch "^\\.ht">
Require all denied
</FilesMatch>
<Location /server-status>
Require all denied
</Location>
DocumentRoot ${dir}/root
`;
}

function lighttpdConfig(dir: string, port: number): string {
  const strict = ["header-strict", "host-strict", "host-normalize", "url-normalize-unreserved"].concat([
    "url-normalize-required",
    "url-ctrls-reject",
    "url-path-2f-decode",
    "url-path-dotseg-remove",
  ]);
  return `server.modules = ( "mod_indexfile", "mod_access" )
server.document-root = "${dir}/root"
server.errorlog = "${dir}/error.log"
server.bind = "127.0.0.1"
server.port = ${port}
server.http-parseopts = (${strict.map((name) => `"${name}" => "enable"`).join(",")})
index-file.names = ( "index.html" )
url.access-deny = ( "~", ".inc" )
mimetype.assign = ( ".html" => "text/html", ".css" => "text/css", ".js" => "application/javascript", ".txt" => "text/plain", ".ico" => "image/x-icon", "" => "application/octet-stream" )
`;
}

/** Starts one of them. */
export async function startPartner(name: "apache2" | "lighttpd", site: Site): Promise<RunningPartner> {
  const dir = mkdtempSync(join(tmpdir(), `decnet-${name}-`));
  writeSite(join(dir, "root"), site);
  chmodSync(dir, 0o755);
  const port = await freePort();
  const config = join(dir, "server.conf");
  writeFileSync(config, name === "apache2" ? apacheConfig(dir, port) : lighttpdConfig(dir, port));
  const command =
    name === "apache2" ? ["apache2", "-f", config, "-D", "FOREGROUND"] : ["lighttpd", "-D", "-f", config];
  const child = Bun.spawn(command, {
    stdout: "ignore",
    stderr: Bun.file(join(dir, "stderr")),
    env: { ...process.env, APACHE_LOG_DIR: dir, APACHE_RUN_DIR: dir, APACHE_LOCK_DIR: dir },
  });
  const deadline = Date.now() + 10_000;
  while (!(await reachable(port))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      cpSync(join(dir, "stderr"), join(tmpdir(), `decnet-${name}-stderr`));
      throw new Error(`${name} did not start`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Version of the installed server as its banner prints it; undefined where there is none. */
export function partnerBanner(name: "apache2" | "lighttpd"): string | undefined {
  if (Bun.which(name) === null) return undefined;
  const text = Bun.spawnSync([name, "-v"]).stdout.toString();
  return name === "apache2"
    ? /Apache\/[\d.]+ \([A-Za-z ]+\)/.exec(text)?.[0]
    : /lighttpd\/[\d.]+/.exec(text)?.[0];
}
