/** One alert in full: what fired, what to do about it, how it came about, what backs it up. */

import { useState } from "react";

import { Problem } from "../../../api/client";
import { useAnswer } from "../../../api/questions";
import { linkTo, usePlace } from "../../../app/location";
import { useNow } from "../../../app/now";
import { Asked } from "../../../ui/Asked";
import { Badge } from "../../../ui/Badge";
import { Card } from "../../../ui/Card";
import { sectionOf } from "../active/sections";
import type { AlertDetail, AlertEvidence } from "../answers";
import { BASE } from "../tabs";
import { Told } from "../Told";
import { stateTone, stateWord, summaryOf } from "../words";
import { Actions } from "./actions/Actions";
import { Moved, Often } from "./facts/Evidence";
import { Facts } from "./facts/Facts";
import { sentenceOf } from "./facts/sentence";
import { Standing } from "./facts/Standing";
import { TheRule } from "./facts/TheRule";
import { Earlier } from "./past/Earlier";
import { Messages } from "./past/Messages";
import { Past } from "./past/Past";
import { ValueChart } from "./past/ValueChart";

const REFRESH_MS = 10_000;
const GONE = 404;

export function OneAlert({ fingerprint }: { fingerprint: string }) {
  const answer = useAnswer<AlertDetail>(`alerts/${fingerprint}`, {}, REFRESH_MS);
  const evidence = useAnswer<AlertEvidence>(`alerts/${fingerprint}/evidence`, {}, REFRESH_MS).data;
  const isGone = answer.error instanceof Problem && answer.error.status === GONE;
  return (
    <>
      <Back />
      {isGone ? (
        <Past fingerprint={fingerprint} evidence={evidence} />
      ) : (
        <Asked answer={answer}>
          {(alert) => <Shown key={fingerprint} alert={alert} evidence={evidence} />}
        </Asked>
      )}
    </>
  );
}

function Back() {
  const here = usePlace();
  return (
    <a href={linkTo(BASE, here)} className="text-accent mb-3 inline-block text-sm hover:underline">
      ← All alerts
    </a>
  );
}

interface ShownProps {
  readonly alert: AlertDetail;
  readonly evidence: AlertEvidence | undefined;
}

function Shown({ alert, evidence }: ShownProps) {
  return (
    <div className="grid gap-4">
      <Headline alert={alert} evidence={evidence} />
      <ValueChart
        rule={alert.rule}
        labels={alert.labels}
        watched={evidence?.watched ?? null}
        expr={alert.expr}
        alert={alert}
        episodes={alert.history}
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <TheRule alert={alert} />
          <Facts labels={alert.labels} annotations={alert.annotations} />
          <Earlier episodes={alert.history} unit={alert.unit} />
        </div>
        <div className="grid gap-4">
          {evidence ? <Often evidence={evidence} /> : null}
          <Moved fingerprint={alert.fingerprint} />
          <Messages rule={alert.rule} />
        </div>
      </div>
    </div>
  );
}

function Headline({ alert, evidence }: ShownProps) {
  const [told, setTold] = useState("");
  const nowMs = useNow();
  const severity = alert.labels.severity;
  return (
    <Card
      title={summaryOf(alert)}
      aside={
        <Badge tone={stateTone(alert)}>{[stateWord(alert.state), severity].filter(Boolean).join(", ")}</Badge>
      }
      className={sectionOf(alert) === "open" ? "border-l-bad border-l-4" : ""}
    >
      <p className="mb-3 text-base break-words">{sentenceOf(alert, evidence, nowMs)}</p>
      <Told>{told}</Told>
      <div className="mb-4">
        <Standing alert={alert} />
      </div>
      <Actions alert={alert} onTold={setTold} />
    </Card>
  );
}
