/** Which process is looked at, on which machine; where there are several, another one can be chosen. */

import type { System } from "../../api/types";
import { instanceName, useInstances } from "../../app/filters";
import { useChange } from "../../app/location";

export function Machine({ found: { instance, machine } }: { found: System }) {
  const change = useChange();
  const instances = (useInstances() ?? []).filter((one) => one.state === "running" || one.id === instance);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      {instances.length < 2 ? null : (
        <label className="text-quiet flex items-center gap-2">
          Process
          <select
            value={instance}
            onChange={(event) => change({ instance: event.target.value })}
            className="border-line bg-card text-text max-w-64 rounded-lg border px-2 py-1.5"
          >
            {instances.map((one) => (
              <option key={one.id} value={one.id}>
                {one.service} {instanceName(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {machine ? (
        <p className="text-quiet">
          {machine.host}, {machine.system} {machine.architecture}, Python {machine.python}
        </p>
      ) : null}
    </div>
  );
}
