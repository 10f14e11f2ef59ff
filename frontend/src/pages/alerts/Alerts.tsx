/** What fires, what fired, what is quiet, by which rules, and who is told. */

import type { ComponentType } from "react";

import { usePlace } from "../../app/location";
import { Tabs } from "../../ui/Tabs";
import { Active } from "./active/Active";
import { OneAlert } from "./detail/OneAlert";
import { History } from "./history/History";
import { Receivers } from "./receivers/Receivers";
import { OneRule } from "./rules/OneRule";
import { Rules } from "./rules/Rules";
import { Silences } from "./silences/Silences";
import { BASE, shownBy, type TabPath, TABS } from "./tabs";

const BODIES: Readonly<Record<TabPath, ComponentType>> = {
  "/alerts": Active,
  "/alerts/history": History,
  "/alerts/silences": Silences,
  "/alerts/rules": Rules,
  "/alerts/receivers": Receivers,
};

export default function Alerts() {
  const shown = shownBy(usePlace().path);
  if (shown.kind === "alert") return <OneAlert key={shown.fingerprint} fingerprint={shown.fingerprint} />;
  if (shown.kind === "rule") {
    return (
      <Parted chosen={`${BASE}/rules`}>
        <OneRule key={shown.name} name={shown.name} />
      </Parted>
    );
  }
  const Body = BODIES[shown.path];
  return (
    <Parted chosen={shown.path}>
      <Body />
    </Parted>
  );
}

function Parted({ chosen, children }: { chosen: TabPath; children: React.ReactNode }) {
  return (
    <>
      <Tabs label="Parts of the alerts" tabs={TABS} chosen={chosen} />
      {children}
    </>
  );
}
