/** Every figure as a number: now, of how much, and between what it moved. */

import type { System } from "../../api/types";
import { quantity } from "../../format/quantity";
import { Card } from "../../ui/Card";

type Section = System["sections"][number];
type Figure = Section["figures"][number];
type Reading = Figure["readings"][number];

const NEARLY_FULL = 0.9;

export function Figures({ sections }: { sections: readonly Section[] }) {
  return (
    <Card title="All figures">
      <div
        className="overflow-x-auto"
        tabIndex={0}
        role="region"
        aria-label="All figures of machine and process"
      >
        <table className="w-full text-sm">
          <thead>
            <tr className="text-quiet border-line border-b text-xs">
              <th scope="col" className="px-2 py-2 text-left font-medium">
                Figure
              </th>
              {["Now", "Limit", "Used", "Lowest", "Mean", "Highest"].map((name) => (
                <th key={name} scope="col" className="px-2 py-2 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          {sections.map((section) => (
            <Rows key={section.name} section={section} />
          ))}
        </table>
      </div>
    </Card>
  );
}

function Rows({ section }: { section: Section }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={7} className="px-2 pt-4 pb-1 text-left text-xs font-semibold">
          {section.name}
        </th>
      </tr>
      {section.figures.flatMap((figure) =>
        figure.readings.map((reading) => (
          <Row key={`${figure.name}${JSON.stringify(reading.labels)}`} figure={figure} reading={reading} />
        )),
      )}
    </tbody>
  );
}

function Row({ figure, reading }: { figure: Figure; reading: Reading }) {
  const { value, limit, share, min, mean, max } = reading;
  const isNearlyFull = (share ?? 0) >= NEARLY_FULL;
  const labels = Object.values(reading.labels).join(" ");
  return (
    <tr className="border-line hover:bg-raised border-t">
      <td className="px-2 py-1.5">
        {figure.description || figure.name}
        {labels ? <span className="text-quiet"> {labels}</span> : null}
      </td>
      {[value, limit].map((one, at) => (
        <td key={at} className="px-2 py-1.5 text-right whitespace-nowrap">
          {at === 1 && one === null ? "" : quantity(one, figure.unit)}
        </td>
      ))}
      <td
        className={`px-2 py-1.5 text-right whitespace-nowrap ${isNearlyFull ? "text-bad font-medium" : ""}`}
      >
        {share === null ? "" : `${quantity(share, "1")}${isNearlyFull ? ", nearly full" : ""}`}
      </td>
      {[min, mean, max].map((one, at) => (
        <td key={at} className="text-quiet px-2 py-1.5 text-right whitespace-nowrap">
          {quantity(one, figure.unit)}
        </td>
      ))}
    </tr>
  );
}
