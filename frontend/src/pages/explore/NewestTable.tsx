/** The newest values of an expression: a column for each label that tells them apart. */

import { useState } from "react";

import type { Newest } from "../../api/lookups";
import { seriesName } from "../../api/prometheus";
import { quantity } from "../../format/quantity";
import { Note } from "../../ui/Asked";
import { labelsOf } from "./labels";

interface NewestTableProps {
  readonly label: string;
  readonly rows: readonly Newest[];
  readonly unit: string;
}

const MOST = 200;
const VALUE = "";

export function NewestTable({ label, rows, unit }: NewestTableProps) {
  const [by, setBy] = useState(VALUE);
  if (rows.length === 0) return <Note title="No series">Nothing of that name has a value at this time.</Note>;
  const { apart, shared } = labelsOf(rows.map(({ metric }) => metric));
  const sorted = [...rows].sort((one, other) => compare(one, other, by)).slice(0, MOST);
  return (
    <>
      {Object.keys(shared).length > 0 ? (
        <p className="text-quiet mb-2 text-xs break-all">
          all of them: <code>{seriesName(shared)}</code>
        </p>
      ) : null}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={`Newest values of ${label}`}>
        <table className="w-full text-sm">
          <thead>
            <tr className="border-line border-b">
              {apart.map((name) => (
                <Heading
                  key={name}
                  name={name}
                  text={name === "__name__" ? "metric" : name}
                  by={by}
                  onSort={setBy}
                />
              ))}
              <Heading name={VALUE} text="value" by={by} onSort={setBy} isNumber />
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ metric, value }) => (
              <tr key={seriesName(metric)} className="border-line hover:bg-raised border-b last:border-0">
                {apart.map((name) => (
                  <td key={name} className="px-2 py-1.5 break-all">
                    {metric[name] ?? ""}
                  </td>
                ))}
                <td className="px-2 py-1.5 text-right whitespace-nowrap" title={value}>
                  {shown(value, unit)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST ? (
        <p className="text-quiet mt-2 text-xs">
          The first {MOST} of {rows.length}.
        </p>
      ) : null}
    </>
  );
}

/** A number with its unit; what is none, such as `NaN` or a text, as it is. */
function shown(value: string, unit: string): string {
  const number = Number(value);
  return Number.isFinite(number) && value !== "" ? quantity(number, unit) : value;
}

function compare(one: Newest, other: Newest, by: string): number {
  if (by === VALUE) return (Number(other.value) || 0) - (Number(one.value) || 0);
  return (one.metric[by] ?? "").localeCompare(other.metric[by] ?? "");
}

interface HeadingProps {
  readonly name: string;
  readonly text: string;
  readonly by: string;
  readonly onSort: (name: string) => void;
  readonly isNumber?: boolean;
}

function Heading({ name, text, by, onSort, isNumber = false }: HeadingProps) {
  const isSorted = by === name;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isNumber ? "descending" : "ascending") : undefined}
      className={`text-quiet px-2 py-2 text-xs font-medium whitespace-nowrap ${isNumber ? "text-right" : "text-left"}`}
    >
      <button type="button" className="hover:text-text" onClick={() => onSort(name)}>
        {text}
        <span aria-hidden="true">{isSorted ? (isNumber ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}
