/** Fifty charts of an hour that all get a new sample at once: what `benchmarks/dashboard` measures. */

import "../src/index.css";

import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import { TimeChart } from "../src/charts/TimeChart";

const CHARTS = 50;
const STEP_S = 15;
const POINTS = 3600 / STEP_S;
const BEGIN_S = 1_800_000_000;
const LINES = ["p50", "p95"] as const;

declare global {
  interface Window {
    /** Give every chart its next sample. */
    advance: () => void;
  }
}

function Charts() {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    window.advance = () => setPassed((before) => before + 1);
  }, []);
  return (
    <main className="grid grid-cols-5 gap-4 p-4">
      {Array.from({ length: CHARTS }, (_, chart) => (
        <Chart key={chart} chart={chart} passed={passed} />
      ))}
    </main>
  );
}

function Chart({ chart, passed }: { chart: number; passed: number }) {
  const times = Array.from({ length: POINTS }, (_, at) => BEGIN_S + (passed + at) * STEP_S);
  const lines = LINES.map((name, line) => ({ name, values: times.map((time) => value(time, chart, line)) }));
  const span = { sinceMs: (times[0] ?? 0) * 1000, untilMs: (times.at(-1) ?? 0) * 1000 };
  return <TimeChart label={`Chart ${chart}`} times={times} lines={lines} unit="s" span={span} height={120} />;
}

/** A curve that is the same in every run, with a tremble that no compression of pixels hides. */
function value(atS: number, chart: number, line: number): number {
  const tremble = ((atS * 2_654_435_761 + chart * 40_503) % 1000) / 1000;
  return (line + 1) * (2 + Math.sin(atS / 300 + chart)) + tremble;
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Charts />);
