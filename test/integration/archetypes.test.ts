// Every archetype's web and file server over real sockets with real clients: one set of cases that all of them pass.

import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { ftp } from "../../src/decoys/ftp/index.ts";
import { http } from "../../src/decoys/http/index.ts";
import { httpProducts } from "../../src/decoys/http/products/index.ts";
import { archetypes, findArchetype } from "../../src/decoys/personas/archetypes/index.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";

const withService = (service: string): string[] =>
  archetypes.filter(({ services }) => services.includes(service)).map(({ name }) => name);

/** Words of a product's name that no other machine's answers may hold. */
const MARKS = [
  "nginx",
  "Apache",
  "lighttpd",
  "IIS",
  "HP HTTP",
  "Schneider-WEB",
  "alphapd",
  "vsFTPd",
  "Microsoft",
  "ProFTPD",
  "VxWorks",
  "DiskStation",
];
const OWN: Readonly<Record<string, readonly string[]>> = {
  nginx: ["nginx"],
  "Apache httpd": ["Apache"],
  lighttpd: ["lighttpd"],
  "Microsoft IIS httpd": ["IIS", "Microsoft"],
  "HP HTTP Server": ["HP HTTP"],
  "DD-WRT httpd": [],
  "Schneider-WEB": ["Schneider-WEB"],
  alphapd: ["alphapd"],
  vsftpd: ["vsFTPd"],
  "Microsoft ftpd": ["Microsoft"],
  ProFTPD: ["ProFTPD"],
  "VxWorks ftpd": ["VxWorks"],
  "Synology DiskStation ftpd": ["DiskStation"],
};

/** Sends bytes and reads until the server closes, or for as long as it takes to fall silent after an answer. */
function talk(port: number, raw: string): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(raw, "latin1")));
    socket.setTimeout(5000, () => socket.destroy());
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(received));
  });
}

const ask = (decoy: RunningDecoy, path: string, method = "GET", headers = ""): Promise<string> =>
  talk(decoy.port, `${method} ${path} HTTP/1.1\r\nHost: 10.0.0.5\r\nConnection: close\r\n${headers}\r\n`);

const BASIC = (secret: string): string =>
  `Authorization: Basic ${Buffer.from(`${TEST_LOGIN.username}:${secret}`).toString("base64")}\r\n`;

function expectOnlyItsOwnName(answer: string, product: string): void {
  const foreign = MARKS.filter((mark) => !(OWN[product] ?? []).includes(mark));
  for (const mark of foreign) expect(answer, product).not.toContain(mark);
}

