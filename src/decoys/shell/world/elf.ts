// Program files of the persona: a right ELF header for its processor, then bytes that look like code.
// They are data: nothing of them can run anywhere.

import type { ByteString } from "../shell.ts";
import type { Content } from "../vfs/content.ts";

/** A processor as ELF names it (gABI chapter 4 and the processor supplements). */
export interface ElfMachine {
  /** `e_machine`. */
  readonly code: number;
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;
  readonly flags: number;
}

const MACHINES = new Map<string, ElfMachine>([
  ["x86_64", { code: 62, bits: 64, bigEndian: false, flags: 0 }],
  ["i686", { code: 3, bits: 32, bigEndian: false, flags: 0 }],
  ["aarch64", { code: 183, bits: 64, bigEndian: false, flags: 0 }],
  ["armv7l", { code: 40, bits: 32, bigEndian: false, flags: 0x5000400 }],
  ["armv5tejl", { code: 40, bits: 32, bigEndian: false, flags: 0x5000002 }],
  // Broadcom's run little-endian, and `uname -m` does not say so.
  ["mips", { code: 8, bits: 32, bigEndian: false, flags: 0x50001007 }],
]);

const DEFAULT: ElfMachine = { code: 62, bits: 64, bigEndian: false, flags: 0 };

/** The ELF view of `uname -m`. */
export function elfOf(machine: string): ElfMachine {
  return MACHINES.get(machine) ?? DEFAULT;
}

/** `e_machine` of a file's beginning, or null when it is no ELF file. */
export function elfMachine(head: ByteString): number | null {
  if (!head.startsWith("\x7fELF") || head.length < 20) return null;
  const [a, b] = [head.charCodeAt(18), head.charCodeAt(19)];
  return head.charCodeAt(5) === 2 ? a * 256 + b : b * 256 + a;
}

/** The file header; `size` places the section table at the end. */
function header(machine: ElfMachine, size: number): Uint8Array {
  const wide = machine.bits === 64;
  const bytes = new Uint8Array(wide ? 64 : 52);
  const view = new DataView(bytes.buffer);
  const little = !machine.bigEndian;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1, 0]);
  // Debian's programs are position independent (ET_DYN); those of small devices are not (ET_EXEC).
  view.setUint16(16, wide ? 3 : 2, little);
  view.setUint16(18, machine.code, little);
  view.setUint32(20, 1, little);
  const sections = size - (size % 8) - (wide ? 64 : 40) * 29;
  if (wide) {
    view.setBigUint64(24, BigInt(0x4000 + (size % 0x3000) * 16), little);
    view.setBigUint64(32, 64n, little);
    view.setBigUint64(40, BigInt(sections), little);
    view.setUint32(48, machine.flags, little);
    for (const [i, value] of [64, 56, 13, 64, 29, 28].entries()) view.setUint16(52 + i * 2, value, little);
  } else {
    view.setUint32(24, (machine.code === 8 ? 0x400000 : 0x8000) + 0x1f0 + (size % 0x300) * 16, little);
    view.setUint32(28, 52, little);
    view.setUint32(32, sections, little);
    view.setUint32(36, machine.flags, little);
    for (const [i, value] of [52, 32, 6, 40, 29, 28].entries()) view.setUint16(40 + i * 2, value, little);
  }
  return bytes;
}

const BLOCK = 4096;

/** One block of stuff that looks like machine code; the same for the same seed and place. */
function block(seed: number, index: number): ByteString {
  let state = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0 || 1;
  let out = "";
  for (let i = 0; i < BLOCK; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // Code is far from uniform: a third of it zeros and small numbers.
    out += String.fromCharCode(
      (state & 0x300) === 0 ? 0 : (state & 0xc00) === 0 ? state & 0x0f : (state >>> 16) & 0xff,
    );
  }
  return out;
}

/** A program file of `size` bytes. */
export function programContent(machine: ElfMachine, size: number, seed: number): Content {
  const head = Buffer.from(header(machine, size)).toString("latin1");
  return {
    size,
    slice(offset, length) {
      const end = Math.min(size, offset + length);
      let out = "";
      for (let index = Math.floor(offset / BLOCK); index * BLOCK < end; index++) {
        const bytes = index === 0 ? head + block(seed, 0).slice(head.length) : block(seed, index);
        out += bytes.slice(Math.max(0, offset - index * BLOCK), Math.min(BLOCK, end - index * BLOCK));
      }
      return out;
    },
  };
}
