/** The title of the page, as tabs and histories of browsers show it. */

import { useEffect } from "react";

import { useInstances } from "./filters";
import { useFiring } from "./firing";

export function useTitle(page: string): void {
  const firing = useFiring();
  const service = useInstances()?.[0]?.service;
  useEffect(() => {
    document.title = titleOf({ page, firing, service });
  }, [page, firing, service]);
}

interface Said {
  readonly page: string;
  readonly firing: number;
  readonly service: string | undefined;
}

export function titleOf({ page, firing, service }: Said): string {
  return `${firing > 0 ? `(${firing}) ` : ""}${page} · ${service ?? "Monitoring"}`;
}
