// nvram of DD-WRT: the settings of the router. What is set counts for the login that set it.
// Bounded in what a login may set.

import type { LoginContext, Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { program } from "./options.ts";

/** Bytes that the chip holds. */
const SIZE = 32_768;
const CHANGES = 256;
const VALUE = 2048;

const changes = new WeakMap<LoginContext, Map<ByteString, ByteString | null>>();

/** The settings that the machine came with. */
function settings({ world, login }: Proc): Map<ByteString, ByteString> {
  const { persona, network } = world;
  const random = persona.random("nvram");
  const address = network.address(login.session);
  const wan = `100.${64 + random.below(60)}.${random.below(250)}.${2 + random.below(250)}`;
  const hash = (): string =>
    `$1$${Buffer.from(random.bytes(21)).toString("base64").replaceAll("+", ".").slice(0, 8)}$${Buffer.from(random.bytes(21)).toString("base64").replaceAll("+", ".").slice(0, 22)}`;
  const [name, board] = [persona.hostname, persona.model?.name ?? "Linksys E3000"];
  return new Map([
    ["DD_BOARD", board],
    ["boardflags", "0x710"],
    ["boardtype", "0x04cf"],
    ["boot_wait", "on"],
    ["boot_wait_time", "3"],
    ["dhcp_lease", "1440"],
    ["dhcp_num", "50"],
    ["dhcp_start", "100"],
    ["et0macaddr", network.mac.toUpperCase()],
    ["http_enable", "1"],
    ["http_passwd", hash()],
    ["http_username", hash()],
    ["https_enable", "0"],
    ["lan_domain", persona.domain],
    ["lan_gateway", "0.0.0.0"],
    ["lan_hwaddr", network.mac.toUpperCase()],
    ["lan_ifname", "br0"],
    ["lan_ifnames", "vlan1 eth1 eth2"],
    ["lan_ipaddr", address],
    ["lan_netmask", "255.255.255.0"],
    ["lan_proto", "dhcp"],
    ["ntp_enable", "1"],
    ["os_version", persona.firmware?.revision ?? ""],
    ["remote_management", "1"],
    ["remote_mgt_telnet", "1"],
    ["router_name", name],
    ["sshd_enable", "0"],
    ["telnetd_enable", "1"],
    ["time_zone", "+01"],
    ["upnp_enable", "0"],
    ["wan_gateway", wan.replace(/\d+$/, "1")],
    ["wan_hostname", ""],
    ["wan_ifname", "vlan2"],
    ["wan_ipaddr", wan],
    ["wan_netmask", "255.255.255.0"],
    ["wan_proto", "dhcp"],
    ["wl0_akm", "psk2"],
    ["wl0_channel", String(1 + random.below(11))],
    ["wl0_crypto", "aes"],
    ["wl0_mode", "ap"],
    ["wl0_radio", "1"],
    ["wl0_security_mode", "psk2"],
    ["wl0_ssid", `${name}-wlan`],
    ["wl0_wpa_psk", Buffer.from(random.bytes(9)).toString("base64url")],
  ]);
}

function current(proc: Proc): Map<ByteString, ByteString> {
  const all = settings(proc);
  for (const [name, value] of changes.get(proc.login) ?? []) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  return all;
}

function change(proc: Proc, name: ByteString, value: ByteString | null): void {
  const own = changes.get(proc.login) ?? new Map<ByteString, ByteString | null>();
  if (own.size < CHANGES || own.has(name)) own.set(name.slice(0, 64), value?.slice(0, VALUE) ?? null);
  changes.set(proc.login, own);
}

async function show(proc: Proc): Promise<void> {
  const lines = [...current(proc)].map(([name, value]) => `${name}=${value}\n`);
  await proc.out(lines.join(""));
  const used = lines.reduce((sum, line) => sum + line.length, 20_000);
  await proc.err(`size: ${used} bytes (${Math.max(0, SIZE - used)} left)\n`);
}

async function nvram(proc: Proc): Promise<number> {
  const [verb, word = ""] = proc.args;
  if (verb === "show") await show(proc);
  else if (verb === "get") {
    const value = current(proc).get(word);
    if (value !== undefined) await proc.out(`${value}\n`);
  } else if (verb === "set" && word.includes("=")) {
    const [name = "", value = ""] = word.split(/=(.*)/s, 2);
    change(proc, name, value);
  } else if (verb === "unset") change(proc, word, null);
  else if (verb !== "commit")
    await proc.err("usage: nvram [get name] [set name=value] [unset name] [show]\n");
  return 0;
}

/** The programs of this file. */
export const nvramPrograms = [program("nvram", nvram)];
