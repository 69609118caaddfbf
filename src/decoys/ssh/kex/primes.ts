// The safe primes of RFC 3526, computed from the formula that defines them; each is made once, when first asked for.

/** Bits of a group that RFC 3526 defines and this server uses. */
export type GroupBits = 2048 | 3072 | 4096 | 6144 | 8192;

/** The constant that RFC 3526 sections 3 to 7 add to pi for each size. */
const OFFSETS: Readonly<Record<GroupBits, bigint>> = {
  2048: 124_476n,
  3072: 1_690_314n,
  4096: 240_904n,
  6144: 929_484n,
  8192: 4_743_158n,
};

/** Sizes in growing order. */
export const GROUP_SIZES: readonly GroupBits[] = [2048, 3072, 4096, 6144, 8192];

/** arctan(1/x) times `unit`, by its series. */
function arctanInverse(x: bigint, unit: bigint): bigint {
  const square = x * x;
  let power = unit / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / n;
  }
  return sum;
}

/** floor(pi * 2^bits), by Machin's formula with guard bits. */
function piTimesPowerOfTwo(bits: number): bigint {
  const guard = 64n;
  const unit = 1n << (BigInt(bits) + guard);
  return (16n * arctanInverse(5n, unit) - 4n * arctanInverse(239n, unit)) >> guard;
}

const made = new Map<GroupBits, bigint>();

/** The prime of `bits` bits: 2^b - 2^(b-64) - 1 + 2^64 * (floor(2^(b-130) pi) + offset). Its generator is 2. */
export function safePrime(bits: GroupBits): bigint {
  const known = made.get(bits);
  if (known !== undefined) return known;
  const b = BigInt(bits);
  const prime = 2n ** b - 2n ** (b - 64n) - 1n + 2n ** 64n * (piTimesPowerOfTwo(bits - 130) + OFFSETS[bits]);
  made.set(bits, prime);
  return prime;
}

/** `base ** exponent % modulus`, four bits of the exponent at a time. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n];
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus;
    const value = Number.parseInt(digit, 16);
    if (value > 0) result = (result * (powers[value] as bigint)) % modulus;
  }
  return result;
}
