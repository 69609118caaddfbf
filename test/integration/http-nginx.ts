// The real nginx on loopback with the same site as the decoy, for comparison. Its PHP is our application behind a tiny
// HTTP/1.0 upstream, so that nginx's own handling of an application's answers is part of what is compared.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemRandom } from "../../src/contract/random.ts";
import { createApp } from "../../src/decoys/http/app.ts";
import { findLogin, parseFormBody } from "../../src/decoys/http/forms.ts";
import type { Site } from "../../src/decoys/http/site.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";

/** A running nginx. */
export interface RunningNginx extends AsyncDisposable {
  readonly port: number;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Puts the files of a site below a folder. */
export function writeSite(root: string, site: Site): void {
  for (const path of site.folders.keys()) mkdirSync(join(root, path), { recursive: true });
  for (const path of site.scripts) writeFileSync(join(root, path), "");
  for (const [path, file] of site.files) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, file.body);
    utimesSync(full, file.modifiedAt / 1000, file.modifiedAt / 1000);
  }
}

function configText(dir: string, port: number, upstream: number, site: Site): string {
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  return `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 64; }
http { include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;
sendfile on; tcp_nopush on; gzip on; ${temp.join(" ")}
server { listen 127.0.0.1:${port} default_server; root ${dir}/root; server_name _;
index index.php index.html index.htm index.nginx-debian.html;
location / { try_files $uri $uri/ =404; }
location = /login { return 302 ${site.admin}/login.php; }
location ${site.vault.folder}/ { auth_basic "${site.vault.realm}"; auth_basic_user_file ${dir}/htpasswd; autoindex on; }
location ~ \\.php$ { try_files $uri =404; proxy_pass http://127.0.0.1:${upstream}; }
} }
`;
}

/** Serves the application as HTTP/1.0 without lengths, which is how PHP-FPM's answers reach nginx. */
function startUpstream(persona: Persona, site: Site): Promise<{ port: number; close: () => void }> {
  const app = createApp(persona, site);
  const server = createServer((socket) => {
    let text = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [line = "", ...headers] = text.slice(0, end).split("\r\n");
      const value = (name: string): string | undefined =>
        headers.find((header) => header.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2);
      const body = text.slice(end + 4);
      if (body.length < Number(value("content-length") ?? "0")) return;
      const [method = "", script = ""] = line.split(" ");
      const login = findLogin(parseFormBody(value("content-type") ?? "", Buffer.from(body, "latin1")));
      const { reply } = app.handle({
        script,
        method,
        login,
        cookie: value("cookie"),
        uploaded: false,
        nowMs: Date.now(),
        random: systemRandom,
      });
      const extra = (reply.extra ?? []).map(([name, item]) => `${name}: ${item}\r\n`).join("");
      socket.write(
        `HTTP/1.0 ${reply.status} ${reply.reason ?? "OK"}\r\nContent-Type: ${reply.type}\r\n${extra}\r\n`,
      );
      socket.end(method === "HEAD" ? "" : reply.body);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() }),
    );
  });
}

/** Whether somebody listens there. */
export function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Starts nginx with the decoy's site. `login` gets into the protected area. */
export async function startNginx(
  persona: Persona,
  site: Site,
  login: { readonly username: string; readonly password: string },
): Promise<RunningNginx> {
  const dir = mkdtempSync(join(tmpdir(), "decnet-nginx-"));
  writeSite(join(dir, "root"), site);
  writeFileSync(join(dir, "htpasswd"), `${login.username}:{PLAIN}${login.password}\n`);
  // nginx's worker reads as whoever started it; a private folder under a root-owned temp folder is fine.
  const upstream = await startUpstream(persona, site);
  const port = await freePort();
  writeFileSync(join(dir, "nginx.conf"), configText(dir, port, upstream.port, site));
  const child = Bun.spawn(["nginx", "-c", join(dir, "nginx.conf"), "-e", join(dir, "error.log")], {
    stdout: "ignore",
    stderr: "ignore",
  });
  const deadline = Date.now() + 10_000;
  while (!(await reachable(port))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error("nginx did not start");
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      upstream.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
