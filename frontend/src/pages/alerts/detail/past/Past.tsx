/** An alert that neither fires nor lately did: what is left of it is when it fired. */

import { useAnswer } from "../../../../api/questions";
import { Asked, Note } from "../../../../ui/Asked";
import { Card } from "../../../../ui/Card";
import type { AlertEvidence, History } from "../../answers";
import { summaryOf } from "../../words";
import { Often } from "../facts/Evidence";
import { Facts } from "../facts/Facts";
import { Earlier } from "./Earlier";
import { ValueChart } from "./ValueChart";

const MOST = 20;

interface PastProps {
  readonly fingerprint: string;
  readonly evidence: AlertEvidence | undefined;
}

export function Past({ fingerprint, evidence }: PastProps) {
  const answer = useAnswer<History>("alerts/history", { fingerprint, limit: MOST });
  return (
    <Asked answer={answer}>
      {({ episodes }) => {
        const [last] = episodes;
        if (last === undefined) return <Unknown />;
        return (
          <div className="grid gap-4">
            <Card title={summaryOf(last)}>
              <Note title="It does not fire any more">
                Its rule finds nothing at present; below is how it went when it did. Choose the time at the
                top.
              </Note>
            </Card>
            {evidence?.watched ? (
              <ValueChart
                rule={last.rule}
                labels={last.labels}
                watched={evidence.watched}
                expr={evidence.watched.expr}
                alert={null}
                episodes={episodes}
              />
            ) : null}
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Earlier episodes={episodes} unit={evidence?.watched?.unit ?? ""} />
              <div className="grid gap-4">
                <Facts labels={last.labels} annotations={last.annotations} />
                {evidence ? <Often evidence={evidence} /> : null}
              </div>
            </div>
          </div>
        );
      }}
    </Asked>
  );
}

function Unknown() {
  return (
    <Note title="There is no such alert">
      It is not among those that fire, nor in what is kept of the past: the link may be of another
      application, or older than what is kept.
    </Note>
  );
}
