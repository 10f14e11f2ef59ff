/** What happened beside the anomalies: alerts that fired, versions that were released. */

import type { Episode, Episodes, Release, Releases } from "../../../api/types";
import type { Span } from "../../../time/range";
import { useOnce } from "../asking";
import { whole } from "../links";
import { momentText } from "../words";
import { placeOn } from "./lanes";
import { ROW } from "./rows";

const MOST = 200;
const MINUTE_MS = 60_000;

/** Return what fired and what was released in a span, as far as that is known by now. */
export function useSurroundings(span: Span): {
  readonly episodes: readonly Episode[];
  readonly releases: readonly Release[];
} {
  // To the minute, so that a span that moves does not ask anew each time.
  const sinceMs = Math.floor(span.sinceMs / MINUTE_MS) * MINUTE_MS;
  const untilMs = Math.ceil(span.untilMs / MINUTE_MS) * MINUTE_MS;
  const parameters = { since: timeText(sinceMs), until: timeText(untilMs), limit: MOST };
  const isKnown = whole(span).untilMs > 0;
  const alerts = useOnce<Episodes>("alerts/history", parameters, isKnown);
  const releases = useOnce<Releases>("releases");
  return {
    episodes: alerts.data?.episodes ?? [],
    releases: (releases.data?.releases ?? []).filter((one) => isWithin(one, span)),
  };
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}

function isWithin({ firstSeen, mayBeOlder }: Release, span: Span): boolean {
  const atMs = Date.parse(firstSeen);
  return !mayBeOlder && atMs >= span.sinceMs && atMs <= span.untilMs;
}

export function Surroundings({ span }: { span: Span }) {
  const { episodes, releases } = useSurroundings(span);
  if (episodes.length === 0 && releases.length === 0) return null;
  return (
    <div className={`${ROW} py-1`}>
      <div className="text-quiet bg-card relative w-fit self-center pr-1 text-xs">Alerts and releases</div>
      <div className="relative h-6 self-center overflow-hidden">
        {episodes.map((one) => (
          <Fired key={`${one.fingerprint}${one.startedAt}`} episode={one} span={span} />
        ))}
        {releases.map((one) => (
          <Released key={`${one.job}${one.version}`} release={one} span={span} />
        ))}
      </div>
    </div>
  );
}

function Fired({ episode, span }: { episode: Episode; span: Span }) {
  const untilMs = episode.endedAt === null ? null : Date.parse(episode.endedAt);
  const { left, width } = placeOn(span, Date.parse(episode.startedAt), untilMs);
  const text = `${episode.rule} fired at ${momentText(episode.startedAt)}`;
  return (
    <span
      role="img"
      aria-label={text}
      title={text}
      className="bg-bad/30 border-bad absolute top-1 h-4 min-w-1 border-x-2"
      style={{ left: `${Math.min(left, 99)}%`, width: `${width}%` }}
    />
  );
}

function Released({ release, span }: { release: Release; span: Span }) {
  const { left } = placeOn(span, Date.parse(release.firstSeen), Date.parse(release.firstSeen));
  const text = `${release.job} ${release.version} since ${momentText(release.firstSeen)}`;
  return (
    <span
      role="img"
      aria-label={text}
      title={text}
      className="text-accent absolute top-0 -translate-x-1/2 text-sm"
      style={{ left: `${left}%` }}
    >
      ◆
    </span>
  );
}
