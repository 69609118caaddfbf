// IPv4 addresses and networks as numbers: parsing, printing, ranges. Reads no interface and resolves no name.

/** An IPv4 network. `first` is the network's own address, `prefix` its length in bits. */
export interface Network {
  readonly first: number;
  readonly prefix: number;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ADDRESS = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** An address as a number, or undefined for anything but a plain dotted quad without leading zeros. */
export function parseAddress(text: string): number | undefined {
  if (!ADDRESS.test(text)) return undefined;
  return text.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** A number as a dotted quad. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** How many addresses a network holds, its own and the broadcast address among them. */
export function sizeOf(network: Network): number {
  return 2 ** (32 - network.prefix);
}

/** `a.b.c.d/n` with no bit set behind the prefix, or undefined (RFC 4632 section 3.1). */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", bits = "", more] = text.split("/");
  const first = parseAddress(address);
  if (first === undefined || more !== undefined || !/^(?:[1-9]|[12]\d|3[0-2])$/.test(bits)) return undefined;
  const network = { first, prefix: Number(bits) };
  return first % sizeOf(network) === 0 ? network : undefined;
}

/** True when both share an address. */
export function overlap(a: Network, b: Network): boolean {
  return a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
}

/** The addresses that hosts may have: all but the network's own and the broadcast address (RFC 1122 section 3.2.1.3). */
function hostRange(network: Network): { readonly from: number; readonly to: number } {
  return { from: network.first + 1, to: network.first + sizeOf(network) - 2 };
}

/** True for an address that a host of that network may have. */
export function isHostOf(network: Network, address: number): boolean {
  const { from, to } = hostRange(network);
  return address >= from && address <= to;
}

/** The first address that hosts may have: where a LAN's gateway stands. */
export function gatewayOf(network: Network): number {
  return network.first + 1;
}
