// TLS, users, tokens and keys against a real nats-server, with certificates made here. Skips without its tools.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { NatsBus } from "../../src/bus/nats.ts";
import { connectNats } from "../../src/bus/nats-connect.ts";
import { natsSettings } from "../../src/bus/nats-settings.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { createKeptLog, take, until } from "../support/bus-tools.ts";
import { createNatsAccounts } from "../support/nats-accounts.ts";
import { hasNatsServer, type NatsServerProcess, startNats } from "../support/nats-server.ts";

const hasTools = hasNatsServer && Bun.which("openssl") !== null;
let folder: string;
const closing: (() => Promise<unknown>)[] = [];

function openssl(...args: string[]): void {
  const done = Bun.spawnSync(["openssl", ...args], { cwd: folder });
  if (!done.success) throw new Error(done.stderr.toString());
}

/** A CA, and certificates that it signed: `server` for 127.0.0.1, `elsewhere` for another name, `client`. */
function makeCertificates(): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const ca of ["ca", "other"])
    openssl("req", "-x509", ...key, "-keyout", `${ca}.key`, "-out", `${ca}.pem`, "-subj", `/CN=${ca}`);
  const names = { server: "IP:127.0.0.1", elsewhere: "DNS:elsewhere.example", client: "DNS:client" };
  for (const [name, alternative] of Object.entries(names)) {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternative}\n`);
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.pem`, "-days", "2");
  }
}

const path = (name: string): string => join(folder, name);

function tlsConfig(name: string, more = ""): string {
  return `tls { cert_file: "${path(`${name}.pem`)}", key_file: "${path(`${name}.key`)}" ${more} }`;
}

async function server(config: string): Promise<NatsServerProcess> {
  const running = await startNats({ config });
  closing.push(() => running.close());
  return running;
}

function client(name: string, env: NodeJS.ProcessEnv) {
  const log = createKeptLog();
  const bus = new NatsBus({ name, settings: natsSettings(env), log, clock: systemClock });
  closing.push(() => bus.close());
  return { bus, log };
}

async function meets(env: NodeJS.ProcessEnv): Promise<void> {
  const sub = client("reader", env).bus.subscribe("met");
  await sub.ready;
  client("writer", env).bus.publishTo("met", {});
  expect(await take(sub, 1)).toHaveLength(1);
}

/** It does not get in; gives what the log says. */
async function isRefused(env: NodeJS.ProcessEnv): Promise<string> {
  const { bus, log } = client("refused", env);
  bus.subscribe("met");
  await until(() => log.count("warn", "not reachable") === 1, "refusal", 8000);
  expect(bus.connected).toBe(false);
  return JSON.stringify(log.lines);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "decnet-nats-login-"));
  if (hasTools) makeCertificates();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasTools)("TLS", () => {
  test("with a user and a password: let in with all of them, refused with any one wrong, nothing secret logged", async () => {
    const login = 'authorization { user: "decnet", password: "pass:word@1" }';
    const { port } = await server(`${tlsConfig("server")}\n${login}`);
    const url = `tls://decnet:pass%3Aword%401@127.0.0.1:${port}`;
    await meets({ DECNET_NATS_URL: url, DECNET_NATS_CA: path("ca.pem") });
    await isRefused({ DECNET_NATS_URL: url });
    await isRefused({ DECNET_NATS_URL: url, DECNET_NATS_CA: path("other.pem") });
    const wrong = `tls://decnet:hush-hush@127.0.0.1:${port}`;
    const said = await isRefused({ DECNET_NATS_URL: wrong, DECNET_NATS_CA: path("ca.pem") });
    expect(said).not.toContain("hush-hush");
  }, 20_000);

  test("a certificate for another name is refused", async () => {
    const { port } = await server(tlsConfig("elsewhere"));
    await isRefused({ DECNET_NATS_URL: `tls://127.0.0.1:${port}`, DECNET_NATS_CA: path("ca.pem") });
  }, 20_000);

  test("tls:// never speaks to a server without it", async () => {
    const { port } = await server("");
    await isRefused({ DECNET_NATS_URL: `tls://127.0.0.1:${port}` });
  }, 20_000);

  test("a client's own certificate, where the server asks for one", async () => {
    const { port } = await server(tlsConfig("server", `, ca_file: "${path("ca.pem")}", verify: true`));
    const env = { DECNET_NATS_URL: `tls://127.0.0.1:${port}`, DECNET_NATS_CA: path("ca.pem") };
    const own = { DECNET_NATS_CERT: path("client.pem"), DECNET_NATS_KEY: path("client.key") };
    await meets({ ...env, ...own });
    await isRefused(env);
  }, 20_000);
});

