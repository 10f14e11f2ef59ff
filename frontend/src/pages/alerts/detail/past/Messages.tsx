/** Messages that told of the rule of an alert. */

import { useAnswer } from "../../../../api/questions";
import { Asked, Note } from "../../../../ui/Asked";
import { Card } from "../../../../ui/Card";
import type { Deliveries } from "../../answers";
import { DeliveryList } from "../../DeliveryList";

const REFRESH_MS = 15_000;
const MOST_ASKED = 500;
const MOST_SHOWN = 20;

export function Messages({ rule }: { rule: string }) {
  const answer = useAnswer<Deliveries>("deliveries", { limit: MOST_ASKED }, REFRESH_MS);
  return (
    <Card title={`Messages about ${rule}`}>
      <Asked answer={answer}>
        {({ deliveries }) => {
          const own = deliveries.filter(({ alerts }) => alerts.includes(rule));
          if (own.length === 0) {
            return (
              <Note title="Nobody was told lately">
                Messages wait for the group of their alerts; silenced and observed alerts send none.
              </Note>
            );
          }
          return <DeliveryList deliveries={own.slice(0, MOST_SHOWN)} />;
        }}
      </Asked>
    </Card>
  );
}
