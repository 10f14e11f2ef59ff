/** Which way series go: what rises or falls by itself, and any metric that one chooses. */

import { useChange, usePlace } from "../../../app/location";
import { Card } from "../../../ui/Card";
import { MetricPicker } from "../MetricPicker";
import { GoingCard } from "./GoingCard";
import { OneTrend } from "./OneTrend";

export function TrendsTab() {
  const change = useChange();
  const metric = usePlace().parameters.get("metric") ?? "";
  const choose = (chosen: string) => change({ metric: chosen, unit: "" });
  return (
    <div className="grid gap-4">
      <Card title="Where does a series go?">
        <MetricPicker key={metric} label="Metric or PromQL" value={metric} onChoose={choose} />
      </Card>
      {metric ? <OneTrend metric={metric} onChoose={choose} /> : null}
      <GoingCard />
    </div>
  );
}
