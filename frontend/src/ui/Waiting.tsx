/** What stands where an answer will be. */

interface WaitingProps {
  /** How high in pixels what comes will be, so that nothing below it moves. */
  readonly height: number;
}

/** It pulses from the second second on: most answers come before, and a pulse keeps a phone from its work. */
export function Waiting({ height }: WaitingProps) {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="bg-raised animate-pulse rounded-lg [animation-delay:1s]"
      style={{ height }}
    />
  );
}
