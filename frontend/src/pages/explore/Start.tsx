/** Where to begin when nothing was asked yet: questions that most applications have an answer to. */

import { Card } from "../../ui/Card";

const EXAMPLES: readonly (readonly [string, string])[] = [
  [
    "Requests a second, route by route",
    "sum by (http_route) (rate(http_server_request_duration_seconds_count[5m]))",
  ],
  [
    "Share of requests that fail",
    'sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[5m])) / sum(rate(http_server_request_duration_seconds_count[5m]))',
  ],
  [
    "What 95 of 100 requests stay within",
    "histogram_quantile(0.95, sum by (le, http_route) (rate(http_server_request_duration_seconds_bucket[5m])))",
  ],
  ["Memory of each process", "process_memory_usage_bytes"],
  ["What fires", 'ALERTS{alertstate="firing"}'],
];

export function Start({ onAsk }: { onAsk: (query: string) => void }) {
  return (
    <Card title="Questions to begin with">
      <ul className="divide-line divide-y">
        {EXAMPLES.map(([name, query]) => (
          <li key={name}>
            <button
              type="button"
              onClick={() => onAsk(query)}
              className="hover:bg-raised w-full rounded px-2 py-2 text-left"
            >
              <span className="block text-sm font-medium">{name}</span>
              <code className="text-quiet mt-0.5 block text-xs break-all">{query}</code>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
