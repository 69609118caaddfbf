// Evidence per hour over the last day, as bars on a canvas, with the same figures as text for who can't see it.

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Stats } from "../../api/types.ts";
import { formatCount } from "./format.ts";
import { themeStore } from "./theme.ts";
import { useStore } from "./use-store.ts";

type Hourly = Stats["hourly"];

const HEIGHT = 150;
/** Room for half a bar at either end. */
const HALF_HOUR_S = 1800;

/** Colours as the style sheet resolves them, since a canvas knows no custom properties. */
function coloursOf(element: HTMLElement): {
  readonly bar: string;
  readonly text: string;
  readonly grid: string;
} {
  const style = getComputedStyle(element);
  return { bar: style.outlineColor, text: style.color, grid: style.borderTopColor };
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const { bar, text, grid } = coloursOf(element);
  const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0.15 });
  const font = "11px system-ui, sans-serif";
  const axis = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { range: (_chart, min, max) => [min - HALF_HOUR_S, max + HALF_HOUR_S] },
      y: { range: (_chart, _min, max) => [0, Math.max(4, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 56,
        values: (_chart, splits) => splits.map((s) => hourLabel(s)),
      },
      {
        ...axis,
        size: 44,
        space: 36,
        values: (_chart, splits) => splits.map((n) => (Number.isInteger(n) ? formatCount(n) : "")),
      },
    ],
    series: [
      {},
      { stroke: bar, fill: bar, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) },
    ],
  };
}

function hourLabel(seconds: number): string {
  return `${String(new Date(seconds * 1000).getHours()).padStart(2, "0")}:00`;
}

function toData(hourly: Hourly): uPlot.AlignedData {
  return [hourly.map(({ ts }) => ts / 1000), hourly.map(({ evidence }) => evidence)];
}

/** The chart. */
export function HourlyChart({ hourly }: { readonly hourly: Hourly }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(hourly);
  latest.current = hourly;
  const theme = useStore(themeStore);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a theme has its own colours, so the chart is made anew
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const make = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element), toData(latest.current), element);
    };
    make();
    const resize = new ResizeObserver(() =>
      chart.current?.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }),
    );
    resize.observe(element);
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", make);
    return () => {
      resize.disconnect();
      system.removeEventListener("change", make);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [theme]);

  useEffect(() => chart.current?.setData(toData(hourly)), [hourly]);

  const busiest = hourly.reduce(
    (most, hour) => (hour.evidence > most.evidence ? hour : most),
    hourly[0] ?? { ts: 0, evidence: 0 },
  );
  return (
    <figure className="chart-box">
      <div ref={box} className="chart" aria-hidden="true" />
      <figcaption className="sr-only">
        {`${formatCount(hourly.reduce((sum, { evidence }) => sum + evidence, 0))} records in the last 24 hours; most in the hour from `}
        {`${hourLabel(busiest.ts / 1000)}: ${formatCount(busiest.evidence)}.`}
      </figcaption>
    </figure>
  );
}
