/** What is filled in about dashboards and panels, the same wherever it is. */

import { Field } from "../../ui/Field";
import { KINDS } from "./choices";
import type { Kind } from "./types";

/** As long as the API takes a title. */
export const LONGEST_TITLE = 120;

interface TextFieldProps {
  readonly name: string;
  readonly value: string;
  /** How many characters it may have. */
  readonly most: number;
  readonly isRequired?: boolean;
  readonly onChange: (value: string) => void;
}

export function TextField({ name, value, most, isRequired = false, onChange }: TextFieldProps) {
  return (
    <Field name={name}>
      {(given) => (
        <input
          {...given}
          required={isRequired}
          maxLength={most}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function TitleField({
  name = "Title",
  ...props
}: Pick<TextFieldProps, "value" | "onChange"> & { name?: string }) {
  return <TextField name={name} most={LONGEST_TITLE} isRequired {...props} />;
}

interface KindFieldProps {
  readonly value: Kind;
  readonly onChange: (kind: Kind) => void;
}

export function KindField({ value, onChange }: KindFieldProps) {
  return (
    <Field name="Shows">
      {(given) => (
        <select {...given} value={value} onChange={(event) => onChange(event.target.value as Kind)}>
          {KINDS.map(({ kind, name }) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
