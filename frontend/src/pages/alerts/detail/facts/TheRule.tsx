/** The rule of an alert: what it asks, and where that can be looked into. */

import { useAnswer } from "../../../../api/questions";
import { linkTo, usePlace } from "../../../../app/location";
import { Card } from "../../../../ui/Card";
import type { AlertDetail, Rule, Rules } from "../../answers";
import { RuleText } from "../../RuleText";
import { rulePath } from "../../tabs";

const REFRESH_MS = 60_000;

export function TheRule({ alert }: { alert: AlertDetail }) {
  const here = usePlace();
  const rules = useAnswer<Rules>("rules", {}, REFRESH_MS).data;
  const rule = rules?.groups
    .find(({ name }) => name === alert.group)
    ?.rules.find(({ name, expr }) => name === alert.rule && expr === alert.expr);
  return (
    <Card
      title="The rule"
      aside={
        <span className="flex gap-3 text-xs">
          <a className="text-accent hover:underline" href={linkTo("/explore", here, { query: alert.expr })}>
            Explore
          </a>
          <a className="text-accent hover:underline" href={linkTo(rulePath(alert.rule), here)}>
            {alert.rule}
          </a>
        </span>
      }
    >
      <RuleText expr={alert.expr} />
      <p className="text-quiet mt-2 text-sm">
        {rule ? ruleText(rule) : null} In the group {alert.group}.
      </p>
    </Card>
  );
}

function ruleText({ for: wait, keepFiringFor, mode }: Rule): string {
  const held = wait === "0s" ? "Fires as soon as it holds." : `Fires once it has held for ${wait}.`;
  const kept = keepFiringFor === "0s" ? "" : ` Fires on for ${keepFiringFor}.`;
  return `${held}${kept}${mode === "observe" ? " Nobody is told." : ""}`;
}
