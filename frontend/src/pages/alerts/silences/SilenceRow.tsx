/** One silence: what it matches, why, for how much longer; edited, ended, or made again by a button. */

import { useNow } from "../../../app/now";
import { useIsAdmin } from "../../../app/session";
import { ago } from "../../../format/moment";
import { seconds } from "../../../format/quantity";
import { Badge, type Tone } from "../../../ui/Badge";
import { Button } from "../../../ui/Button";
import type { Silence } from "../answers";
import { expire, useDoing } from "../doing";
import { Refused } from "../Told";
import { useName } from "../who";
import { againOf, changeOf, type Draft } from "./draft";
import { leftMs, matcherText } from "./matchers";

const TONES: Readonly<Record<Silence["state"], Tone>> = { active: "good", pending: "warn", expired: "muted" };

interface SilenceRowProps {
  readonly silence: Silence;
  readonly onDraft: (draft: Draft) => void;
  readonly onTold: (said: string) => void;
}

export function SilenceRow({ silence, onDraft, onTold }: SilenceRowProps) {
  const isAdmin = useIsAdmin();
  const nowMs = useNow();
  const [name] = useName();
  const ending = useDoing(expire, () =>
    onTold("The silence is over: what it kept quiet and still fires is told again."),
  );
  const end = () => ending.mutate({ id: silence.id, by: name });
  return (
    <li className="grid gap-x-4 gap-y-1 py-3 sm:grid-cols-[6rem_1fr_auto]">
      <Badge tone={TONES[silence.state]}>{silence.state}</Badge>
      <div className="min-w-0">
        <ul className="flex flex-wrap gap-1.5">
          {silence.matchers.map((one) => (
            <li
              key={matcherText(one)}
              className="bg-raised rounded px-1.5 py-0.5 font-mono text-xs break-all"
            >
              {matcherText(one)}
            </li>
          ))}
        </ul>
        <p className="mt-1 break-words">{silence.comment}</p>
        <p className="text-quiet text-xs">
          {silence.createdBy}, {timeText(silence, nowMs)}
        </p>
        <Refused error={ending.error} />
      </div>
      {isAdmin ? (
        <div className="flex flex-wrap items-start gap-2">
          {silence.state === "expired" ? (
            <Button onClick={() => onDraft(againOf(silence))}>Make again</Button>
          ) : (
            <>
              <Button onClick={() => onDraft(changeOf(silence))}>Edit</Button>
              <Button onClick={end} disabled={ending.isPending}>
                End now
              </Button>
            </>
          )}
        </div>
      ) : null}
    </li>
  );
}

function timeText(silence: Silence, nowMs: number): string {
  if (silence.state === "expired") return `ended ${ago(Date.parse(silence.endsAt), nowMs)}`;
  const left = seconds(Math.max(0, Math.round(leftMs(silence, nowMs) / 1000)));
  return silence.state === "active" ? `${left} left` : `begins in ${left}`;
}
