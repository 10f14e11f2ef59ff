/** A line without axes: how something went, beside what it is now. */

import { useMemo } from "react";

const WIDTH = 120;
const HEIGHT = 28;

export type Values = readonly (number | null)[];

/** Return the path of a line; gaps stay gaps. */
export function linePath(values: Values, width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length < 2) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const step = width / (values.length - 1);
  let pen = "M";
  let path = "";
  values.forEach((value, at) => {
    if (value === null || !Number.isFinite(value)) {
      pen = "M";
      return;
    }
    const y = high === low ? height / 2 : height - ((value - low) / (high - low)) * height;
    path += `${pen}${(at * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return path;
}

export function Sparkline({ values, label }: { values: Values; label: string }) {
  const path = useMemo(() => linePath(values, WIDTH, HEIGHT - 4), [values]);
  if (!path) return <span className="text-muted text-xs">no history yet</span>;
  return (
    <svg
      viewBox={`0 -2 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
      className="h-7 w-full"
      preserveAspectRatio="none"
    >
      <path
        d={path}
        fill="none"
        stroke="var(--series-1)"
        strokeWidth={1.6}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
