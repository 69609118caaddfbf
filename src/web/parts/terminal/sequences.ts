// Control sequences that need nothing but the screen: what each final letter does (ECMA-48, DEC VT220, xterm).
// Answers whether the letter was one of its own; everything else is the emulator's.

import type { Screen } from "./screen.ts";

const TAB = 8;

/** Sequences that move the cursor. `count` is at least 1. */
export function moveCursor(screen: Screen, final: string, count: number): boolean {
  switch (final) {
    case "A":
      screen.moveRows(-count);
      return true;
    case "B":
    case "e":
      screen.moveRows(count);
      return true;
    case "C":
    case "a":
      screen.moveTo(screen.x + count, screen.y);
      return true;
    case "D":
      screen.moveTo(screen.x - count, screen.y);
      return true;
    case "E":
      screen.moveRows(count);
      screen.moveTo(0, screen.y);
      return true;
    case "F":
      screen.moveRows(-count);
      screen.moveTo(0, screen.y);
      return true;
    case "G":
    case "`":
      screen.moveTo(count - 1, screen.y);
      return true;
    case "I":
      screen.moveTo((Math.floor(screen.x / TAB) + count) * TAB, screen.y);
      return true;
    case "Z":
      screen.moveTo((Math.ceil(screen.x / TAB) - count) * TAB, screen.y);
      return true;
    default:
      return false;
  }
}

/** Sequences that erase, insert, delete and scroll. `count` is at least 1, `mode` at least 0. */
export function editScreen(screen: Screen, final: string, count: number, mode: number): boolean {
  switch (final) {
    case "J":
      screen.eraseScreen(mode);
      return true;
    case "K":
      screen.eraseLine(mode);
      return true;
    case "L":
      screen.insertLines(count);
      return true;
    case "M":
      screen.deleteLines(count);
      return true;
    case "P":
      screen.deleteChars(count);
      return true;
    case "@":
      screen.insertChars(count);
      return true;
    case "X":
      screen.eraseChars(count);
      return true;
    case "S":
      screen.scrollUp(count);
      return true;
    case "T":
      screen.scrollDown(count);
      return true;
    default:
      return false;
  }
}
