/** What a rule says of its alerts, links among it. */

import type { Labels } from "./answers";

interface AnnotationsProps {
  readonly annotations: Labels;
  readonly className?: string;
}

export function Annotations({ annotations, className = "" }: AnnotationsProps) {
  const entries = Object.entries(annotations);
  if (entries.length === 0) return null;
  return (
    <dl className={`grid gap-2.5 text-sm ${className}`}>
      {entries.map(([name, text]) => (
        <div key={name}>
          <dt className="text-quiet text-xs">{name.replaceAll("_", " ")}</dt>
          <dd className="break-words whitespace-pre-line">{isLink(text) ? <Link to={text} /> : text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Only what is an address of the web becomes a link: a rule may say anything. */
function isLink(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text);
}

function Link({ to }: { to: string }) {
  return (
    <a href={to} target="_blank" rel="noreferrer" className="text-accent hover:underline">
      {to}
    </a>
  );
}
