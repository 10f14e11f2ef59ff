/** Questions to the API below the same prefix as the page. */

/** A refusal, as problem details (RFC 9457) say it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
    this.name = "Problem";
  }
}

/** The server gave no answer at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
    this.name = "Unreachable";
  }
}

/** What became of a request: an answer of whatever kind, none at all, or that nobody knows who asks. */
export type Outcome = "heard" | "silence" | "stranger";

let noted: (outcome: Outcome) => void = () => undefined;

/** Have one listener told what becomes of every request. */
export function noteOutcomes(listener: (outcome: Outcome) => void): void {
  noted = listener;
}

const UNAUTHORIZED = 401;
const GATEWAY = new Set([502, 503, 504]);

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

export function address(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const query = search.toString();
  return `./${path}${query ? `?${query}` : ""}`;
}

export async function get<Answer>(
  path: string,
  parameters: Parameters,
  signal?: AbortSignal,
): Promise<Answer> {
  return (await send(address(path, parameters), signal ? { signal } : {})) as Answer;
}

export async function post<Answer>(path: string, body: unknown, method = "POST"): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  return (await send(address(path), { method, headers, body: JSON.stringify(body) })) as Answer;
}

async function send(url: string, init: RequestInit): Promise<unknown> {
  const answer = await reach(url, init);
  const text = await answer.text();
  noted(answer.status === UNAUTHORIZED ? "stranger" : "heard");
  if (answer.ok || isReport(answer)) return text ? JSON.parse(text) : null;
  throw problemOf(answer, text);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { credentials: "same-origin", ...init }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
  });
  if (answer && !isOfProxy(answer)) return answer;
  noted("silence");
  throw new Unreachable();
}

/** A proxy speaks for a server that is gone: in its own words, not as we tell of problems. */
function isOfProxy({ status, headers }: Response): boolean {
  return GATEWAY.has(status) && !(headers.get("content-type") ?? "").includes("json");
}

/** What is unhealthy says so by its status too, for probes: it is an answer all the same. */
function isReport(answer: Response): boolean {
  return answer.status === 503 && answer.headers.get("content-type") === "application/json";
}

function problemOf(answer: Response, text: string): Problem {
  const said = membersOf(text);
  return new Problem(answer.status, said.title ?? answer.statusText, said.detail ?? said.error ?? "");
}

interface Members {
  readonly title?: string;
  readonly detail?: string;
  /** In the words of Prometheus. */
  readonly error?: string;
}

function membersOf(text: string): Members {
  try {
    return JSON.parse(text) as Members;
  } catch {
    return {}; // a proxy in between answered in words of its own
  }
}
