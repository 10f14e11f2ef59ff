/** Machine, process and runtime: what each figure is now, of how much, and how it went. */

import { useAnswer } from "../../api/questions";
import type { System as Answer } from "../../api/types";
import { useFilter } from "../../app/filters";
import { usePeriod } from "../../app/period";
import { SeriesChart } from "../../charts/SeriesChart";
import { lookbackOf } from "../../time/lookback";
import { Asked, Note } from "../../ui/Asked";
import { Card } from "../../ui/Card";
import { SECTIONS, type Section } from "./charts";
import { Figures } from "./Figures";
import { Machine } from "./Machine";

export default function System() {
  const { asked } = usePeriod();
  const { instance } = useFilter();
  const answer = useAnswer<Answer>("system", { ...asked, instance });
  return (
    <Asked answer={answer}>
      {(found) => (
        <div className="grid gap-6">
          <Machine found={found} />
          {found.sections.length === 0 ? (
            <Note title="Nothing is measured">{found.note}</Note>
          ) : (
            <>
              {SECTIONS.map((section) => (
                <Charts key={section.name} section={section} instance={found.instance} />
              ))}
              <Figures sections={found.sections} />
            </>
          )}
        </div>
      )}
    </Asked>
  );
}

function Charts({ section, instance }: { section: Section; instance: string }) {
  const lookback = lookbackOf(usePeriod().range);
  const own = `instance=${JSON.stringify(instance)}`;
  return (
    <section aria-label={section.name}>
      <h2 className="text-quiet mb-2 text-xs font-semibold tracking-wide uppercase">{section.name}</h2>
      <div className="grid gap-4 lg:grid-cols-2">
        {section.charts.map(({ title, about, unit, query, none }) => (
          <Card key={title} title={title}>
            <p className="text-quiet -mt-2 mb-2 text-xs">{about}</p>
            <SeriesChart
              label={`${title}. ${about}`}
              query={query(own, lookback)}
              unit={unit}
              isFiltered={false}
              height={150}
              {...(none === undefined ? {} : { none })}
            />
          </Card>
        ))}
      </div>
    </section>
  );
}
