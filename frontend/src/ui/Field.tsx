/** What is typed or chosen, with its name above and what is wrong with it below. */

import { type ReactNode, useId } from "react";

interface FieldProps {
  readonly name: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
  readonly className?: string;
  /** The control; it takes what is given as it is. */
  readonly children: (given: Given) => ReactNode;
}

interface Given {
  readonly id: string;
  readonly className: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

const LOOK =
  "border-line bg-card text-text w-full rounded-lg border px-3 py-2 text-sm aria-invalid:border-bad";

export function Field({ name, hint, problem, className = "", children }: FieldProps) {
  const id = useId();
  const about = problem ?? hint;
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="text-quiet mb-1 block text-xs font-medium">
        {name}
      </label>
      {children({
        id,
        className: LOOK,
        "aria-describedby": about ? `${id}-about` : undefined,
        "aria-invalid": problem !== undefined,
      })}
      {about ? (
        <p id={`${id}-about`} className={`mt-1 text-xs ${problem ? "text-bad" : "text-quiet"}`}>
          {about}
        </p>
      ) : null}
    </div>
  );
}
