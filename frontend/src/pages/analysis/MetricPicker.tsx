/** Choose a metric by its name, with completion, or write PromQL. */

import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useId, useState } from "react";

import { metadata } from "../../api/lookups";
import { Note } from "../../ui/Asked";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";

interface MetricPickerProps {
  readonly label: string;
  /** What is chosen now. */
  readonly value: string;
  readonly onChoose: (text: string) => void;
  readonly action?: string;
}

const FRESH_MS = 300_000;

export function MetricPicker({ label, value, onChoose, action = "Look" }: MetricPickerProps) {
  const list = useId();
  const [text, setText] = useState(value);
  const known = useQuery({
    queryKey: ["metadata"],
    queryFn: ({ signal }) => metadata(signal),
    staleTime: FRESH_MS,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim()) onChoose(text.trim());
  };
  return (
    <form onSubmit={submit} className="flex min-w-0 flex-1 items-end gap-2">
      <Field name={label} className="flex-1">
        {({ className, ...given }) => (
          <input
            {...given}
            value={text}
            onChange={(event) => setText(event.target.value)}
            list={list}
            required
            placeholder="a metric, or PromQL"
            spellCheck={false}
            autoComplete="off"
            className={`${className} font-mono`}
          />
        )}
      </Field>
      <datalist id={list}>
        {Object.entries(known.data ?? {}).map(([name, { help, type }]) => (
          <option key={name} value={name}>
            {help || type}
          </option>
        ))}
      </datalist>
      <Button type="submit" look="first" className="py-2">
        {action}
      </Button>
    </form>
  );
}

interface NoSeriesProps {
  readonly metric: string;
  readonly near: readonly string[];
  readonly onChoose: (name: string) => void;
}

/** Why nothing of a metric is shown, and what may be meant in its place. */
export function NoSeries({ metric, near, onChoose }: NoSeriesProps) {
  return (
    <>
      {near.includes(metric) ? (
        <Note title="Nothing of it lies in this time">
          It is measured: choose a shorter time above if that began just now, or a longer one if it ended.
        </Note>
      ) : (
        <Note title="There is no such series in this time">
          Nothing was recorded of it; a longer time can be chosen above.
        </Note>
      )}
      <Near names={near.filter((name) => name !== metric)} onChoose={onChoose} />
    </>
  );
}

/** Names that look like one that nobody knows. */
export function Near({ names, onChoose }: { names: readonly string[]; onChoose: (name: string) => void }) {
  if (names.length === 0) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-2 text-sm">
      <span className="text-quiet">Names that look alike:</span>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => onChoose(name)}
          className="text-accent font-mono text-[13px] hover:underline"
        >
          {name}
        </button>
      ))}
    </p>
  );
}
