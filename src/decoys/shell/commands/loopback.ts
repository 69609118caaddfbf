// What the machine's own services answer to its own tools: enough of a greeting to agree with its list of sockets.
// Opens nothing: an answer is a text.

import { createHash } from "node:crypto";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import type { Listener } from "../world/network.ts";

const ROOT = { uid: 0, gid: 0, groups: [0] };

/** The address that a host of this machine stands for, or null for any other host. */
export function ownAddress(proc: Proc, host: ByteString): string | null {
  const name = host.toLowerCase();
  const { hostname, domain } = proc.world.persona;
  if (/^127(?:\.\d{1,3}){3}$/.test(name)) return name;
  if (name === "localhost" || name === "0" || name === "0.0.0.0" || name === "::1" || name === "[::1]")
    return "127.0.0.1";
  if (name === hostname || name === `${hostname}.${domain}`) return "127.0.1.1";
  const own = proc.world.network.address(proc.login.session);
  return name === own ? own : null;
}

/** What listens on a port of an own address. */
export function listenerAt(proc: Proc, address: string, port: number): Listener | undefined {
  return proc.world.network.listeners.find(
    (one) => one.port === port && (one.address === "0.0.0.0" || one.address === address),
  );
}

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: string;
  readonly head: ByteString;
  readonly body: ByteString;
}

/** What the own web server answers for a path. */
export function httpAnswer(proc: Proc, path: ByteString): HttpAnswer {
  const { persona } = proc.world;
  const server = `nginx/${persona.products["http"]?.version.replace(/^nginx\//, "") ?? "1.22.1"}`;
  const date = new Date(proc.now()).toUTCString();
  const plain = path.split(/[?#]/, 1)[0] ?? "";
  const file = plain === "/" || plain === "" ? "/index.html" : plain;
  const files = proc.login.fs.at(ROOT, "/");
  const page = files.readText(`/var/www/html${file}`, 1 << 20);
  const stat = files.stat(`/var/www/html${file}`);
  const found = !proc.busybox && page.ok && file.endsWith(".html");
  const status = found ? "200 OK" : "404 Not Found";
  const body = found
    ? page.value
    : proc.busybox
      ? "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n"
      : `<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`;
  const modified = new Date(stat.ok ? stat.value.mtimeMs : persona.installedAt);
  const extra = found
    ? `Last-Modified: ${modified.toUTCString()}\r\nConnection: keep-alive\r\nETag: "${Math.floor(modified.getTime() / 1000).toString(16)}-${body.length.toString(16)}"\r\nAccept-Ranges: bytes\r\n`
    : "Connection: keep-alive\r\n";
  return {
    status,
    head: `HTTP/1.1 ${status}\r\nServer: ${proc.busybox ? "httpd" : server}\r\nDate: ${date}\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n${extra}\r\n`,
    body,
  };
}

/** What a raw connection to an own service shows, given what was sent into it. */
export function rawAnswer(proc: Proc, listener: Listener, sent: ByteString): ByteString {
  const { products } = proc.world.persona;
  switch (listener.service) {
    case "ssh": {
      const version = products["ssh"]?.version ?? "9.2p1";
      const banner = version.startsWith("SSH-2.0-")
        ? version
        : `SSH-2.0-${version.startsWith("OpenSSH_") ? "" : "OpenSSH_"}${version}`;
      return `${banner}\r\n${sent === "" || sent.startsWith("SSH-") ? "" : "Invalid SSH identification string.\r\n"}`;
    }
    case "ftp":
      return `220 (vsFTPd ${products["ftp"]?.version.replace(/[^\d.]/g, "") ?? "3.0.3"})\r\n`;
    case "redis":
      return /^(?:\*1\r\n\$4\r\n)?ping\b/i.test(sent)
        ? "+PONG\r\n"
        : sent.trim() === ""
          ? ""
          : "-NOAUTH Authentication required.\r\n";
    case "http": {
      const request = /^(GET|HEAD) (\S{1,2000}) HTTP\/1\.[01]\r?\n/.exec(sent);
      if (sent === "") return "";
      if (!request)
        return "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n";
      const { head, body } = httpAnswer(proc, request[2] ?? "/");
      return request[1] === "HEAD" ? head : head + body;
    }
    default:
      return "";
  }
}

/** Round trip in ms over the loopback interface, the same for the same packet of the same machine. */
export function loopbackMs(proc: Proc, sequence: number): string {
  const digest = createHash("sha256").update(`${proc.pid}-${sequence}`).digest();
  return (0.024 + (digest[0] ?? 0) / 6000).toFixed(3);
}
