// Values of shell arithmetic: 64-bit integers, numbers as written and what operators make of them. Pure.

/** Why an expression has no value; the text is what bash prints after the expression. */
export class ArithFault extends Error {}

/** A value as 64 bits hold it. */
export const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
/** What a binary operator makes of two values; null for a division by zero. */
export function applyOperator(op: string, a: bigint, b: bigint): bigint | null {
  const flag = (value: boolean): bigint => (value ? 1n : 0n);
  switch (op) {
    case "||":
      return flag(a !== 0n || b !== 0n);
    case "&&":
      return flag(a !== 0n && b !== 0n);
    case "|":
      return wrap(a | b);
    case "^":
      return wrap(a ^ b);
    case "&":
      return wrap(a & b);
    case "==":
      return flag(a === b);
    case "!=":
      return flag(a !== b);
    case "<":
      return flag(a < b);
    case ">":
      return flag(a > b);
    case "<=":
      return flag(a <= b);
    case ">=":
      return flag(a >= b);
    case "<<":
      return wrap(a << BigInt.asUintN(6, b));
    case ">>":
      return wrap(a >> BigInt.asUintN(6, b));
    case "+":
      return wrap(a + b);
    case "-":
      return wrap(a - b);
    case "*":
      return wrap(a * b);
    case "**":
      return power(a, b);
    default:
      if (b === 0n) return null;
      return wrap(op === "/" ? a / b : a % b);
  }
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new ArithFault(`exponent less than 0 (error token is "${exponent}")`);
  let result = 1n;
  let square = base;
  for (let rest = BigInt.asUintN(32, exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = wrap(result * square);
    square = wrap(square * square);
  }
  return result;
}

/** The value of a number as written; null when a digit is too great for its base. */
export function numberValue(text: string): bigint | null {
  const based = /^(\d{1,2})#(.*)$/.exec(text);
  if (based) {
    const base = BigInt(based[1] ?? 10);
    let value = 0n;
    for (const char of based[2] ?? "") {
      const digit = BigInt(Number.parseInt(char, 36));
      if (base < 2n || digit >= base) return null;
      value = wrap(value * base + digit);
    }
    return value;
  }
  if (/^0[0-9]/.test(text)) {
    if (/[89]/.test(text)) return null;
    return wrap(BigInt(`0o${text.slice(1)}`));
  }
  return wrap(BigInt(text));
}
