/** Values over time: one cursor over all charts, by mouse and by keys, zoom by drag, bands, markers, states. */

import { useCallback, useState } from "react";

import { momentText } from "../format/moment";
import { quantity } from "../format/quantity";
import { widened } from "../time/range";
import { moved } from "./cursor";
import { Legend } from "./Legend";
import { HEIGHT } from "./options";
import { Markers, States } from "./Strip";
import type { TimeChartProps } from "./types";
import { usePlot } from "./usePlot";

export type { Line, Marker, State, TimeChartProps } from "./types";

const SHORTEST_ZOOM_MS = 15_000;

export function TimeChart(props: TimeChartProps) {
  const { span, onZoom, markers, states, legend = true } = props;
  const [at, setAt] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(NONE);
  const zoomOut = useCallback(() => onZoom?.(widened(span, Date.now())), [span, onZoom]);
  const selected = (sinceS: number, untilS: number) => {
    const wanted = { sinceMs: Math.round(sinceS * 1000), untilMs: Math.round(untilS * 1000) };
    if (wanted.untilMs - wanted.sinceMs >= SHORTEST_ZOOM_MS) onZoom?.(wanted);
  };
  const { place, setCursor } = usePlot(props, { hidden, cursorAt: setAt, selected, zoomedOut: zoomOut });
  const pressed = (event: React.KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "-") zoomOut();
    else if (event.key === "Escape") setCursor(null);
    else {
      const to = moved(event.key, at, props.times.length);
      if (to === null) return;
      setCursor(to);
    }
    event.preventDefault();
  };
  const { outside, inside, style } = roomOf(props.height ?? HEIGHT);
  return (
    <div className={`relative w-full ${outside}`}>
      <div
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={Math.max(props.times.length - 1, 0)}
        aria-valuenow={at ?? Math.max(props.times.length - 1, 0)}
        aria-valuetext={spoken(props, at)}
        title={onZoom ? "Drag to zoom in, double click to zoom out" : undefined}
        onKeyDown={pressed}
        onBlur={() => setCursor(null)}
        className={`isolate w-full ${inside}`}
        style={style}
      />
      {markers?.length ? <Markers markers={markers} span={span} /> : null}
      {states ? <States states={states} span={span} /> : null}
      {legend ? (
        <Legend chart={props} at={at} hidden={hidden} onToggle={(name) => setHidden(toggled(hidden, name))} />
      ) : null}
    </div>
  );
}

/** Return how a chart takes the room it has; a legend of several rows leaves the plot less of a given height. */
function roomOf(height: number | "fill") {
  if (height === "fill") return { outside: "flex min-h-0 flex-1 flex-col", inside: "min-h-15 flex-1" };
  return { outside: "", inside: "", style: { minHeight: height } };
}

const NONE: ReadonlySet<string> = new Set();

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return next;
}

/** What the cursor is at, in words. */
function spoken({ times, lines, unit, span }: TimeChartProps, at: number | null): string {
  const atS = at === null ? undefined : times[at];
  if (at === null || atS === undefined) return "arrow keys read the values";
  const said = lines.map((line) => `${line.name} ${quantity((line.said ?? line.values)[at], unit)}`);
  return `${momentText(atS * 1000, span)}: ${said.join(", ")}`;
}
