/** What does something when it is pressed; the first of a form stands out, what takes away says so. */

import type { ComponentProps } from "react";

type Look = "plain" | "first" | "danger";

const LOOKS: Readonly<Record<Look, string>> = {
  plain: "border-line hover:bg-raised aria-expanded:bg-raised",
  first: "bg-accent text-card border-transparent font-semibold hover:opacity-90",
  danger: "border-bad text-bad hover:bg-raised",
};

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: Look;
}

export function Button({ look = "plain", className = "", ...others }: ButtonProps) {
  return (
    <button
      type="button"
      className={`rounded-lg border px-3 py-1.5 text-sm whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-50 ${LOOKS[look]} ${className}`}
      {...others}
    />
  );
}
