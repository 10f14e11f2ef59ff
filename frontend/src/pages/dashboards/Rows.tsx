/** The newest values of a panel as a table: a column for each label in which they differ. */

import { quantity } from "../../format/quantity";
import type { Row } from "./asking";
import type { Panel } from "./types";

const MOST = 200;

export function Rows({ rows, panel }: { rows: readonly Row[]; panel: Panel }) {
  const columns = columnsOf(rows);
  const sorted = [...rows].sort((one, other) => Number(other.value) - Number(one.value));
  return (
    <div className="max-h-full overflow-auto" tabIndex={0} role="region" aria-label={panel.title}>
      <table className="w-full text-sm">
        <thead className="bg-card sticky top-0">
          <tr className="border-line border-b">
            {columns.map((label) => (
              <th key={label} scope="col" className="text-quiet px-2 py-1.5 text-left text-xs font-medium">
                {label}
              </th>
            ))}
            <th scope="col" className="text-quiet px-2 py-1.5 text-right text-xs font-medium">
              value
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MOST).map((row) => {
            const isBad = panel.threshold !== null && Number(row.value) >= panel.threshold;
            return (
              <tr key={row.query + JSON.stringify(row.metric)} className="border-line border-b last:border-0">
                {columns.map((label) => (
                  <td key={label} className="px-2 py-1.5 break-all">
                    {row.metric[label] ?? ""}
                  </td>
                ))}
                <td
                  className={`px-2 py-1.5 text-right whitespace-nowrap ${isBad ? "text-bad font-semibold" : ""}`}
                >
                  {isBad ? "■ " : ""}
                  {quantity(Number(row.value), panel.unit)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The labels in which rows differ; of a single row all of them. */
export function columnsOf(rows: readonly Row[]): readonly string[] {
  const labels = [...new Set(rows.flatMap(({ metric }) => Object.keys(metric)))];
  const differing = labels.filter((label) => new Set(rows.map(({ metric }) => metric[label])).size > 1);
  const found = rows.length > 1 ? differing : labels;
  return found.sort(
    (one, other) => Number(other === "__name__") - Number(one === "__name__") || one.localeCompare(other),
  );
}
