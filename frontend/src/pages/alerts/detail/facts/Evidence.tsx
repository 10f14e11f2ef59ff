/** What backs an alert up: how often it fires, sample traces, and what moved with it. */

import { useAnswer } from "../../../../api/questions";
import { linkTo, usePlace } from "../../../../app/location";
import { momentText } from "../../../../format/moment";
import { Asked, Note } from "../../../../ui/Asked";
import { Card } from "../../../../ui/Card";
import type { AlertEvidence, Movements } from "../../answers";
import { plural } from "../../words";

const MOST_MOVED = 8;

export function Often({ evidence: { recentCount, weekCount, traces } }: { evidence: AlertEvidence }) {
  return (
    <Card title="Evidence">
      {recentCount === null || weekCount === null ? null : (
        <p className="text-sm">
          Fired {plural(recentCount, "time")} in the last day, {plural(weekCount, "time")} in the last seven
          days.
        </p>
      )}
      <h3 className="text-quiet mt-3 mb-1 text-xs">Sample traces, the most telling in front</h3>
      {traces.length === 0 ? (
        <p className="text-quiet text-sm">
          None: measurements of this rule carry no trace, or none was sampled while it held.
        </p>
      ) : (
        <ul className="font-mono text-xs">
          {traces.map(({ id, url }) => (
            <li key={id} className="py-1 break-all">
              {url ? (
                <a
                  href={url}
                  target="_blank"
                  rel="noreferrer"
                  className="text-accent inline-block py-0.5 hover:underline"
                >
                  {id}
                </a>
              ) : (
                id
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Asked once: it takes a look at everything that is recorded. */
export function Moved({ fingerprint }: { fingerprint: string }) {
  const here = usePlace();
  const parameters = { alert: fingerprint, limit: MOST_MOVED };
  const answer = useAnswer<Movements>("correlations/moved", parameters, false);
  return (
    <Card
      title="What moved with it, the likeliest cause in front"
      aside={
        <a
          className="text-accent text-xs hover:underline"
          href={linkTo("/analysis/causes", here, { alert: fingerprint })}
        >
          all of it
        </a>
      }
    >
      <Asked answer={answer}>
        {({ moved, reason, lookedAt, start, end }) =>
          moved.length === 0 ? (
            <Note title="Nothing else moved">
              {reason ||
                `${plural(lookedAt, "series", "series")} were looked at, none of them did anything unusual.`}
            </Note>
          ) : (
            <ol className="grid gap-2 text-sm">
              {moved.map((one) => (
                <li key={one.promql} className="grid grid-cols-[auto_1fr] gap-3">
                  <time dateTime={one.onset} className="text-quiet text-xs leading-5">
                    {momentText(Date.parse(one.onset), {
                      sinceMs: Date.parse(start),
                      untilMs: Date.parse(end),
                    })}
                  </time>
                  <a
                    className="break-words hover:underline"
                    href={linkTo("/explore", here, { query: one.promql })}
                  >
                    {one.text}
                  </a>
                </li>
              ))}
            </ol>
          )
        }
      </Asked>
    </Card>
  );
}
