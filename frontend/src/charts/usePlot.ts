/** A plot in the page: made once for its lines, given values as they come, drawn only where it is in sight. */

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import uPlot from "uplot";

import { onScheme } from "./colors";
import { dataOf, HEIGHT, optionsOf, shapeOf, type Size } from "./options";
import { turns } from "./turns";
import type { TimeChartProps } from "./types";

interface Wanted {
  readonly hidden: ReadonlySet<string>;
  readonly cursorAt: (at: number | null) => void;
  readonly selected: (sinceS: number, untilS: number) => void;
  readonly zoomedOut: () => void;
}

interface Plot {
  readonly place: RefObject<HTMLDivElement | null>;
  /** Put the cursor of all charts at one of the times, or take it away. */
  readonly setCursor: (at: number | null) => void;
}

export function usePlot(props: TimeChartProps, wanted: Wanted): Plot {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Live | null>(null);
  const wasDrawn = useRef(false);
  const latest = useRef({ props, wanted });
  useLayoutEffect(() => {
    latest.current = { props, wanted };
  });
  const shape = shapeOf(props);

  useEffect(() => {
    if (place.current === null) return;
    const live = new Live(place.current, latest, wasDrawn.current);
    wasDrawn.current = true;
    plot.current = live;
    return () => {
      plot.current = null;
      live.end();
    };
  }, [shape]);

  useEffect(() => plot.current?.refresh(), [props]);
  useEffect(() => plot.current?.hide(wanted.hidden), [wanted.hidden]);

  const setCursor = useCallback((at: number | null) => plot.current?.setCursor(at), []);
  return { place, setCursor };
}

type Latest = RefObject<{ readonly props: TimeChartProps; readonly wanted: Wanted }>;

class Live {
  private plot: uPlot | null = null;
  private isInSight = true;
  private isStale = false;
  private readonly resized: ResizeObserver;
  private readonly seen: IntersectionObserver | null;
  private readonly forget: () => void;

  constructor(
    private readonly element: HTMLElement,
    private readonly latest: Latest,
    /** Whether it takes the place of one that is seen already, and would leave a gap for a moment. */
    isAtOnce: boolean,
  ) {
    if (isAtOnce) this.begin();
    else turns.add(this.begin);
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(element);
    this.seen = new IntersectionObserver(([entry]) => this.look(entry?.isIntersecting ?? true));
    this.seen.observe(element);
    this.forget = onScheme(() => {
      if (this.plot !== null) this.begin();
    });
  }

  refresh(): void {
    this.isStale = !this.isInSight;
    if (this.isInSight) this.plot?.setData(dataOf(this.latest.current.props), true);
  }

  hide(hidden: ReadonlySet<string>): void {
    this.latest.current.props.lines.forEach((line, at) => {
      const show = !hidden.has(line.name);
      if (this.plot?.series[at + 1]?.show !== show) this.plot?.setSeries(at + 1, { show });
    });
  }

  setCursor(at: number | null): void {
    const plot = this.plot;
    if (plot === null) return;
    const time = at === null ? undefined : plot.data[0][at];
    const left = time === undefined ? -10 : plot.valToPos(time, "x");
    move(plot, { left, top: time === undefined ? -10 : plot.over.clientHeight / 2 });
  }

  end(): void {
    turns.remove(this.begin);
    this.resized.disconnect();
    this.seen?.disconnect();
    this.forget();
    this.plot?.destroy();
  }

  private readonly begin = (): void => {
    this.plot?.destroy();
    const { props, wanted } = this.latest.current;
    const options = optionsOf(this.size(), wanted.hidden, {
      props: () => this.latest.current.props,
      cursorAt: (at) => this.latest.current.wanted.cursorAt(at),
      selected: (sinceS, untilS) => this.latest.current.wanted.selected(sinceS, untilS),
      zoomedOut: () => this.latest.current.wanted.zoomedOut(),
      beganAt: (left) => this.element.parentElement?.style.setProperty("--plot-left", `${left}px`),
    });
    this.plot = new uPlot(options, dataOf(props), this.element);
  };

  private resize(): void {
    const size = this.size();
    const isOther = this.plot?.width !== size.width || this.plot.height !== size.height;
    if (isOther) this.plot?.setSize(size);
  }

  private size(): Size {
    const { clientWidth: width, clientHeight } = this.element;
    const { height = HEIGHT } = this.latest.current.props;
    return { width, height: height === "fill" ? clientHeight : height };
  }

  private look(isInSight: boolean): void {
    this.isInSight = isInSight;
    if (isInSight && this.isStale) this.refresh();
  }
}

/** uPlot passes a cursor on to the charts beside it where it is told to; its types leave that out. */
function move(plot: uPlot, to: { left: number; top: number }): void {
  (plot.setCursor as (to: { left: number; top: number }, fire: boolean, publish: boolean) => void)(
    to,
    true,
    true,
  );
}
