// Copies of pieces: the same bytes, apart from where they came from and from one another.

import { expect, test } from "bun:test";
import { Pages } from "./pages.ts";

test("pieces of any length keep their bytes when their source goes, and share little memory", () => {
  const pages = new Pages();
  const source = Buffer.alloc(64 * 1024);
  const kept: { readonly piece: Buffer; readonly value: number; readonly length: number }[] = [];
  for (let i = 0; i < 400; i++) {
    const length = (i * 37) % 3000;
    const value = i % 251;
    source.fill(value, 100, 100 + length);
    kept.push({ piece: pages.copy(source, 100, 100 + length), value, length });
  }
  source.fill(255);
  for (const { piece, value, length } of kept) {
    expect(piece.length).toBe(length);
    expect(piece.every((byte) => byte === value)).toBe(true);
    expect(piece.buffer.byteLength).toBeLessThanOrEqual(8192);
  }
});
