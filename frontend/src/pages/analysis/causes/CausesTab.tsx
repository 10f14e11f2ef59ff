/** What moved with an incident, and what goes together. */

import { usePlace } from "../../../app/location";
import { usePeriod } from "../../../app/period";
import { Moved } from "./Moved";
import { noticedOf } from "./noticed";
import { Together } from "./Together";
import { When } from "./When";

export function CausesTab() {
  const { parameters } = usePlace();
  const { range } = usePeriod();
  const noticed = noticedOf(parameters, range);
  return (
    <div className="grid gap-4">
      <When noticed={noticed} />
      <Moved
        key={JSON.stringify(noticed.asked)}
        parameters={noticed.asked}
        noticedMs={noticed.kind === "at" ? noticed.atMs : null}
      />
      <Together />
    </div>
  );
}
