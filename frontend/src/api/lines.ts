/** Several expressions asked as one, whose answers are told apart by a name. */

/** The label that holds the name. */
export const LINE = "line";

/** Return one expression for all of them; their series carry the name as a label, and nothing of one is lost to another. */
export function together(expressions: Readonly<Record<string, string>>): string {
  return Object.entries(expressions)
    .map(([name, expression]) => `label_replace(${expression}, "${LINE}", ${JSON.stringify(name)}, "", "")`)
    .join(" or ");
}

/** Return the name of a series of such an answer, with what else tells it apart. */
export function lineName(metric: Readonly<Record<string, string>>): string {
  const others = Object.entries(metric).filter(([label]) => label !== LINE && label !== "__name__");
  return [metric[LINE], ...others.map(([, value]) => value)].filter(Boolean).join(" · ");
}
