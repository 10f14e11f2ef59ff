/** The expression of a rule, in full; the keys scroll it where it has the focus. */

export function RuleText({ expr }: { expr: string }) {
  return (
    <pre
      tabIndex={0}
      className="bg-raised overflow-x-auto rounded-lg p-3 font-mono text-[13px] wrap-anywhere whitespace-pre-wrap"
    >
      {expr}
    </pre>
  );
}
