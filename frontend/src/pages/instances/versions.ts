/** Which versions of which service run. */

import type { Instance } from "../../api/types";

export interface Version {
  readonly name: string;
  readonly count: number;
}

/** Return the versions of services that run in more than one, those of most processes in front. */
export function versionsOf(instances: readonly Instance[]): readonly Version[] {
  const services = new Map<string, Map<string, number>>();
  for (const { service, version } of instances) {
    const counts = services.get(service) ?? new Map<string, number>();
    counts.set(version, (counts.get(version) ?? 0) + 1);
    services.set(service, counts);
  }
  return [...services]
    .filter(([, counts]) => counts.size > 1)
    .flatMap(([service, counts]) =>
      [...counts].map(([version, count]) => ({
        name: `${service} ${version || "without a version"}`,
        count,
      })),
    )
    .sort((one, other) => other.count - one.count);
}
