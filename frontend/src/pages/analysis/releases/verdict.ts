/** What is compared with what, and whether it got better or worse. */

import type { Release } from "../../../api/types";
import type { Tone } from "../../../ui/Badge";

interface Asked {
  readonly [name: string]: string | undefined;
  readonly job?: string;
  readonly version?: string;
  readonly days?: string;
}

const MOST_DAYS = 31;

/** Read from the address what is compared: else the newest version that has one before it, or the last day. */
export function comparedBy(parameters: URLSearchParams, releases: readonly Release[]): Asked {
  const days = Number(parameters.get("days") ?? NaN);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return { days: String(days) };
  const [version, job] = [parameters.get("version"), parameters.get("job")];
  if (version && job) return { version, job };
  const newest = newestOf(releases);
  return newest ? { version: newest.version, job: newest.job } : { days: "1" };
}

/** The version that began last among those that have one before them; the newest are in front. */
export function newestOf(releases: readonly Release[]): Release | undefined {
  return releases.find((one) => !one.mayBeOlder);
}

const BETTER = new Set(["faster", "failing less"]);
const WORSE = new Set(["slower", "failing more"]);

export function toneOfVerdict(verdict: string): Tone {
  if (WORSE.has(verdict)) return "bad";
  return BETTER.has(verdict) ? "good" : "muted";
}