describe.each(withService("http"))("the web server of a %s", (name) => {
  const persona = testPersona(name);
  const product = persona.products["http"]?.product ?? "";

  test("answers under its own name whatever it is sent, and breaks at nothing", async () => {
    await using decoy = await startDecoy(http, { persona });
    const version = (persona.products["http"]?.version ?? "").replace(/ \(.*/, "");
    const home = await ask(decoy, "/");
    expect(home).toMatch(/^HTTP\/1\.[01] (200|302|401|404) /);
    expect(home).toMatch(/\r\nServer: /);
    if (["nginx", "Apache httpd", "lighttpd"].includes(product)) expect(home).toContain(version);
    const head = await ask(decoy, "/", "HEAD");
    expect(head.split("\r\n\r\n").slice(1).join("")).toBe("");
    expect(head.split(" ")[1]).toBe(home.split(" ")[1] as string);
    expect(await ask(decoy, "/no/such/thing")).toMatch(/^HTTP\/1\.[01] 40[0134] /);
    const odd = [
      "\r\n\r\n",
      "hello\r\n\r\n",
      `\x16\x03\x01${"A".repeat(80)}\n\n`,
      `GET /${"a".repeat(40_000)} HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${"X: y\r\n".repeat(400)}\r\n`,
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=5-1,,-\r\nConnection: close\r\n\r\n",
      "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    for (const raw of odd) {
      const answer = await talk(decoy.port, raw);
      expectOnlyItsOwnName(answer, product);
      expect(answer).not.toContain("root:");
    }
    expectOnlyItsOwnName(home, product);
    expect(decoy.broken).toEqual([]);
    expect(decoy.of("http.requested").length).toBeGreaterThan(2);
  }, 60_000);

  test("fed one byte at a time it answers the same", async () => {
    await using decoy = await startDecoy(http, { persona });
    const raw = "GET /no HTTP/1.1\r\nHost: 10.0.0.5\r\nConnection: close\r\n\r\n";
    const whole = await talk(decoy.port, raw);
    const slow = await new Promise<string>((resolve) => {
      let received = "";
      const socket = connect(decoy.port, "127.0.0.1", () => {
        const next = (at: number): void => {
          if (at < raw.length && !socket.destroyed)
            socket.write(raw.slice(at, at + 1), () => setImmediate(next, at + 1));
        };
        next(0);
      });
      socket.setNoDelay(true);
      socket.on("data", (bytes) => {
        received += bytes.toString("latin1");
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => resolve(received));
    });
    const dateless = (text: string): string => text.replace(/Date: [^\r]*/g, "Date");
    expect(dateless(slow)).toBe(dateless(whole));
  });
});

/** Where each machine takes a login: a form's fields, or the path behind HTTP Basic. */
const LOGINS: Readonly<
  Record<string, { readonly path: string; readonly fields?: readonly [string, string] }>
> = {
  "mail-server": { path: "/", fields: ["_user", "_pass"] },
  "voip-pbx": { path: "/admin/config.php", fields: ["username", "password"] },
  "storage-server": { path: "/login.php", fields: ["username", "password"] },
  printer: { path: "/hp/device/Settings" },
  camera: { path: "/" },
  router: { path: "/index.asp" },
  plc: { path: "/secure/system/index.htm" },
  "container-host": { path: "/v2/" },
};

describe.each(Object.entries(LOGINS))("the login of a %s", (name, { path, fields }) => {
  test("lets in whom the persona admits, nobody else, and both are evidence", async () => {
    await using decoy = await startDecoy(http, { persona: testPersona(name) });
    const attempt = (secret: string): Promise<string> => {
      if (!fields) return ask(decoy, path, "GET", BASIC(secret));
      const body = `${fields[0]}=${TEST_LOGIN.username}&${fields[1]}=${secret}`;
      return talk(
        decoy.port,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    };
    if (!fields)
      expect(await ask(decoy, path)).toMatch(/^HTTP\/1\.[01] 401 [\s\S]*WWW-Authenticate: Basic realm=/i);
    const refused = await attempt("wrong");
    expect(refused).toMatch(fields ? /^HTTP\/1\.1 (200|401) / : /^HTTP\/1\.[01] 401 /);
    const accepted = await attempt(TEST_LOGIN.password);
    expect(accepted).toMatch(fields ? /^HTTP\/1\.1 302 / : /^HTTP\/1\.[01] 200 /);
    if (fields) {
      const cookie = /Set-Cookie: ([^;]+)/.exec(accepted)?.[1] ?? "";
      const location = /Location: ([^\r]+)/.exec(accepted)?.[1] ?? "";
      expect(await ask(decoy, location, "GET", `Cookie: ${cookie}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await ask(decoy, location, "GET", "Cookie: none=1\r\n")).toMatch(/^HTTP\/1\.1 302 /);
    }
    const outcomes = decoy.of("auth.attempted").map(({ data }) => data.accepted);
    expect(outcomes).toEqual([false, true]);
    expect(decoy.broken).toEqual([]);
  });
});

describe.skipIf(Bun.which("curl") === null)("the login of a domain-controller (needs curl)", () => {
  test("is NTLM: curl gets in with the password, and both proofs are evidence", async () => {
    const persona = testPersona("domain-controller");
    await using decoy = await startDecoy(http, { persona });
    const run = async (secret: string): Promise<string> => {
      const user = `${TEST_LOGIN.username}:${secret}`;
      const url = `http://127.0.0.1:${decoy.port}/certsrv/`;
      const child = Bun.spawn(["curl", "-sSi", "--max-time", "15", "--ntlm", "-u", user, url], {
        stdout: "pipe",
      });
      return new Response(child.stdout).text();
    };
    const refused = await run("wrong");
    expect(refused).toMatch(/WWW-Authenticate: NTLM TlRMTVNT[\s\S]*HTTP\/1\.1 401 Unauthorized/);
    expect(refused).toContain("\r\nContent-Length: 341\r\n");
    expect(await run(TEST_LOGIN.password)).toMatch(/HTTP\/1\.1 200 OK[\s\S]*Certificate Services/);
    const attempts = decoy.of("auth.attempted").map(({ data }) => data);
    expect(attempts.map(({ method, accepted }) => [method, accepted])).toEqual([
      ["challenge", false],
      ["challenge", true],
    ]);
    expect(attempts[0]?.challenge?.scheme).toBe("ntlmv2");
    expect(attempts[0]?.challenge?.salt_hex).toMatch(/^[0-9a-f]{16}$/);
    expect(decoy.broken).toEqual([]);
  }, 30_000);

  test.skipIf(Bun.which("nmap") === null)(
    "nmap reads name, domain and build off it (needs nmap)",
    async () => {
      const persona = testPersona("domain-controller");
      await using decoy = await startDecoy(http, { persona });
      const script = ["--script", "http-ntlm-info", "--script-args", "http-ntlm-info.root=/certsrv/"];
      const child = Bun.spawn(
        ["nmap", "-Pn", "-n", "-sV", ...script, "-p", String(decoy.port), "127.0.0.1"],
        { stdout: "pipe" },
      );
      const text = await new Response(child.stdout).text();
      expect(text).toContain(`NetBIOS_Computer_Name: ${persona.hostname}`);
      expect(text).toContain(`DNS_Domain_Name: ${persona.domain}`);
      expect(text).toContain(`Product_Version: ${persona.os.release.split(".").slice(0, 3).join(".")}`);
    },
    90_000,
  );
});

describe.each(withService("ftp"))("the file server of a %s", (name) => {
  const persona = testPersona(name);
  const product = persona.products["ftp"]?.product ?? "";
  const curl = Bun.which("curl") !== null;

  test.skipIf(!curl)(
    "curl logs in, lists, and uploads; the bytes are kept (needs curl)",
    async () => {
      await using decoy = await startDecoy(ftp, { persona });
      const url = (path: string): string =>
        `ftp://${TEST_LOGIN.username}:${TEST_LOGIN.password}@127.0.0.1:${decoy.port}${path}`;
      const run = async (...args: string[]): Promise<string> => {
        const child = Bun.spawn(["curl", "-sS", "--max-time", "15", ...args], {
          stdin: new Blob(["uploaded"]),
          stdout: "pipe",
          stderr: "pipe",
        });
        const text = await new Response(child.stdout).text();
        expect(await new Response(child.stderr).text()).toBe("");
        return text;
      };
      await run("--ftp-method", "nocwd", url("/"));
      const verbose = Bun.spawn(["curl", "-v", "--max-time", "15", url("/")], {
        stderr: "pipe",
        stdout: "ignore",
      });
      expectOnlyItsOwnName(await new Response(verbose.stderr).text(), product);
      await run("-T", "-", url("/new.bin"));
      const stored = await decoy.waitFor("file.uploaded");
      expect(Buffer.from(decoy.blobs.get(stored.data.sha256) ?? []).toString()).toBe("uploaded");
      expect(decoy.broken).toEqual([]);
    },
    60_000,
  );

  test("a wrong password is refused and recorded", async () => {
    await using decoy = await startDecoy(ftp, { persona });
    const answer = await talk(decoy.port, "USER root\r\nPASS nope\r\nQUIT\r\n");
    expect(answer).toMatch(/^220 [^\r]+\r\n331 [^\r]+\r\n530 [^\r]+\r\n221 /);
    expect(decoy.of("auth.attempted").map(({ data }) => data.accepted)).toEqual([false]);
  }, 20_000);
});

/** What nmap's version scan says of the web server of each archetype. */
const NMAP: Readonly<Record<string, RegExp>> = {
  "web-server": /nginx 1\.2/,
  "app-server": /Apache httpd 2\.4\.\d+ \(\(Rocky Linux\)\)/,
  "mail-server": /Apache httpd 2\.4\.\d+ \(\((Debian|Ubuntu)\)\)/,
  "windows-server": /Microsoft IIS httpd 10\.0/,
  "storage-server": /lighttpd 1\.4/,
  printer: /HP .*LaserJet.* http config/,
  camera: /D-Link DCS-93\dL webcam http interface/,
  router: /DD-WRT milli_httpd/,
  plc: /Schneider-WEB/,
};

describe.skipIf(Bun.which("nmap") === null)("nmap -sV (needs nmap)", () => {
  test.each(Object.entries(NMAP))(
    "takes the web server of a %s for the product",
    async (name, expected) => {
      await using decoy = await startDecoy(http, { persona: testPersona(name) });
      const child = Bun.spawn(["nmap", "-Pn", "-n", "-sV", "-p", String(decoy.port), "127.0.0.1"], {
        stdout: "pipe",
      });
      expect(await new Response(child.stdout).text()).toMatch(expected);
    },
    60_000,
  );
});

test("every web product that a machine can claim has its code", () => {
  for (const name of withService("http")) {
    const profiles = findArchetype(name)?.profiles ?? [];
    const lines = profiles.flatMap(({ products, appliances = [] }) => [
      ...(products["http"] ?? []),
      ...appliances.flatMap((one) => one.products?.["http"] ?? []),
    ]);
    for (const { product } of lines) expect(Object.keys(httpProducts)).toContain(product);
  }
});
