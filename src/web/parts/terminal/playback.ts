// A recording as a function of time: seek anywhere, forward or back, without replaying all of it.
// Holds no clock; the caller says which second it wants to see.

import type { Cast } from "./cast.ts";
import { TerminalEmulator, type TerminalSnapshot } from "./emulator.ts";

interface Keyframe {
  /** Events applied so far. */
  readonly index: number;
  readonly state: TerminalSnapshot;
}

/** UTF-16 units of output between two keyframes, and the most keyframes that are kept. */
const KEYFRAME_EVERY = 256 * 1024;
const MAX_KEYFRAMES = 256;
/** Cells touched in one call of `seek`: some tens of milliseconds. */
const WORK_PER_CALL = 1_000_000;

/** A terminal that stands at one moment of a recording. */
export class Playback {
  readonly cast: Cast;
  readonly terminal: TerminalEmulator;
  #index = 0;
  #sinceKeyframe = 0;
  #keyframes: Keyframe[];

  constructor(cast: Cast) {
    this.cast = cast;
    this.terminal = new TerminalEmulator(cast.columns, cast.rows);
    this.#keyframes = [{ index: 0, state: this.terminal.snapshot() }];
  }

  /**
   * Brings the screen to `seconds`, or nearer to it: false means that the work of one call is spent and that the
   * same call must be made again, so that no recording can freeze the page.
   */
  seek(seconds: number): boolean {
    const target = this.#indexAt(seconds);
    if (target < this.#index) this.#goBack(target);
    const start = this.terminal.work;
    while (this.#index < target && Math.abs(this.terminal.work - start) < WORK_PER_CALL) this.#step();
    return this.#index >= target;
  }

  /** How many events lie at or before `seconds`: a binary search. */
  #indexAt(seconds: number): number {
    let low = 0;
    let high = this.cast.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.cast.events[middle]?.at ?? 0) <= seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #goBack(target: number): void {
    const frame = this.#keyframes.findLast(({ index }) => index <= target);
    if (!frame) return;
    this.terminal.restore(frame.state);
    this.#index = frame.index;
    this.#sinceKeyframe = 0;
  }

  #step(): void {
    const event = this.cast.events[this.#index++];
    if (!event) return;
    if (event.type === "resize") this.terminal.resize(event.columns, event.rows);
    else {
      this.terminal.write(event.text);
      this.#sinceKeyframe += event.text.length;
    }
    if (this.#sinceKeyframe >= KEYFRAME_EVERY && this.terminal.idle) this.#keep();
  }

  #keep(): void {
    this.#sinceKeyframe = 0;
    const last = this.#keyframes.at(-1);
    if (this.#keyframes.length >= MAX_KEYFRAMES || (last && last.index >= this.#index)) return;
    this.#keyframes.push({ index: this.#index, state: this.terminal.snapshot() });
  }
}
