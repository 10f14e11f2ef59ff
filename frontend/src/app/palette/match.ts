/** Which of many names somebody means by a few letters. */

export interface Match<Item> {
  readonly item: Item;
  readonly score: number;
}

/**
 * Return how well letters fit a name, from 0 on, the more the better; nothing where they do not fit.
 *
 * All words have to be found, each as letters in this order, of which most are in a row or begin a word of the
 * name: these count for more. A longer name counts for less.
 */
export function scoreOf(wanted: string, name: string): number | null {
  const low = name.toLowerCase();
  let score = 0;
  for (const word of wanted.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = wordScore(word, low);
    if (found === null) return null;
    score += found;
  }
  return score === 0 ? 0 : score + 10 / (10 + low.length);
}

function wordScore(word: string, name: string): number | null {
  const whole = name.indexOf(word);
  if (whole >= 0) return word.length * (isBeginning(name, whole) ? 8 : 5);
  let at = -1;
  let score = 0;
  for (const letter of word) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return null;
    score += 1 + Number(next === at + 1) + Number(isBeginning(name, next));
    at = next;
  }
  // Letters that are strewn over a name are in every long one.
  return score >= 2 * word.length ? score : null;
}

function isBeginning(name: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(name[at - 1] ?? "");
}

/** Return those that fit, the best in front; equally good ones stay in their order. */
export function matches<Item>(
  wanted: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Item[] {
  const scored = items.flatMap((item): Match<Item>[] => {
    const score = scoreOf(wanted, nameOf(item));
    return score === null ? [] : [{ item, score }];
  });
  return scored.sort((one, other) => other.score - one.score).map(({ item }) => item);
}
