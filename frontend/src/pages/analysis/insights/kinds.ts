/** Which kinds of insights there are, and how many of each. */

interface Kinded {
  readonly kind: string;
}

export function kindsOf(
  insights: readonly Kinded[],
): readonly { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind } of insights) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .map(([kind, count]) => ({ kind, count }))
    .sort((one, other) => other.count - one.count || (one.kind < other.kind ? -1 : 1));
}
