/** Where a panel is and how large, in numbers: for those who neither drag it nor see it move. */

import { Field } from "../../ui/Field";
import { COLUMNS, HIGHEST, LOWEST } from "./layout";
import type { Place } from "./types";

interface Side {
  readonly key: keyof Place;
  readonly name: string;
  /** People count from one. */
  readonly shift: number;
  readonly least: number;
  readonly most: number;
}

const SIDES: readonly Side[] = [
  { key: "x", name: "Column", shift: 1, least: 1, most: COLUMNS },
  { key: "y", name: "Row", shift: 1, least: 1, most: 2000 },
  { key: "w", name: "Columns wide", shift: 0, least: 1, most: COLUMNS },
  { key: "h", name: "Rows high", shift: 0, least: LOWEST, most: HIGHEST },
];

interface PlaceFieldsProps {
  readonly place: Place;
  readonly onChange: (place: Place) => void;
}

export function PlaceFields({ place, onChange }: PlaceFieldsProps) {
  return SIDES.map(({ key, name, shift, least, most }) => (
    <Field key={key} name={name}>
      {(given) => (
        <input
          {...given}
          type="number"
          required
          min={least}
          max={most}
          value={Number.isNaN(place[key]) ? "" : place[key] + shift}
          onChange={(event) => onChange({ ...place, [key]: event.target.valueAsNumber - shift })}
        />
      )}
    </Field>
  ));
}
