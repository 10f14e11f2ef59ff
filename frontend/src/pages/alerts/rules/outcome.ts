/** What came of trying a rule on history, in words and as bands. */

import type { State } from "../../../charts/types";
import { seconds } from "../../../format/quantity";
import type { Backtest, TrialEpisode } from "../answers";
import { plural } from "../words";

const DAY_MS = 86_400_000;

/** Return in one or two sentences how often the rule would have fired. */
export function outcomeText({ fired, pendingOnly, firingSeconds, since, until }: Backtest): string {
  const lengthMs = Date.parse(until) - Date.parse(since);
  const within = seconds(Math.round(lengthMs / 1000));
  const rest = pendingOnly ? ` ${plural(pendingOnly, "time")} it held, but not for long enough.` : "";
  if (fired === 0) return `It would not have fired in ${within}.${rest}`;
  const aDay = (fired * DAY_MS) / lengthMs;
  const often = lengthMs < DAY_MS || fired === 1 ? "" : `, ${aDay.toFixed(aDay < 10 ? 1 : 0)} a day`;
  const lasted = seconds(Math.round(firingSeconds));
  return `It would have fired ${plural(fired, "time")} in ${within}${often}, for ${lasted} in all.${rest}`;
}

/** Return the episodes as bands: pending, then firing. */
export function bandsOf({ episodes, until }: Backtest): readonly State[] {
  const endS = Date.parse(until) / 1000;
  return episodes.flatMap((one) => bandsOfOne(one, endS)).filter(({ fromS, toS }) => toS > fromS);
}

function bandsOfOne({ pendingAt, firedAt, endedAt }: TrialEpisode, endS: number): readonly State[] {
  const [pendingS, overS] = [
    Date.parse(pendingAt) / 1000,
    endedAt === null ? endS : Date.parse(endedAt) / 1000,
  ];
  const firedS = firedAt === null ? overS : Date.parse(firedAt) / 1000;
  return [
    { fromS: pendingS, toS: firedS, tone: "warn", text: "pending" },
    { fromS: firedS, toS: overS, tone: "bad", text: "firing" },
  ];
}
