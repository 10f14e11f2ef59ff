/** Moments to mark on charts: versions that began, alerts that fired. */

import { useMemo } from "react";

import { useAnswer } from "../api/questions";
import type { Episode, Episodes, Release, Releases } from "../api/types";
import type { Marker } from "../charts/types";
import { linkTo, type Place, usePlace } from "./location";
import { usePeriod } from "./period";

const REFRESH_MS = 60_000;
/** Who deploys looks at the charts in the minutes after. */
const RELEASES_MS = 30_000;
const MOST_EPISODES = 50;

/** The markers of the time of the address; none where the reader hides them (`markers=off`). */
export function useMarkers(): readonly Marker[] {
  const here = usePlace();
  const { asked } = usePeriod();
  const isOn = here.parameters.get("markers") !== "off";
  const fired = useAnswer<Episodes>("alerts/history", { ...asked, limit: MOST_EPISODES }, REFRESH_MS, {
    enabled: isOn,
  });
  const began = useAnswer<Releases>("releases", {}, RELEASES_MS, { enabled: isOn });
  const { data: episodes } = fired;
  const { data: releases } = began;
  return useMemo(() => {
    if (!isOn) return [];
    return [...releaseMarkers(releases?.releases ?? []), ...alertMarkers(episodes?.episodes ?? [], here)];
  }, [isOn, releases, episodes, here]);
}

/** A version that may have run before anything is known did not begin there. */
export function releaseMarkers(releases: readonly Release[]): readonly Marker[] {
  return releases
    .filter((one) => !one.mayBeOlder)
    .map(({ firstSeen, version, job }) => ({
      atS: Date.parse(firstSeen) / 1000,
      text: `version ${version} of ${job} began`,
      role: "accent",
    }));
}

export function alertMarkers(episodes: readonly Episode[], here: Place): readonly Marker[] {
  return episodes.map(({ startedAt, rule, annotations, labels, fingerprint }) => ({
    atS: Date.parse(startedAt) / 1000,
    text: `${rule} fired: ${annotations.summary ?? labels.severity ?? ""}`.replace(/: $/, ""),
    role: labels.severity === "critical" ? "bad" : "warn",
    href: linkTo(`/alerts/${fingerprint}`, here),
  }));
}
