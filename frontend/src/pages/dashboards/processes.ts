/** Processes by host and number in place of their ids, where they are known. */

import { useMemo } from "react";

import { instanceName, useInstances } from "../../app/filters";
import type { Names } from "./laying";

export function useNames(): Names {
  const instances = useInstances();
  return useMemo(() => {
    const known = new Map(instances?.map((one) => [one.id, instanceName(one)]));
    return (metric) => {
      const name = known.get(metric.instance ?? "");
      return name === undefined ? metric : { ...metric, instance: name };
    };
  }, [instances]);
}
