/** Under which name something is done. */

import { Field } from "../../ui/Field";

interface WhoFieldProps {
  readonly name: string;
  readonly hint?: string;
  readonly onChange: (name: string) => void;
}

export function WhoField({ name, hint, onChange }: WhoFieldProps) {
  return (
    <Field name="Who" {...(hint === undefined ? {} : { hint })}>
      {(given) => (
        <input
          {...given}
          required
          autoComplete="name"
          value={name}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
