// Looks over MessagePack before it is decoded: one whole map, nothing that claims more than it brings.
// Decodes nothing. Format: the MessagePack specification (github.com/msgpack/msgpack/blob/master/spec.md).

/** Deepest nesting of maps and arrays. */
export const MAX_DEPTH = 32;

/** Bytes of a value after its head byte, and the values that it contains; `width` bytes hold a length of one of them. */
interface Shape {
  readonly width: 0 | 1 | 2 | 4;
  /** Fixed bytes that follow. */
  readonly bytes: number;
  /** What the length counts: bytes of content, or contained values (two for each entry of a map). */
  readonly unit: "none" | "bytes" | "array" | "map";
}

const scalar = (bytes: number): Shape => ({ width: 0, bytes, unit: "none" });
const sized = (width: 1 | 2 | 4, unit: Shape["unit"], bytes = 0): Shape => ({ width, bytes, unit });

/** Heads 0xc0 to 0xdf in order; 0xc1 is never used. */
const HEADS: readonly (Shape | undefined)[] = [
  scalar(0),
  undefined,
  scalar(0),
  scalar(0),
  sized(1, "bytes"),
  sized(2, "bytes"),
  sized(4, "bytes"),
  sized(1, "bytes", 1),
  sized(2, "bytes", 1),
  sized(4, "bytes", 1),
  scalar(4),
  scalar(8),
  scalar(1),
  scalar(2),
  scalar(4),
  scalar(8),
  scalar(1),
  scalar(2),
  scalar(4),
  scalar(8),
  scalar(2),
  scalar(3),
  scalar(5),
  scalar(9),
  scalar(17),
  sized(1, "bytes"),
  sized(2, "bytes"),
  sized(4, "bytes"),
  sized(2, "array"),
  sized(4, "array"),
  sized(2, "map"),
  sized(4, "map"),
];

interface Value {
  /** Where what follows the value's own bytes begins. */
  readonly next: number;
  /** Values that it contains. */
  readonly inside: number;
}

function isMapHead(head: number): boolean {
  return (head & 0xf0) === 0x80 || head === 0xde || head === 0xdf;
}

function fixed(head: number, at: number): Value | undefined {
  if (head < 0x80 || head >= 0xe0) return { next: at, inside: 0 };
  if (head < 0x90) return { next: at, inside: (head & 0x0f) * 2 };
  if (head < 0xa0) return { next: at, inside: head & 0x0f };
  if (head < 0xc0) return { next: at + (head & 0x1f), inside: 0 };
  return undefined;
}

/** The value whose head is at `at`; undefined when it is none. It may reach beyond the bytes: the caller looks. */
function valueAt(bytes: Uint8Array, at: number): Value | undefined {
  const head = bytes[at] ?? 0xc1;
  const simple = fixed(head, at + 1);
  if (simple) return simple;
  const shape = HEADS[head - 0xc0];
  if (!shape) return undefined;
  let length = 0;
  for (let i = 1; i <= shape.width; i++) length = length * 256 + (bytes[at + i] ?? 0);
  const next = at + 1 + shape.width + shape.bytes;
  if (shape.unit === "bytes") return { next: next + length, inside: 0 };
  return { next, inside: shape.unit === "map" ? length * 2 : shape.unit === "array" ? length : 0 };
}

/**
 * True when `bytes` are exactly one map. Every value that a container claims must be there (each takes a byte at
 * least), so decoding allocates in proportion to the body and not to its claims.
 */
export function isOneMap(bytes: Uint8Array): boolean {
  if (!isMapHead(bytes[0] ?? 0)) return false;
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const value = valueAt(bytes, at);
    if (!value) return false;
    open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    at = value.next;
    if (at > bytes.length) return false;
    if (value.inside > 0) open.push(value.inside);
    if (open.length > MAX_DEPTH) return false;
    while (open.length > 0 && open.at(-1) === 0) open.pop();
  }
  return at === bytes.length;
}
