/** Whether a rule is evaluated and whether anybody is told: chosen at once, told where it stands. */

import { useIsAdmin } from "../../../app/session";
import { type Mode, setMode, useDoing } from "../doing";
import { FOR_ADMINS, useName } from "../who";

const MODES: readonly (readonly [Mode, string])[] = [
  ["enabled", "on"],
  ["observe", "observed only"],
  ["disabled", "off"],
];
const SAID: Readonly<Record<Mode, string>> = {
  enabled: "is on: people are told",
  observe: "is observed only: nobody is told",
  disabled: "is off: it is not evaluated",
};

interface ModeSwitchProps {
  readonly name: string;
  readonly mode: Mode;
  readonly onTold: (said: string) => void;
}

export function ModeSwitch({ name, mode, onTold }: ModeSwitchProps) {
  const isAdmin = useIsAdmin();
  const [by] = useName();
  const switching = useDoing(setMode, (_, given) => onTold(`${name} ${SAID[given.mode]}.`));
  const choose = (wanted: Mode) => switching.mutate({ name, mode: wanted, by });
  return (
    <>
      <select
        aria-label={`How ${name} is used`}
        value={switching.isPending ? switching.variables.mode : mode}
        disabled={!isAdmin || switching.isPending}
        title={isAdmin ? undefined : FOR_ADMINS}
        onChange={(event) => choose(event.target.value as Mode)}
        className="border-line bg-card rounded-lg border px-2 py-1 text-sm disabled:cursor-not-allowed disabled:opacity-70"
      >
        {MODES.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {switching.error ? (
        <span role="alert" className="text-bad block text-xs">
          {switching.error.message}
        </span>
      ) : null}
    </>
  );
}
