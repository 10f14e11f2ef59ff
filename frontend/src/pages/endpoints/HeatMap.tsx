/** How long requests took, over time: every bucket of the histogram, where a percentile hides the second hump. */

import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { onScheme } from "../../charts/colors";
import { momentText } from "../../format/moment";
import { quantity } from "../../format/quantity";
import type { Span } from "../../time/range";
import { bucketText, type Heat, heatText, sharesOf } from "./heat";
import { type Cell, cellAt, drawHeat, movedCell } from "./heatDraw";

interface HeatMapProps {
  readonly heat: Heat;
  readonly span: Span;
  readonly stepS: number;
}

const HEIGHT = 260;

export function HeatMap(props: HeatMapProps) {
  const { heat, span } = props;
  const [cursor, setCursor] = useState<Cell | null>(null);
  const { place, width } = useCanvas(props, cursor);
  const pointed = (event: React.PointerEvent) => {
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    setCursor(cellAt({ x, y }, { width: width(), height: HEIGHT }, props));
  };
  const pressed = (event: React.KeyboardEvent) => {
    const next = movedCell(event.key, cursor, heat);
    if (next === null) return;
    setCursor(next);
    event.preventDefault();
  };
  const said = cursor === null ? "" : cellText(heat, cursor, span);
  return (
    <figure>
      <canvas
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label="Durations of requests over time"
        aria-valuemin={0}
        aria-valuemax={Math.max(heat.times.length - 1, 0)}
        aria-valuenow={cursor?.column ?? Math.max(heat.times.length - 1, 0)}
        aria-valuetext={said || heatText(heat)}
        onPointerMove={pointed}
        onPointerLeave={() => setCursor(null)}
        onKeyDown={pressed}
        onBlur={() => setCursor(null)}
        className="block w-full"
        style={{ height: HEIGHT }}
      />
      <figcaption className="text-quiet mt-1 min-h-5 pl-2 text-xs">{said || heatText(heat)}</figcaption>
      <Shares heat={heat} />
    </figure>
  );
}

function cellText(heat: Heat, { row, column }: Cell, span: Span): string {
  const count = heat.counts[row]?.[column] ?? 0;
  const endMs = Math.min((heat.times[column] ?? 0) * 1000, span.untilMs);
  const when = momentText(endMs, span);
  return `${when}, ${bucketText(heat, row)}: ${quantity(Math.round(count))} requests`;
}

/** The canvas is drawn anew whenever its values, its size or the scheme change. */
function useCanvas({ heat, span, stepS }: HeatMapProps, cursor: Cell | null) {
  const place = useRef<HTMLCanvasElement>(null);
  const draw = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    draw.current = () => {
      const canvas = place.current;
      if (canvas === null) return;
      drawHeat(canvas, { width: canvas.clientWidth, height: HEIGHT }, { heat, span, stepS, cursor });
    };
    draw.current();
  }, [heat, span, stepS, cursor]);
  useEffect(() => {
    const again = () => draw.current();
    const resized = new ResizeObserver(again);
    if (place.current) resized.observe(place.current);
    const ended = onScheme(again);
    return () => {
      resized.disconnect();
      ended();
    };
  }, []);
  return { place, width: () => place.current?.clientWidth ?? 0 };
}

function Shares({ heat }: { heat: Heat }) {
  return (
    <details className="mt-2 text-sm">
      <summary className="text-accent cursor-pointer text-xs">as a table</summary>
      <table className="mt-2 w-full max-w-md">
        <thead>
          <tr className="text-quiet text-xs">
            <th scope="col" className="py-1 text-left font-medium">
              Took
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Requests
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {sharesOf(heat).map(({ text, count, share }) => (
            <tr key={text} className="border-line border-t">
              <td className="py-1">{text}</td>
              <td className="py-1 text-right">{quantity(Math.round(count))}</td>
              <td className="py-1 text-right">{quantity(share, "1")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
