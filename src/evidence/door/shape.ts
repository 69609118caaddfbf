// Looks over MessagePack bytes before they are decoded, so that a few bytes cannot claim a huge or deep structure.
// Allows only what the door's messages are made of: arrays, text, bytes, integers and floats. No maps, no extensions.

/** Most elements of one array. */
export const MAX_ELEMENTS = 4096;
/** Arrays within arrays: a message and its list of records. */
const MAX_DEPTH = 2;

/** Bytes of fixed-size values after their first byte, by first byte. */
const fixed = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);
/** Bytes of the length of sized values (bin and str), by first byte. */
const sized = new Map([
  [0xc4, 1],
  [0xc5, 2],
  [0xc6, 4],
  [0xd9, 1],
  [0xda, 2],
  [0xdb, 4],
]);

function readLength(bytes: Buffer, at: number, size: number): number {
  return at + size <= bytes.length ? bytes.readUIntBE(at, size) : Number.POSITIVE_INFINITY;
}

/** Elements of the array that begins here and where they begin, or null for any other value. */
function arrayAt(bytes: Buffer, at: number): { count: number; start: number } | null {
  const type = bytes.readUInt8(at);
  if (type >= 0x90 && type <= 0x9f) return { count: type & 0x0f, start: at + 1 };
  if (type === 0xdc) return { count: readLength(bytes, at + 1, 2), start: at + 3 };
  if (type === 0xdd) return { count: readLength(bytes, at + 1, 4), start: at + 5 };
  return null;
}

/** Where the value that begins here ends; infinity when it is not an allowed one. */
function endOfScalar(bytes: Buffer, at: number): number {
  const type = bytes.readUInt8(at);
  if (type <= 0x7f || type >= 0xe0) return at + 1;
  if (type >= 0xa0 && type <= 0xbf) return at + 1 + (type & 0x1f);
  const rest = fixed.get(type);
  if (rest !== undefined) return at + 1 + rest;
  const size = sized.get(type);
  return size === undefined ? Number.POSITIVE_INFINITY : at + 1 + size + readLength(bytes, at + 1, size);
}

/** Counts one value off the innermost open array, and off those around it that are full with it. */
function closeFull(open: number[]): void {
  for (let left = (open.pop() ?? 1) - 1; ; left = (open.pop() ?? 1) - 1) {
    if (left > 0) open.push(left);
    if (left > 0 || open.length === 0) return;
  }
}

/** True when the bytes are exactly one array of allowed values within the bounds. */
export function isBoundedMessage(input: Uint8Array): boolean {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  /** Elements still to come, per open array. */
  const open: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const array = arrayAt(bytes, at);
    if (array && (open.length >= MAX_DEPTH || array.count > MAX_ELEMENTS)) return false;
    if (!array && open.length === 0) return false;
    at = array ? array.start : endOfScalar(bytes, at);
    if (at > bytes.length) return false;
    if (array) open.push(array.count + 1);
    closeFull(open);
    if (open.length === 0) return at === bytes.length;
  }
  return false;
}
