// ip of iproute2: addresses, links, routes, neighbours. Shows; what would change them needs root and does nothing.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import type { Link } from "./links.ts";
import { linksOf } from "./links.ts";

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |
                   link | macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}
`;
const SHOWS = ["show", "list", "lst"];
const CHANGES = ["add", "append", "change", "delete", "flush", "replace"];

/** How a list is shown. */
interface Style {
  readonly brief: boolean;
  readonly oneLine: boolean;
  /** 4 or 6 when only that family is wanted. */
  readonly family: "4" | "6" | null;
}

const begins = (whole: string, word: ByteString): boolean => word !== "" && whole.startsWith(word);

function styleOf(options: readonly ByteString[]): Style {
  return {
    brief: options.some((option) => option.length > 2 && begins("-brief", option)),
    oneLine: options.some((option) => option.length > 1 && begins("-oneline", option)),
    family: options.includes("-4") ? "4" : options.includes("-6") ? "6" : null,
  };
}

const flagsOf = (link: Link): string =>
  link.loopback ? "<LOOPBACK,UP,LOWER_UP>" : "<BROADCAST,MULTICAST,UP,LOWER_UP>";

const stateOf = (link: Link): string => (link.loopback ? "UNKNOWN" : "UP");

function headOf(link: Link, addresses: boolean): string {
  const queue = `mtu ${link.mtu} qdisc ${link.loopback ? "noqueue" : "pfifo_fast"}`;
  const mode = addresses ? "" : "mode DEFAULT ";
  return `${link.index}: ${link.name}: ${flagsOf(link)} ${queue} state ${stateOf(link)} ${mode}group default qlen 1000`;
}

function hardwareOf(link: Link): string {
  return link.loopback
    ? `    link/loopback ${link.mac} brd 00:00:00:00:00:00`
    : `    link/ether ${link.mac} brd ff:ff:ff:ff:ff:ff`;
}

function inetOf(link: Link): readonly string[] {
  const scope = link.loopback ? "scope host lo" : `brd ${link.broadcast} scope global ${link.name}`;
  return [
    `    inet ${link.address}/${link.length} ${scope}`,
    "       valid_lft forever preferred_lft forever",
  ];
}

function addressText(link: Link, { brief, oneLine, family }: Style): string {
  if (family === "6") return "";
  if (brief) return `${link.name.padEnd(16)} ${stateOf(link).padEnd(14)} ${link.address}/${link.length} \n`;
  if (oneLine) return `${link.index}: ${link.name}${inetOf(link).join("\\")}\n`;
  const lines = [headOf(link, true), ...(family === null ? [hardwareOf(link)] : []), ...inetOf(link)];
  return `${lines.join("\n")}\n`;
}

function linkText(link: Link, { brief, oneLine }: Style): string {
  if (brief) return `${link.name.padEnd(16)} ${stateOf(link).padEnd(14)} ${link.mac} ${flagsOf(link)} \n`;
  return `${headOf(link, false)}${oneLine ? "\\" : "\n"}${hardwareOf(link)}\n`;
}

/** The links that the words behind an object name; a number once it has been complained of. */
async function chosen(proc: Proc, words: readonly ByteString[]): Promise<readonly Link[] | number> {
  const [first = "", ...more] = words;
  const rest = SHOWS.some((word) => begins(word, first)) ? more : words;
  const links = linksOf(proc);
  const name = rest.find((word) => word !== "dev" && word !== "up");
  if (name === undefined) return links;
  const found = links.filter((link) => link.name === name);
  if (found.length > 0) return found;
  await proc.err(`Device "${name}" does not exist.\n`);
  return 1;
}

async function showLinks(
  proc: Proc,
  words: readonly ByteString[],
  text: (link: Link) => string,
): Promise<number> {
  const links = await chosen(proc, words);
  if (typeof links === "number") return links;
  await proc.out(links.map(text).join(""));
  return 0;
}

async function showRoutes(proc: Proc, words: readonly ByteString[], style: Style): Promise<number> {
  if (style.family === "6") return 0;
  const [, card] = linksOf(proc);
  const gateway = proc.world.network.gateway(proc.login.session);
  const home = `${card.address.split(".").slice(0, 3).join(".")}.0/24`;
  const [verb = "", to = ""] = words;
  if (verb === "get" && to !== "") {
    const away = to.startsWith(`${home.slice(0, -4)}`) ? to : `${to} via ${gateway}`;
    await proc.out(`${away} dev ${card.name} src ${card.address} uid ${proc.user.uid} \n    cache \n`);
    return 0;
  }
  const wanted = words.filter((word) => !SHOWS.includes(word));
  const rows = [
    `default via ${gateway} dev ${card.name} onlink \n`,
    `${home} dev ${card.name} proto kernel scope link src ${card.address} \n`,
  ];
  await proc.out((wanted.includes("default") ? rows.slice(0, 1) : rows).join(""));
  return 0;
}

async function showNeighbours(proc: Proc): Promise<number> {
  const { network } = proc.world;
  await proc.out(
    `${network.gateway(proc.login.session)} dev ${network.interface} lladdr ${network.gatewayMac} REACHABLE\n`,
  );
  return 0;
}

/** Whether a verb changes something. Verbs may be cut short; "s" sets a link and shows all else. */
function changes(object: ByteString, verb: ByteString): boolean {
  if (begins("set", verb)) return begins("link", object);
  return CHANGES.some((word) => begins(word, verb));
}

/** One call. */
export async function ip(proc: Proc): Promise<number> {
  const options = proc.args.filter((arg) => arg.startsWith("-"));
  const [object, ...words] = proc.args.filter((arg) => !arg.startsWith("-"));
  if (options.some((option) => option.length > 1 && begins("-Version", option))) {
    await proc.out("ip utility, iproute2-6.1.0, libbpf 1.1.0\n");
    return 0;
  }
  if (object === undefined || begins("help", object)) {
    await proc.err(USAGE);
    return 255;
  }
  if (changes(object, words[0] ?? "")) {
    if (proc.user.uid === 0) return 0;
    await proc.err("RTNETLINK answers: Operation not permitted\n");
    return 2;
  }
  const style = styleOf(options);
  if (begins("address", object)) return showLinks(proc, words, (link) => addressText(link, style));
  if (begins("route", object)) return showRoutes(proc, words, style);
  if (begins("link", object)) return showLinks(proc, words, (link) => linkText(link, style));
  if (begins("neighbour", object) || begins("neighbor", object)) return showNeighbours(proc);
  if (begins("netns", object)) return 0;
  await proc.err(`Object "${object}" is unknown, try "ip help".\n`);
  return 1;
}
