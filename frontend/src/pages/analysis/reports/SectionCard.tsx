/** One section of a report: its numbers, how they went, what they are made of, what follows. */

import { TimeChart } from "../../../charts/TimeChart";
import { change, quantity } from "../../../format/quantity";
import { Card } from "../../../ui/Card";
import type { Report, ReportChart, ReportFigure, ReportSection, ReportTable } from "../answers";

const HEIGHT = 180;

export function SectionCard({ section, report }: { section: ReportSection; report: Report }) {
  const { title, figures, tables, charts, advice, notes } = section;
  return (
    <Card title={title}>
      <div className="grid gap-5">
        {figures.length > 0 ? (
          <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 xl:grid-cols-6">
            {figures.map((one) => (
              <FigureOf key={one.label} figure={one} />
            ))}
          </dl>
        ) : null}
        {notes.map((note) => (
          <p key={note} className="text-quiet text-sm">
            {note}
          </p>
        ))}
        <div className={`grid gap-5 ${charts.length > 1 ? "xl:grid-cols-2" : ""}`}>
          {charts.map((one) => (
            <ChartOf key={one.title} chart={one} report={report} />
          ))}
        </div>
        {tables.map((one) => (
          <TableOf key={one.title} table={one} />
        ))}
        {advice.length > 0 ? <AdviceOf advice={advice} /> : null}
      </div>
    </Card>
  );
}

const VERDICTS = { good: "text-good", bad: "text-bad" } as const;

function FigureOf({
  figure: { label, value, unit, before, change: changed, verdict },
}: {
  figure: ReportFigure;
}) {
  return (
    <div className="flex min-w-0 flex-col-reverse justify-end">
      <dd>
        <span className="text-xl font-semibold tracking-tight">{quantity(value, unit)}</span>
        {before === null ? null : (
          <span className={`block text-xs ${verdict === null ? "text-quiet" : VERDICTS[verdict]}`}>
            {change(changed)} <span className="text-quiet">was {quantity(before, unit)}</span>
            {verdict === null ? null : <span className="sr-only">, {verdict}</span>}
          </span>
        )}
      </dd>
      <dt className="text-quiet text-xs">{label}</dt>
    </div>
  );
}

function ChartOf({ chart, report }: { chart: ReportChart; report: Report }) {
  const { title, unit, times, lines } = chart;
  return (
    <div className="min-w-0">
      <h3 className="text-quiet mb-1 text-xs font-medium">{title}</h3>
      <TimeChart
        label={title}
        times={times.map((time) => Date.parse(time) / 1000)}
        lines={lines.map(({ name, isBefore, values }) =>
          isBefore ? { name: beforeText(name), values, role: "muted", dashed: true } : { name, values },
        )}
        unit={unit}
        span={{ sinceMs: Date.parse(report.start), untilMs: Date.parse(report.end) }}
        height={HEIGHT}
      />
    </div>
  );
}

/** Some lines are called that way already. */
function beforeText(name: string): string {
  return /\bbefore\b/.test(name) ? name : `${name}, before`;
}

function TableOf({ table: { title, columns, rows } }: { table: ReportTable }) {
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={title}>
      <table className="w-full text-sm">
        <caption className="text-quiet mb-1 text-left text-xs font-medium">{title}</caption>
        <thead>
          <tr className="border-line border-b">
            {columns.map(({ head }, at) => (
              <th
                key={head}
                scope="col"
                className={`text-quiet px-2 py-1.5 text-xs font-medium ${sideOf(rows, at)}`}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place} className="border-line border-b last:border-0">
              {row.map((cell, at) => (
                <td key={at} className={`px-2 py-1.5 ${sideOf(rows, at)}`}>
                  {typeof cell === "string" ? cell : quantity(cell, columns[at]?.unit ?? "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Numbers stand at the right. */
function sideOf(rows: ReportTable["rows"], at: number): string {
  return rows.some((row) => typeof row[at] === "number") ? "text-right" : "text-left";
}

function AdviceOf({ advice }: { advice: ReportSection["advice"] }) {
  return (
    <ul className="space-y-2 text-sm">
      {advice.map(({ sentence, advice: text, why, isNew }) => (
        <li key={sentence}>
          <span className="font-medium">{sentence}</span>
          {isNew ? <span className="text-accent"> new</span> : null}
          <span className="text-quiet block">
            {text} {why}
          </span>
        </li>
      ))}
    </ul>
  );
}
