// Diffie-Hellman over the fixed groups (RFC 4253 section 8, RFC 8268) and with a group by request (RFC 4419).
// Refuses public values outside of the group's useful range.

import type { Random } from "../../../contract/random.ts";
import { msg } from "../numbers.ts";
import { concat, fromBigInt, malformed, message, toBigInt, WireReader, WireWriter } from "../wire.ts";
import type { KexContext, KexExchange, KexHash, KexMethod, KexStep } from "./method.ts";
import { concludeExchange, encodedMpint, ROUND } from "./method.ts";
import type { GroupBits } from "./primes.ts";
import { GROUP_SIZES, modPow, safePrime } from "./primes.ts";

const GENERATOR = 2n;

/** Exponents as long as twice the strength wanted, as OpenSSH makes them: 64 bytes cover every cipher and MAC. */
const EXPONENT_BYTES = 64;

function bigMpint(value: bigint, bits: number): Uint8Array {
  return encodedMpint(fromBigInt(value, bits / 8));
}

/** Our value for theirs. At least four bits of theirs are set, and it is neither 0, 1 nor p - 1 or more. */
function agree(bits: GroupBits, theirs: bigint, random: Random): { ours: Uint8Array; secret: Uint8Array } {
  const prime = safePrime(bits);
  const setBits = theirs.toString(2).replaceAll("0", "").length;
  if (theirs <= 1n || theirs >= prime - 1n || setBits < 4) throw malformed("bad Diffie-Hellman value");
  const exponent = toBigInt(random.bytes(EXPONENT_BYTES));
  return {
    ours: bigMpint(modPow(GENERATOR, exponent, prime), bits),
    secret: bigMpint(modPow(theirs, exponent, prime), bits),
  };
}

function readValue(payload: Uint8Array): bigint {
  const reader = new WireReader(payload);
  reader.u8();
  const value = reader.mpint(8192);
  reader.end();
  return value;
}

/** Makes the method of one fixed group. */
export function fixedGroup(bits: GroupBits, hash: KexHash): KexMethod {
  return (context) => ({
    expects: ROUND.init,
    receive(payload) {
      const theirs = readValue(payload);
      const { ours, secret } = agree(bits, theirs, context.random);
      return concludeExchange(context, hash, {
        replyType: ROUND.reply,
        hashed: concat(bigMpint(theirs, bits), ours),
        ours,
        secret,
      });
    },
  });
}

/** Message numbers of RFC 4419 section 5. */
const GEX = {
  group: msg.kexFirst + 1,
  init: msg.kexFirst + 2,
  reply: msg.kexFirst + 3,
  request: msg.kexFirst + 4,
};

/** What a client asks for: least, best and most bits. */
interface GroupRequest {
  readonly min: number;
  readonly wanted: number;
  readonly max: number;
}

/** OpenSSH's choice: the smallest of at least the wanted size, else the largest within the bounds. */
export function chooseGroup({ min, wanted, max }: GroupRequest): GroupBits | undefined {
  const within = GROUP_SIZES.filter((size) => size >= min && size <= max);
  return within.find((size) => size >= wanted) ?? within.at(-1);
}

function readRequest(payload: Uint8Array): GroupRequest {
  const reader = new WireReader(payload);
  reader.u8();
  const request = { min: reader.u32(), wanted: reader.u32(), max: reader.u32() };
  reader.end();
  const { min, wanted, max } = request;
  if (max < min || wanted < min || max < wanted || max < 2048) throw malformed("group size out of range");
  return request;
}

/** The smallest and largest group that OpenSSH deals with; a wish beyond them is brought within. */
function clamp(bits: number): number {
  return Math.min(8192, Math.max(2048, bits));
}

class GroupExchange implements KexExchange {
  readonly #context: KexContext;
  #request: GroupRequest | undefined;
  #bits: GroupBits | undefined;

  constructor(context: KexContext) {
    this.#context = context;
  }

  get expects(): number {
    return this.#bits ? GEX.init : GEX.request;
  }

  receive(payload: Uint8Array): KexStep {
    const { bits, request } = { bits: this.#bits, request: this.#request };
    return bits && request ? this.#conclude(payload, bits, request) : this.#offer(readRequest(payload));
  }

  #offer(request: GroupRequest): KexStep {
    const bits = chooseGroup({
      min: Math.max(2048, request.min),
      wanted: clamp(request.wanted),
      max: Math.min(8192, request.max),
    });
    if (!bits) throw malformed("no matching DH grp found");
    this.#request = request;
    this.#bits = bits;
    const reply = message(GEX.group, 1100)
      .raw(bigMpint(safePrime(bits), bits))
      .raw(encodedMpint(Uint8Array.of(2)));
    return { reply: reply.finish() };
  }

  #conclude(payload: Uint8Array, bits: GroupBits, request: GroupRequest): KexStep {
    const theirs = readValue(payload);
    const { ours, secret } = agree(bits, theirs, this.#context.random);
    const hashed = new WireWriter(4096)
      .u32(request.min)
      .u32(request.wanted)
      .u32(request.max)
      .raw(bigMpint(safePrime(bits), bits))
      .raw(encodedMpint(Uint8Array.of(2)))
      .raw(bigMpint(theirs, bits))
      .raw(ours)
      .finish();
    return concludeExchange(this.#context, "sha256", { replyType: GEX.reply, hashed, ours, secret });
  }
}

/** diffie-hellman-group-exchange-sha256. */
export const groupExchange: KexMethod = (context) => new GroupExchange(context);
