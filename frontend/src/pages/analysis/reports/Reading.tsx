/** One report, read in place, with the ways to take it along and to send it. */

import { address } from "../../../api/client";
import { usePlace } from "../../../app/location";
import { Asked, Note } from "../../../ui/Asked";
import { Card } from "../../../ui/Card";
import type { Report } from "../answers";
import { useOnce } from "../asking";
import { momentText } from "../words";
import { fileName, type Kind } from "./kinds";
import { SectionCard } from "./SectionCard";
import { SendButton } from "./SendButton";

export function Reading({ kind }: { kind: Kind }) {
  const end = usePlace().parameters.get("end") ?? "";
  const answer = useOnce<Report>(`reports/${kind}`, { end });
  if (answer.isPending) return <Making />;
  return (
    <Asked answer={answer}>
      {(report) => (
        <article aria-label={report.title} className="grid gap-4">
          <Card title={report.title}>
            <p className="text-sm">
              {momentText(report.start)} to {momentText(report.end)}{" "}
              <span className="text-quiet">
                beside the time from {momentText(report.beforeStart)} on; days of {report.timeZone}; made at{" "}
                {momentText(report.generatedAt)}
              </span>
            </p>
            <div className="mt-3 flex flex-wrap items-center gap-3">
              <Download kind={kind} end={report.end} format="html">
                Download the page
              </Download>
              <Download kind={kind} end={report.end} format="markdown">
                Download as text
              </Download>
              <SendButton kind={kind} end={report.end} />
            </div>
          </Card>
          {report.sections.map((section) => (
            <SectionCard key={section.name} section={section} report={report} />
          ))}
        </article>
      )}
    </Asked>
  );
}

function Making() {
  return (
    <div role="status" aria-busy="true">
      <Note title="The report is being made">
        Everything is asked of the time itself and of the one before; a month takes longer than a day.
      </Note>
    </div>
  );
}

interface DownloadProps {
  readonly kind: Kind;
  readonly end: string;
  readonly format: "html" | "markdown";
  readonly children: string;
}

function Download({ kind, end, format, children }: DownloadProps) {
  return (
    <a
      href={address(`reports/${kind}`, { format, end })}
      download={fileName(kind, end, format === "html" ? "html" : "md")}
      className="border-line hover:bg-raised rounded-lg border px-3 py-1.5 text-sm"
    >
      {children}
    </a>
  );
}
