/** Who is told, whether that works, and what became of the newest messages. */

import { useAnswer } from "../../../api/questions";
import { useChange, usePlace } from "../../../app/location";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Deliveries, Delivery, Receivers as Answer } from "../answers";
import { DeliveryList } from "../DeliveryList";
import { ReceiverCard } from "./ReceiverCard";

const REFRESH_MS = 15_000;
const MOST = 100;
const OUTCOMES: readonly Delivery["outcome"][] = ["delivered", "waiting", "failed", "refused", "superseded"];

export function Receivers() {
  const answer = useAnswer<Answer>("receivers", {}, REFRESH_MS);
  return (
    <div className="grid gap-4">
      <Asked answer={answer}>
        {({ receivers }) =>
          receivers.length === 0 ? (
            <Note title="Nobody is told">
              Alerts are shown here alone. notify.channels, or a routing file in notify.alertmanager_file,
              says who hears of them.
            </Note>
          ) : (
            <div className="grid items-start gap-4 lg:grid-cols-2">
              {receivers.map((one) => (
                <ReceiverCard key={one.name} receiver={one} />
              ))}
            </div>
          )
        }
      </Asked>
      <Messages />
    </div>
  );
}

function Messages() {
  const wanted = usePlace().parameters.get("outcome") ?? "";
  const outcome = OUTCOMES.find((one) => one === wanted);
  const answer = useAnswer<Deliveries>("deliveries", { outcome, limit: MOST }, REFRESH_MS);
  return (
    <Card title="The newest messages" aside={<Outcomes chosen={outcome} />}>
      <Asked answer={answer}>
        {({ deliveries, total }) =>
          deliveries.length === 0 ? (
            <Note title="No messages">
              {outcome
                ? `None is ${outcome}.`
                : "Nothing was told since the process began, as far as is known."}
            </Note>
          ) : (
            <>
              <DeliveryList deliveries={deliveries} />
              {total > deliveries.length ? (
                <p className="text-quiet mt-2 text-xs">and {total - deliveries.length} before</p>
              ) : null}
            </>
          )
        }
      </Asked>
    </Card>
  );
}

function Outcomes({ chosen }: { chosen: Delivery["outcome"] | undefined }) {
  const change = useChange();
  return (
    <select
      aria-label="What became of them"
      value={chosen ?? ""}
      onChange={(event) => change({ outcome: event.target.value }, true)}
      className="border-line bg-card rounded-lg border px-2 py-1 text-sm"
    >
      <option value="">all</option>
      {OUTCOMES.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}
