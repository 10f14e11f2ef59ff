/** What else there was around an anomaly: alerts, releases, other series that stood out by then. */

import type { Episode, Release } from "../../../api/types";
import type { Span } from "../../../time/range";
import { Badge, toneOf } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import type { Anomaly } from "../answers";
import { momentText, seriesText } from "../words";
import { useSurroundings } from "./Surroundings";

export function Around({ anomaly, span }: { anomaly: Anomaly; span: Span }) {
  const { episodes, releases } = useSurroundings(span);
  const isQuiet = episodes.length + releases.length + anomaly.moved.length === 0;
  return (
    <Card title="Around it">
      {isQuiet ? (
        <p className="text-quiet text-sm">
          No alert fired, nothing was released, and nothing else stood out by then.
        </p>
      ) : (
        <ul className="space-y-2 text-sm">
          {releases.map((one) => (
            <Released key={`${one.job}${one.version}`} release={one} />
          ))}
          {episodes.map((one) => (
            <Fired key={`${one.fingerprint}${one.startedAt}`} episode={one} />
          ))}
          {anomaly.moved.map((one) => (
            <li key={`${one.metric}${JSON.stringify(one.labels)}`}>
              {seriesText(one.metric, one.labels)} <span className="text-quiet">stood out as well</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Released({ release }: { release: Release }) {
  return (
    <li>
      <span aria-hidden="true" className="text-accent">
        ◆
      </span>{" "}
      {release.job} {release.version}{" "}
      <span className="text-quiet">was released at {momentText(release.firstSeen)}</span>
    </li>
  );
}

function Fired({ episode }: { episode: Episode }) {
  const severity = episode.labels.severity ?? "alert";
  return (
    <li className="flex flex-wrap gap-x-2">
      <Badge tone={toneOf(severity)}>{severity}</Badge>
      <span>{episode.annotations.summary ?? episode.rule}</span>
      <span className="text-quiet">
        {episode.rule}, at {momentText(episode.startedAt)}
      </span>
    </li>
  );
}
