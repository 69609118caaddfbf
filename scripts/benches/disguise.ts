// One decky of each OS profile in a namespace with its settings; nmap -O and p0f look at it from a neighbour's place.
// All of it happens in a network of its own, which the kernel removes with this process.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disguise, DisguiseReport } from "../../src/commands/fleet/disguise.ts";
import { findDecoy } from "../../src/decoys/index.ts";
import { archetypes } from "../../src/decoys/personas/archetypes/index.ts";
import { createPersona } from "../../src/decoys/personas/create.ts";
import { networkProfileOf } from "../../src/decoys/personas/network.ts";
import { osProfiles } from "../../src/decoys/personas/os-profiles/index.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";
import type { DesiredDecky, DesiredFleet } from "../../src/fleet/model.ts";
import { bridgeName, hostLinkName, namespaceName, namespacePrefix } from "../../src/fleet/names.ts";
import { planFleet } from "../../src/fleet/plan.ts";
import { fleetKernel } from "../../src/platform/fleet-kernel.ts";
import { openListener } from "../../src/platform/libc/sockets.ts";
import { newAddress } from "../../src/platform/netlink/address.ts";
import { dumpLinks, parseLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { namedNamespaces } from "../../src/platform/netns/named.ts";
import { startDecoy } from "../../test/support/decoy-host.ts";
import { enterLab } from "../../test/support/netlab.ts";

const INSTALL = "disguise";
const BRIDGE = bridgeName(INSTALL, "lan");
const NEIGHBOUR = "10.80.0.1";
/** A port that no decoy has. */
const CLOSED = 9;

/** A machine to look at. */
interface Subject {
  /** Of its namespace and link. */
  readonly name: string;
  readonly persona: Persona;
  readonly address: string;
  readonly ports: readonly { readonly service: string; readonly port: number }[];
}

function subjects(): readonly Subject[] {
  const secret = { key: new Uint8Array(32).fill(11), madeAt: Date.now() };
  return osProfiles.map((profile, index) => {
    const archetype = archetypes.find(({ profiles }) => profiles.includes(profile));
    if (!archetype) throw new Error(`no archetype runs ${profile.name}`);
    // Places are tried until one is drawn on this profile.
    const drawn = Array.from({ length: 200 }, (_, place) =>
      createPersona(secret, archetype.name, { place: `${profile.name}-${place}` }),
    );
    const persona = drawn.find((one) => one.profile === profile.name);
    if (!persona) throw new Error(`${profile.name} was never drawn`);
    const ports = archetype.services.map((service) => ({ service, port: findDecoy(service)?.port ?? 0 }));
    return { name: `d${index}`, persona, address: `10.80.0.${10 + index}`, ports };
  });
}

function deckyOf({ name, persona, address }: Subject): DesiredDecky {
  return {
    namespace: namespaceName(INSTALL, name),
    links: [
      {
        name: "eth0",
        host: hostLinkName(INSTALL, name, "eth0"),
        bridge: BRIDGE,
        mac: persona.mac,
        addresses: [`${address}/24`],
      },
    ],
    sysctls: networkProfileOf(persona.archetype).sysctls,
    firewall: "v1 forward=no",
  };
}

/** Text that a program printed; its errors are ours. */
async function output(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
  const [text, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${command[0]}: ${errors.trim()}`);
  return text;
}

/** nmap's best guess with its accuracy, whether that is an exact match, and the vendor that it reads off the MAC. */
async function askNmap({ address, ports }: Subject): Promise<Disguise["nmap"]> {
  const list = [...ports.map(({ port }) => port), CLOSED].join(",");
  const xml = await output(["nmap", "-O", "-n", "-Pn", "--osscan-guess", "-p", list, "-oX", "-", address]);
  const guesses = [...xml.matchAll(/<osmatch name="([^"]*)" accuracy="(\d+)"/g)];
  const best = guesses[0];
  return {
    says: best?.[1] ?? "nothing",
    accuracy: Number(best?.[2] ?? 0),
    vendor: /addrtype="mac" vendor="([^"]*)"/.exec(xml)?.[1] ?? "unknown",
  };
}

/** What p0f makes of the answers of one machine. */
function readP0f(log: string, address: string): Disguise["p0f"] {
  const line = log
    .split("\n")
    .find((one) => one.includes("mod=syn+ack|") && one.includes(`|srv=${address}/`));
  const field = (name: string): string => new RegExp(`\\|${name}=([^|]*)`).exec(line ?? "")?.[1] ?? "nothing";
  return { says: field("os") === "???" ? "unknown" : field("os"), signature: field("raw_sig") };
}

function addressBridge(): void {
  using socket = openNetlink();
  const bridge = socket
    .dump(dumpLinks)
    .map(({ body }) => parseLink(body))
    .find(({ name }) => name === BRIDGE);
  if (!bridge) throw new Error("the bridge is not there");
  socket.all([newAddress({ index: bridge.index, address: NEIGHBOUR, prefix: 24 })]);
}

async function serveAll(folder: string, all: readonly Subject[]): Promise<void> {
  const namespaces = namedNamespaces(namespacePrefix(INSTALL), folder);
  for (const { name, persona, ports } of all) {
    for (const { service, port } of ports) {
      const definition = findDecoy(service);
      if (!definition) throw new Error(`no decoy ${service}`);
      const fd = namespaces.run(namespaceName(INSTALL, name), () =>
        openListener({ transport: "tcp", address: "0.0.0.0", port }),
      );
      await startDecoy(definition, { persona, fd });
    }
  }
}

/** Measures every profile. */
export async function benchDisguise(): Promise<DisguiseReport["result"]> {
  const all = subjects();
  const lab = enterLab();
  const scratch = mkdtempSync(join(tmpdir(), "decnet-disguise-"));
  const log = join(scratch, "p0f.log");
  try {
    const kernel = fleetKernel(INSTALL, lab.folder);
    const desired: DesiredFleet = { bridges: [BRIDGE], joined: [], deckies: all.map(deckyOf) };
    const keys = [...new Set(desired.deckies.flatMap(({ sysctls }) => Object.keys(sysctls)))];
    kernel.apply(planFleet(desired, kernel.observe(keys)));
    const left = planFleet(desired, kernel.observe(keys));
    addressBridge();
    await serveAll(lab.folder, all);
    // Its words go to a file: a pipe that is left unread would end it.
    const words = join(scratch, "p0f.out");
    const p0f = Bun.spawn(["p0f", "-i", BRIDGE, "-o", log], { stdout: Bun.file(words), stderr: "ignore" });
    await untilHolds(words, "Entered main event loop");
    for (const { address, ports } of all) await connectTo(address, ports[0]?.port ?? 80);
    for (const { address } of all) await untilHolds(log, `|srv=${address}/`);
    const nmap: Disguise["nmap"][] = [];
    for (const subject of all) nmap.push(await askNmap(subject));
    p0f.kill();
    await p0f.exited;
    const seen = readFileSync(log, "utf8");
    const profiles = all.map(
      ({ persona, address }, index): Disguise => ({
        profile: persona.profile,
        archetype: persona.archetype,
        claims: persona.os.pretty,
        mac: persona.mac,
        nmap: nmap[index] as Disguise["nmap"],
        p0f: readP0f(seen, address),
      }),
    );
    return { settings_refused: left.length, tools: await versions(), profiles };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    lab[Symbol.dispose]();
  }
}

/** Waits until a file that a program writes holds a text. */
async function untilHolds(path: string, text: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!existsSync(path) || !readFileSync(path, "utf8").includes(text)) {
    if (Date.now() > deadline) throw new Error(`p0f never said ${text}`);
    await Bun.sleep(20);
  }
}

/** A connection like anybody's: p0f looks at how it is answered. */
async function connectTo(address: string, port: number): Promise<void> {
  const child = Bun.spawn(["curl", "-s", "-m", "5", "-o", "/dev/null", `http://${address}:${port}/`]);
  await child.exited;
}

async function versions(): Promise<Readonly<Record<string, string>>> {
  const nmap = /Nmap version ([\d.]+\w*)/.exec(await output(["nmap", "--version"]))?.[1] ?? "";
  const p0f = (await output(["dpkg-query", "-W", "-f", "${Version}", "p0f"])).trim();
  const kernel = (await output(["uname", "-r"])).trim().split("-")[0] ?? "";
  return { nmap, p0f, kernel };
}
