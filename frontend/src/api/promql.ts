/** Expressions of PromQL with further matchers on everything that they select. */

const AGGREGATIONS = new Set(
  "sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk limit_ratio".split(
    " ",
  ),
);
const LISTS = new Set("by without on ignoring group_left group_right".split(" "));
const WORDS = new Set("and or unless offset bool atan2 inf nan".split(" "));

/** Strings and comments, what stands in `[…]`, names, numbers, and anything else by single characters. */
const TOKEN =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*|\[[^\]]*\]|[A-Za-z_:][\w:.]*|\d[\w.]*|\s+|[^]/g;

/**
 * Return the expression with matchers on each of its selectors.
 *
 * Aggregations, functions, and the labels of `by (…)` are none; what is no valid PromQL stays as wrong as it was.
 *
 * @param matchers as they stand between braces: `instance="a"`; without any the expression is as it was.
 */
export function filtered(expression: string, matchers: string): string {
  if (!matchers) return expression;
  const tokens = expression.match(TOKEN) ?? [];
  let text = "";
  for (let at = 0; at < tokens.length;) {
    const { end, written } = piece(tokens, at, matchers);
    text += written;
    at = end;
  }
  return text;
}

interface Piece {
  readonly written: string;
  /** Where the next one begins. */
  readonly end: number;
}

function piece(tokens: readonly string[], at: number, matchers: string): Piece {
  const token = tokens[at] ?? "";
  if (token === "{") return selector(tokens, at, matchers);
  if (!/^[A-Za-z_:]/.test(token)) return { written: token, end: at + 1 };
  const following = nextAfter(tokens, at);
  const word = token.toLowerCase();
  if (LISTS.has(word)) return listed(tokens, at, following);
  const isCalled = tokens[following] === "(" || isAggregation(word, tokens[following]);
  if (WORDS.has(word) || isCalled) return { written: token, end: at + 1 };
  if (tokens[following] === "{") {
    const braces = selector(tokens, following, matchers);
    return { ...braces, written: token + braces.written };
  }
  return { written: `${token}{${matchers}}`, end: at + 1 };
}

function isAggregation(word: string, following: string | undefined): boolean {
  return AGGREGATIONS.has(word) && /^(by|without)$/i.test(following ?? "");
}

/** From `{` to its `}`, with the matchers behind those that are there. */
function selector(tokens: readonly string[], at: number, matchers: string): Piece {
  const close = tokens.indexOf("}", at);
  if (close < 0) return { written: tokens.slice(at).join(""), end: tokens.length };
  const inside = tokens
    .slice(at + 1, close)
    .join("")
    .trim()
    .replace(/,$/, "");
  return { written: `{${inside ? `${inside},` : ""}${matchers}}`, end: close + 1 };
}

/** `by (a, b)`: the names are those of labels. */
function listed(tokens: readonly string[], at: number, following: number): Piece {
  const close = tokens[following] === "(" ? tokens.indexOf(")", following) : at;
  const end = (close < 0 ? tokens.length : close) + 1;
  return { written: tokens.slice(at, end).join(""), end };
}

function nextAfter(tokens: readonly string[], at: number): number {
  let next = at + 1;
  while (/^(\s|#)/.test(tokens[next] ?? "")) next += 1;
  return next;
}
