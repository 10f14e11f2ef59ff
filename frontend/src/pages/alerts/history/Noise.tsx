/** The rules that fired, each with when it did. */

import { linkTo, usePlace } from "../../../app/location";
import { seconds } from "../../../format/quantity";
import type { Span } from "../../../time/range";
import { Bands } from "../Bands";
import { rulePath } from "../tabs";
import { plural } from "../words";
import type { Noise } from "./noisy";

const MOST = 12;

export function NoisyRules({ found, span }: { found: readonly Noise[]; span: Span }) {
  const here = usePlace();
  return (
    <>
      <ul className="grid gap-3 text-sm">
        {found.slice(0, MOST).map(({ rule, times, series, firingMs, states }) => (
          <li key={rule} className="grid gap-x-4 gap-y-1 md:grid-cols-[16rem_1fr] md:items-center">
            <div className="min-w-0">
              <a
                className="text-accent font-medium break-words hover:underline"
                href={linkTo(rulePath(rule), here)}
              >
                {rule}
              </a>
              <span className="text-quiet block text-xs">
                {plural(times, "time")}
                {series > 1 ? `, ${series} series` : ""}, {seconds(Math.round(firingMs / 1000))} in all
              </span>
            </div>
            <Bands label={`When ${rule} fired`} states={states} span={span} />
          </li>
        ))}
      </ul>
      {found.length > MOST ? (
        <p className="text-quiet mt-3 text-xs">
          and {found.length - MOST} further rules, which fired less often
        </p>
      ) : null}
    </>
  );
}
