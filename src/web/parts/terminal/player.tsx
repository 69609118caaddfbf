// Plays a terminal recording: play, pause, seek, speed, and pauses cut short.
// Asks for nothing over the network; it is given the recording's text.

import { useEffect, useMemo, useState } from "react";
import { formatPosition } from "../format.ts";
import { Empty } from "../states.tsx";
import { type Cast, parseCast, withoutPauses } from "./cast.ts";
import { Playback } from "./playback.ts";
import { TerminalView } from "./terminal-view.tsx";

const SPEEDS = [0.5, 1, 2, 4, 8] as const;
const LONGEST_PAUSE_S = 2;

/** The position in seconds, moved along by animation frames while playing. */
function usePosition(duration: number, speed: number) {
  const [position, setPosition] = useState(0);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const passed = (Math.max(0, now - before) / 1000) * speed;
      before = now;
      setPosition((at) => Math.min(duration, at + passed));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, duration]);
  const ended = position >= duration;
  useEffect(() => {
    if (ended) setPlaying(false);
  }, [ended]);
  const toggle = (): void => {
    if (!playing && ended) setPosition(0);
    setPlaying(!playing);
  };
  return { position, setPosition, playing, toggle };
}

/** The player of a recording that was understood. */
function CastPlayer({ cast }: { readonly cast: Cast }) {
  const [cut, setCut] = useState(true);
  const [speed, setSpeed] = useState<number>(1);
  const shown = useMemo(() => (cut ? withoutPauses(cast, LONGEST_PAUSE_S) : cast), [cast, cut]);
  const playback = useMemo(() => new Playback(shown), [shown]);
  const { position, setPosition, playing, toggle } = usePosition(shown.duration, speed);
  const reached = playback.seek(position);
  const [, drawAgain] = useState(0);
  useEffect(() => {
    if (reached) return;
    const frame = requestAnimationFrame(() => drawAgain((count) => count + 1));
    return () => cancelAnimationFrame(frame);
  });
  const jump = (by: number): void => setPosition(Math.min(shown.duration, Math.max(0, position + by)));
  const changeCut = (): void => {
    setPosition(0);
    setCut(!cut);
  };
  return (
    <div className="player">
      <TerminalView rows={playback.terminal.rows} cursor={playback.terminal.cursor} />
      <div className="controls">
        <button type="button" className="button" data-pause onClick={toggle}>
          {playing ? "Pause" : "Play"}
        </button>
        <button type="button" className="button small" aria-label="Back 5 seconds" onClick={() => jump(-5)}>
          −5 s
        </button>
        <button type="button" className="button small" aria-label="Forward 5 seconds" onClick={() => jump(5)}>
          +5 s
        </button>
        <input
          type="range"
          className="seek"
          aria-label="Position"
          aria-valuetext={`${formatPosition(position)} of ${formatPosition(shown.duration)}`}
          min={0}
          max={shown.duration}
          step="any"
          value={position}
          onChange={(event) => setPosition(event.target.valueAsNumber)}
        />
        <span className="mono faint position">
          {formatPosition(position)} / {formatPosition(shown.duration)}
        </span>
        <label className="inline-field">
          Speed
          <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
            {SPEEDS.map((value) => (
              <option key={value} value={value}>
                {value}×
              </option>
            ))}
          </select>
        </label>
        <label className="inline-field">
          <input type="checkbox" checked={cut} onChange={changeCut} />
          Cut pauses
        </label>
      </div>
      {cast.skipped > 0 && (
        <p className="faint note">
          {cast.skipped} lines of the recording were not understood and are left out.
        </p>
      )}
    </div>
  );
}

/** Plays an asciicast. */
export function Player({ text }: { readonly text: string }) {
  const cast = useMemo(() => parseCast(text), [text]);
  if (!cast) return <Empty title="This recording can't be played: it is no asciicast of version 2." />;
  return <CastPlayer cast={cast} />;
}
