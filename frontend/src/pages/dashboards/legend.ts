/** What series are called: by a template such as `{{http_route}}`, or by the labels in which they differ. */

import type { Series } from "../../api/prometheus";

type Metric = Series["metric"];

export function legendText(template: string, metric: Metric): string {
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
}

/** Return a name for each series; no two are the same. */
export function namesOf(metrics: readonly Metric[], template: string, otherwise: string): readonly string[] {
  const differing = template ? [] : labelsThatDiffer(metrics);
  const names = metrics.map((metric) => {
    if (template) return legendText(template, metric).trim() || otherwise;
    const said = differing.map((label) => metric[label]).filter(Boolean);
    return said.length > 0 ? said.join(" ") : (metric.__name__ ?? otherwise);
  });
  return apart(names);
}

function labelsThatDiffer(metrics: readonly Metric[]): readonly string[] {
  const labels = new Set(metrics.flatMap((metric) => Object.keys(metric)));
  return [...labels].filter((label) => new Set(metrics.map((metric) => metric[label])).size > 1).sort();
}

/** Number names that are there twice. */
export function apart(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
