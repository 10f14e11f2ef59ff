/** What is known of an alert by name: its labels and what its rule says of it, links among them. */

import { Card } from "../../../../ui/Card";
import type { Labels } from "../../answers";

interface FactsProps {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export function Facts({ labels, annotations }: FactsProps) {
  const others = Object.entries(annotations).filter(([name]) => name !== "summary");
  return (
    <Card title="Labels and annotations">
      <dl className="grid gap-2.5 text-sm">
        {others.map(([name, text]) => (
          <div key={name}>
            <dt className="text-quiet text-xs">{name.replaceAll("_", " ")}</dt>
            <dd className="break-words whitespace-pre-line">{isLink(text) ? <Link to={text} /> : text}</dd>
          </div>
        ))}
      </dl>
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

/** Only what is an address of the web becomes a link: a rule may say anything. */
export function isLink(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text);
}

function Link({ to }: { to: string }) {
  return (
    <a href={to} target="_blank" rel="noreferrer" className="text-accent hover:underline">
      {to}
    </a>
  );
}
