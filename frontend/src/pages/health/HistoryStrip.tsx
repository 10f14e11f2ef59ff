/** How a check stood through time, as a strip: the worse, the higher, so that it is told by form as well. */

import type { CheckResult } from "../../api/types";
import { momentText } from "../../format/moment";
import { quantity } from "../../format/quantity";
import type { Span } from "../../time/range";
import { toneOf } from "../../ui/Badge";
import { type Stretch, stretchesOf } from "./strip";

const WIDTH = 1000;
const HEIGHT = 12;
const HEIGHTS: Readonly<Record<string, number>> = { healthy: 5, degraded: 9, unhealthy: 12 };

interface StripProps {
  readonly name: string;
  readonly results: readonly CheckResult[];
  readonly span: Span;
}

export function HistoryStrip({ name, results, span }: StripProps) {
  const stretches = stretchesOf(results, span);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${name} through time: ${wholeText(stretches)}`}
      preserveAspectRatio="none"
      className="bg-raised h-3.5 w-full rounded"
    >
      {stretches.map((one) => (
        <Piece key={one.sinceMs} stretch={one} span={span} />
      ))}
    </svg>
  );
}

function Piece({ stretch, span }: { stretch: Stretch; span: Span }) {
  const { status, sinceMs, untilMs } = stretch;
  const length = span.untilMs - span.sinceMs;
  const height = HEIGHTS[status] ?? 3;
  return (
    <rect
      x={((sinceMs - span.sinceMs) / length) * WIDTH}
      y={HEIGHT - height}
      width={Math.max(((untilMs - sinceMs) / length) * WIDTH, 2)}
      height={height}
      fill={`var(--${toneOf(status)})`}
    >
      <title>{`${status}, from ${momentText(sinceMs, span)} to ${momentText(untilMs, span)}`}</title>
    </rect>
  );
}

function wholeText(stretches: readonly Stretch[]): string {
  const bad = stretches.filter((one) => one.status !== "healthy" && one.status !== "unknown");
  if (stretches.length === 0) return "nothing is known of this time";
  if (bad.length === 0) return "nothing but healthy";
  const lastedS = bad.reduce((sum, one) => sum + one.untilMs - one.sinceMs, 0) / 1000;
  return `not healthy ${bad.length === 1 ? "once" : `${bad.length} times`}, for ${quantity(lastedS, "s")} in all`;
}
