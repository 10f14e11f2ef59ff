/** What is known of an alert by name: its labels and what its rule says of it, links among them. */

import { Card } from "../../../../ui/Card";
import { Annotations } from "../../Annotations";
import type { Labels } from "../../answers";

interface FactsProps {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export function Facts({ labels, annotations }: FactsProps) {
  const others = Object.entries(annotations).filter(([name]) => name !== "summary");
  return (
    <Card title="Labels and annotations">
      <Annotations annotations={Object.fromEntries(others)} />
      <ul aria-label="Labels" className="mt-3 flex flex-wrap gap-1.5">
        {Object.entries(labels).map(([name, value]) => (
          <li key={name} className="bg-raised rounded px-1.5 py-0.5 font-mono text-xs break-all">
            <span className="text-quiet">{name}=</span>
            {value}
          </li>
        ))}
      </ul>
    </Card>
  );
}
