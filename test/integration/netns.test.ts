// Namespaces, links, firewall and handed-over listeners in the kernel itself, within a network made for the test.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { SOCK_SEQPACKET } from "../../src/platform/libc/address.ts";
import { sendRights } from "../../src/platform/libc/messages.ts";
import { closeFd, openListener, socketPair } from "../../src/platform/libc/sockets.ts";
import {
  dumpAddresses,
  dumpRoutes,
  newAddress,
  newRoute,
  parseAddress,
  parseRoute,
} from "../../src/platform/netlink/address.ts";
import {
  deleteLink,
  dumpLinks,
  getLink,
  newLink,
  parseLink,
  setLink,
} from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { namedNamespaces } from "../../src/platform/netns/named.ts";
import { readSysctl, writeSysctl } from "../../src/platform/netns/sysctl.ts";
import { observedFirewall, putUpFirewall, takeDropped } from "../../src/platform/nft/firewall.ts";
import type { NetLab } from "../support/netlab.ts";
import { enterLab, HAS_LAB } from "../support/netlab.ts";

const PREFIX = "decnet-test-";
const DECKY = `${PREFIX}web`;
const MAC = "02:00:5e:10:00:01";

describe.skipIf(!HAS_LAB)("a decky in the kernel", () => {
  let lab: NetLab;

  const names = () => namedNamespaces(PREFIX, lab.folder);
  const inside = (...argv: string[]) => {
    const net = `--net=${join(lab.folder, DECKY)}`;
    const { stdout, exitCode } = Bun.spawnSync(["timeout", "20", "nsenter", net, ...argv]);
    return { text: stdout.toString(), exitCode };
  };

  beforeAll(() => {
    lab = enterLab();
    const namespaces = names();
    namespaces.create(DECKY);
    namespaces.run(DECKY, () => {
      writeSysctl("net.ipv4.ip_default_ttl", "128");
      putUpFirewall({ forward: false });
    });
    using root = openNetlink();
    root.all([newLink({ kind: "bridge", name: "br0", up: true }), setLink("br0", { quietIpv6: true })]);
    const bridge = root
      .dump(dumpLinks)
      .map(({ body }) => parseLink(body))
      .find(({ name }) => name === "br0");
    const namespaceFd = namespaces.open(DECKY);
    const peer = { name: "eth0", index: 2, mac: MAC, mtu: 1400, namespaceFd };
    root.all([
      newAddress({ index: bridge?.index ?? 0, address: "10.77.0.1", prefix: 24 }),
      newLink({ kind: "veth", name: "v0", up: true, master: bridge?.index ?? 0, peer }),
    ]);
    closeSync(namespaceFd);
    namespaces.run(DECKY, () => {
      using socket = openNetlink();
      socket.all([
        newAddress({ index: 2, address: "10.77.0.5", prefix: 24 }),
        newAddress({ index: 2, address: "fd00:77::5", prefix: 64 }),
        setLink("lo", { up: true }),
        setLink("eth0", { up: true }),
        newRoute({ index: 2, gateway: "10.77.0.1" }),
      ]);
    });
  });

  afterAll(() => lab[Symbol.dispose]());

  test("what was asked for is what the kernel says", () => {
    names().run(DECKY, () => {
      using socket = openNetlink();
      const eth0 = socket.dump(dumpLinks).map(({ body }) => parseLink(body))[1];
      expect(eth0).toEqual({
        index: 2,
        name: "eth0",
        up: true,
        mac: MAC,
        mtu: 1400,
        master: 0,
        group: 0,
        parent: expect.any(Number),
        kind: "veth",
      });
      const addresses = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body).address);
      expect(addresses).toContain("10.77.0.5");
      expect(addresses).toContain("fd00:77::5");
      const routes = socket.dump(dumpRoutes).flatMap(({ body }) => parseRoute(body) ?? []);
      expect(routes).toContainEqual({ index: 2, prefix: 0, protocol: 3, gateway: "10.77.0.1" });
      expect(readSysctl("net.ipv4.ip_default_ttl")).toBe("128");
      expect(observedFirewall()).toBe("v1 forward=no");
    });
    expect(readSysctl("net.ipv4.ip_default_ttl")).toBe("64");
    expect(observedFirewall()).toBeUndefined();
  });

  test("a batch goes on after a request that failed, and says which it was", () => {
    using socket = openNetlink();
    const outcomes = socket.each([
      deleteLink("nothing"),
      newLink({ kind: "bridge", name: "br0" }),
      newLink({ kind: "bridge", name: "br9" }),
      deleteLink("br9"),
    ]);
    expect(outcomes).toEqual([19, 17, 0, 0]);
    expect(socket.ask(getLink("br9"))).toBe(19);
  });

  test("nft reads the firewall as it was meant", () => {
    const { text } = inside("nft", "list", "ruleset");
    for (const rule of [
      'comment "v1 forward=no"',
      "type filter hook output priority filter; policy drop;",
      "type filter hook forward priority filter; policy drop;",
      'oifname "lo" accept',
      'tcp flags syn / syn,ack counter name "outbound_tcp" drop',
      "meta l4proto tcp notrack",
      "ct state established,related accept",
      "icmpv6 type 135-136 accept",
      'counter name "outbound_other" drop',
    ]) {
      expect(text).toContain(rule);
    }
  });

  test("nothing inside opens a connection outward, and what tried is counted", async () => {
    names().run(DECKY, takeDropped);
    const connect =
      "try { await Bun.connect({ hostname: '10.77.0.1', port: 9, socket: { data() {} } }); } catch {}";
    const child = Bun.spawn(
      ["timeout", "2", "nsenter", `--net=${join(lab.folder, DECKY)}`, process.execPath, "-e", connect],
      { stdout: "ignore", stderr: "ignore" },
    );
    expect(inside("ping", "-c", "1", "-W", "1", "10.77.0.1").exitCode).not.toBe(0);
    await child.exited;
    const taken = names().run(DECKY, takeDropped);
    expect(taken.outbound_tcp).toBeGreaterThan(0);
    expect(taken.outbound_other).toBeGreaterThan(0);
    expect(names().run(DECKY, takeDropped)).toEqual({ outbound_tcp: 0, outbound_other: 0 });
  });

  test("the firewall is replaced in one step, its counters at zero", () => {
    const labels = names().run(DECKY, () => {
      putUpFirewall({ forward: true });
      const forwarding = [observedFirewall(), takeDropped()];
      putUpFirewall({ forward: false });
      return [...forwarding, observedFirewall()];
    });
    expect(labels).toEqual(["v1 forward=yes", { outbound_tcp: 0, outbound_other: 0 }, "v1 forward=no"]);
  });

  test("a process without privileges serves TCP and UDP of the decky's namespace", async () => {
    const [ours, theirs] = socketPair(SOCK_SEQPACKET);
    const fds = names().run(DECKY, () => [
      openListener({ transport: "tcp", address: "0.0.0.0", port: 80 }),
      openListener({ transport: "udp", address: "0.0.0.0", port: 161 }),
    ]);
    expect(sendRights(ours, new TextEncoder().encode("tcp80 udp161"), fds)).toBe(true);
    for (const fd of fds) closeFd(fd);
    const server = join(import.meta.dir, "..", "support", "fd-server.ts");
    const child = Bun.spawn([process.execPath, server], { stdio: ["ignore", "pipe", "inherit", theirs] });
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value).trim()).toBe("0000000000000000");
    const tcp = Promise.withResolvers<string>();
    const socket = await Bun.connect({
      hostname: "10.77.0.5",
      port: 80,
      socket: { data: (_socket, data) => tcp.resolve(data.toString()), error: (_socket, e) => tcp.reject(e) },
    });
    expect(await tcp.promise).toBe("tcp80 64736 10.77.0.5");
    socket.end();
    const udp = Promise.withResolvers<string>();
    const asker = await Bun.udpSocket({ socket: { data: (_socket, data) => udp.resolve(data.toString()) } });
    asker.send("hello", 161, "10.77.0.5");
    expect(await udp.promise).toBe("udp161 64736");
    asker.close();
    child.kill();
    await child.exited;
    for (const fd of [ours, theirs]) closeFd(fd);
  });

  test("names are taken once, foreign names are refused, a name without a namespace is seen and removed", async () => {
    const namespaces = names();
    expect(() => namespaces.create(DECKY)).toThrow(/there already/);
    expect(() => namespaces.remove("other-web")).toThrow(/not a name/);
    expect(() => namespaces.remove(`${PREFIX}../x`)).toThrow(/not a name/);
    const torn = `${PREFIX}torn`;
    await Bun.write(join(lab.folder, torn), "");
    expect(namespaces.find(torn)).toEqual({ name: torn, mounted: false });
    expect(() => namespaces.open(torn)).toThrow(/no namespace/);
    namespaces.remove(torn);
    expect(namespaces.list()).toEqual([{ name: DECKY, mounted: true }]);
  });

  test("a call that throws inside comes back out", () => {
    const failing = () =>
      names().run(DECKY, () => {
        throw new Error("inside");
      });
    expect(failing).toThrow("inside");
    expect(readSysctl("net.ipv4.ip_default_ttl")).toBe("64");
  });
});
