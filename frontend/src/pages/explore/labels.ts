/** Which labels tell series apart, and which are the same in all of them. */

export type Metric = Readonly<Record<string, string>>;

export interface Labels {
  /** Names of labels whose values differ; the name of the metric comes first. */
  readonly apart: readonly string[];
  /** What all series say alike. */
  readonly shared: Metric;
}

export function labelsOf(metrics: readonly Metric[]): Labels {
  const names = [...new Set(metrics.flatMap((metric) => Object.keys(metric)))].sort();
  const isShared = (name: string) => new Set(metrics.map((metric) => metric[name] ?? "")).size === 1;
  const apart = names.filter((name) => metrics.length > 1 && !isShared(name));
  const shared = names.filter((name) => metrics.length > 1 && isShared(name));
  return {
    apart: metrics.length > 1 ? [...apart].sort(nameFirst) : names.sort(nameFirst),
    shared: Object.fromEntries(shared.map((name) => [name, metrics[0]?.[name] ?? ""])),
  };
}

function nameFirst(one: string, other: string): number {
  return Number(other === "__name__") - Number(one === "__name__");
}
