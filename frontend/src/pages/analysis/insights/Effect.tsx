/** How much something matters, as a bar of five steps and in a word. */

const STEPS = 5;
const WORDS = ["little", "little", "somewhat", "much", "very much"] as const;

export function Effect({ effect }: { effect: number }) {
  const step = Math.min(Math.max(Math.ceil(effect * STEPS), 1), STEPS);
  const word = `matters ${WORDS[step - 1] ?? ""}`;
  return (
    <span role="img" aria-label={word} title={word} className="inline-flex items-end gap-0.5">
      {WORDS.map((_, at) => (
        <span
          key={at}
          className={`w-1 rounded-sm ${at < step ? "bg-accent" : "bg-line"}`}
          style={{ height: `${5 + at * 2}px` }}
        />
      ))}
    </span>
  );
}
