/** What a chart over time is made of. */

import type { Span } from "../time/range";
import type { Tone } from "../ui/Badge";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** A role of the colours; without one the next of the series. */
  readonly role?: string;
  readonly dashed?: boolean;
  /** What is told of it where that is not what is drawn: in a stack a line is drawn on top of those below. */
  readonly said?: readonly (number | null)[];
  /** Whether there is colour between it and nothing. */
  readonly area?: boolean;
}

/** A moment worth knowing, drawn through the whole height. */
export interface Marker {
  readonly atS: number;
  readonly text: string;
  readonly role: string;
  /** Where it leads; without it its text is all. */
  readonly href?: string;
}

/** A stretch of time in one state, as a band below the plot. */
export interface State {
  readonly fromS: number;
  readonly toS: number;
  readonly tone: Tone;
  readonly text: string;
}

export interface TimeChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly unit: string;
  readonly span: Span;
  /** Pairs of lines, the upper one first, with colour between them: of the role that is named. */
  readonly bands?: readonly (readonly [upper: number, lower: number, role?: string])[];
  readonly threshold?: number;
  readonly markers?: readonly Marker[];
  /** Bands below the plot, such as when an alert was pending and when it fired. */
  readonly states?: readonly State[];
  /** Of the plot; with `fill` the chart is as high as the column that it stands in leaves room for. */
  readonly height?: number | "fill";
  /** What a drag over the plot and a double click (twice as long) ask for. */
  readonly onZoom?: (span: Span) => void;
  /** The names of the lines below the plot, with their values at the cursor; there unless it says `false`. */
  readonly legend?: boolean;
}