describe.skipIf(!hasNatsServer)("who gets in", () => {
  test("a token in the URL", async () => {
    const { port } = await server('authorization { token: "s3cret-token" }');
    await meets({ DECNET_NATS_URL: `nats://s3cret-token@127.0.0.1:${port}` });
    const said = await isRefused({ DECNET_NATS_URL: `nats://wrong-token@127.0.0.1:${port}` });
    expect(said).toContain("Authorization");
    expect(said).not.toContain("wrong-token");
  }, 20_000);

  test("an NKey from its seed file", async () => {
    const user = nkeys.createUser();
    const seed = path("user.nk");
    writeFileSync(seed, user.getSeed(), { mode: 0o600 });
    const { url } = await server(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`);
    await meets({ DECNET_NATS_URL: url, DECNET_NATS_NKEY: seed });
    await isRefused({ DECNET_NATS_URL: url });
  }, 20_000);

  test("a file of credentials: a user's JWT and seed, and nobody of a stranger's account", async () => {
    const accounts = createNatsAccounts();
    const { url } = await server(accounts.config);
    const [ours, stranger] = [path("ours.creds"), path("stranger.creds")];
    writeFileSync(ours, accounts.credentials(), { mode: 0o600 });
    const theirs = accounts.credentials("stranger");
    writeFileSync(stranger, theirs, { mode: 0o600 });
    await meets({ DECNET_NATS_URL: url, DECNET_NATS_CREDS: ours });
    const said = await isRefused({ DECNET_NATS_URL: url, DECNET_NATS_CREDS: stranger });
    expect(said).toContain("Authorization");
    expect(said).not.toContain(/^SU[A-Z0-9]+$/m.exec(theirs)?.[0] ?? "no seed");
    await isRefused({ DECNET_NATS_URL: url });
  }, 20_000);

  test("a user who may not hear a subject: the server's word is in the log and the rest goes on", async () => {
    const rules = 'permissions: { subscribe: "decnet.allowed", publish: ">" }';
    const { port } = await server(`authorization { users: [ { user: u, password: p, ${rules} } ] }`);
    const env = { DECNET_NATS_URL: `nats://u:p@127.0.0.1:${port}` };
    const { bus, log } = client("half", env);
    bus.subscribe("denied");
    const allowed = bus.subscribe("allowed");
    await allowed.ready;
    await until(() => log.count("warn", "NATS server refuses") === 1, "the warning");
    expect(JSON.stringify(log.lines)).toContain("decnet.denied");
    client("writer", env).bus.publishTo("allowed", {});
    expect(await take(allowed, 1)).toHaveLength(1);
  }, 20_000);

  test("a server that accepts and says nothing: the attempt ends and leaves no connection behind", async () => {
    const open = new Set<Socket>();
    const mute = createServer((socket) => {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
      socket.resume();
    });
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => mute.close(resolve)));
    const { port } = mute.address() as { port: number };
    const target = { host: "127.0.0.1", port, tls: false };
    for (let i = 0; i < 3; i++) {
      const attempt = connectNats({ name: "n", server: target, files: {}, timeoutMs: 100 });
      expect(await attempt.then(() => "up").catch(() => "refused")).toBe("refused");
    }
    await until(() => open.size === 0, "no connection left");
  });
});

test("a file of credentials that cannot be read is a matter of configuration", () => {
  const file = path("absent.creds");
  expect(() => natsSettings({ DECNET_NATS_CREDS: file })).toThrow(/DECNET_NATS_CREDS cannot be read/);
  expect(() => natsSettings({ DECNET_NATS_CA: "ca.pem" })).toThrow(/absolute/);
  const cert = path("alone.pem");
  writeFileSync(cert, "");
  chmodSync(cert, 0o600);
  expect(() => natsSettings({ DECNET_NATS_CERT: cert })).toThrow(/come together/);
});
