/** What can be found out from series: what is unusual, why, where it leads, what to do. */

import type { ComponentType } from "react";

import { usePlace } from "../../app/location";
import { Tabs } from "../../ui/Tabs";
import { AnomaliesTab } from "./anomalies/AnomaliesTab";
import { CausesTab } from "./causes/CausesTab";
import { ForecastsTab } from "./forecasts/ForecastsTab";
import { InsightsTab } from "./insights/InsightsTab";
import { ReleasesTab } from "./releases/ReleasesTab";
import { ReportsTab } from "./reports/ReportsTab";
import { SlosTab } from "./slos/SlosTab";
import { chosenOf, pathTo, type Tab, TABS } from "./tabs";
import { TrendsTab } from "./trends/TrendsTab";

const BODIES: Readonly<Record<Tab, ComponentType<{ rest: readonly string[] }>>> = {
  anomalies: AnomaliesTab,
  causes: CausesTab,
  trends: TrendsTab,
  forecasts: ForecastsTab,
  releases: ReleasesTab,
  insights: InsightsTab,
  slos: SlosTab,
  reports: ReportsTab,
};

const LINKS = TABS.map(({ name, title }) => ({ path: pathTo(name), title }));

export default function Analysis() {
  const { tab, rest } = chosenOf(usePlace().path);
  const Body = BODIES[tab];
  return (
    <>
      <Tabs label="Parts of the analysis" tabs={LINKS} chosen={pathTo(tab)} />
      <Body rest={rest} />
    </>
  );
}
