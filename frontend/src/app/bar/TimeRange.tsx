/** Which time it is about: up to now, or between two moments, with a step back and forward. */

import { type SyntheticEvent, useState } from "react";

import { betweenText } from "../../format/moment";
import { localText, parseLocal } from "../../time/local";
import {
  durationText,
  parseRange,
  PRESETS,
  type Range,
  rangeText,
  type Span,
  spanOf,
  stepped,
  widened,
} from "../../time/range";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import { useChange, usePlace } from "../location";
import { usePeriod, usualOf } from "../period";

export function TimeRange() {
  const { range } = usePeriod();
  const setRange = useSetRange();
  const step = (direction: -1 | 1) => setRange(stepped(range, direction, Date.now()));
  return (
    <div role="group" aria-label="Time" className="flex min-w-0 items-center gap-1">
      <Button
        aria-label="One period back"
        title="One period back  ["
        className="bg-card px-2"
        onClick={() => step(-1)}
      >
        ‹
      </Button>
      <Menu text={textOf(range)} label={`Time: ${textOf(range)}`} title="Choose a time">
        {(close) => (
          <Choice
            range={range}
            onChosen={(chosen) => {
              setRange(chosen);
              close();
            }}
          />
        )}
      </Menu>
      <Button
        aria-label="One period forward"
        title="One period forward  ]"
        className="bg-card px-2"
        disabled={range.kind === "moving"}
        onClick={() => step(1)}
      >
        ›
      </Button>
    </div>
  );
}

export function useSetRange(): (range: Range) => void {
  const change = useChange();
  const usual = rangeText(parseRange(usualOf(usePlace().path)));
  return (range) => change({ range: rangeText(range) === usual ? "" : rangeText(range) });
}

function textOf(range: Range): string {
  if (range.kind === "moving") return `last ${durationText(range.lengthMs)}`;
  return betweenText(range.sinceMs, range.untilMs);
}

interface ChoiceProps {
  readonly range: Range;
  readonly onChosen: (range: Range) => void;
}

function Choice({ range, onChosen }: ChoiceProps) {
  const [opened] = useState(() => Date.now());
  const span = spanOf(range, opened);
  return (
    <>
      <ul className="grid grid-cols-3 gap-2">
        {PRESETS.map((preset) => (
          <li key={preset}>
            <Button
              aria-pressed={rangeText(range) === preset}
              className="aria-pressed:border-accent aria-pressed:text-accent w-full aria-pressed:font-semibold"
              onClick={() => onChosen(parseRange(preset))}
            >
              last {preset}
            </Button>
          </li>
        ))}
      </ul>
      <Button className="mt-2 w-full" onClick={() => onChosen({ kind: "fixed", ...widened(span, opened) })}>
        Zoom out: twice as long
      </Button>
      <Between span={span} onChosen={onChosen} />
    </>
  );
}

function Between({ span, onChosen }: { span: Span; onChosen: (range: Range) => void }) {
  const [since, setSince] = useState(localText(span.sinceMs));
  const [until, setUntil] = useState(localText(span.untilMs));
  const [problem, setProblem] = useState<string>();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const [sinceMs, untilMs] = [parseLocal(since), parseLocal(until)];
    if (sinceMs === null || untilMs === null) setProblem("Both moments are needed.");
    else if (sinceMs >= untilMs) setProblem("It has to end after it begins.");
    else onChosen({ kind: "fixed", sinceMs, untilMs });
  };
  return (
    <form onSubmit={submit} className="border-line mt-4 grid gap-3 border-t pt-4" noValidate>
      <Field name="From">
        {(given) => (
          <input
            type="datetime-local"
            value={since}
            onChange={(event) => setSince(event.target.value)}
            {...given}
          />
        )}
      </Field>
      <Field name="To" problem={problem}>
        {(given) => (
          <input
            type="datetime-local"
            value={until}
            onChange={(event) => setUntil(event.target.value)}
            {...given}
          />
        )}
      </Field>
      <Button type="submit" look="first">
        Show this time
      </Button>
    </form>
  );
}
