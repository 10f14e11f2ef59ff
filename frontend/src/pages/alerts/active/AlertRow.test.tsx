import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import type { Alert } from "../answers";
import { show } from "../testing";
import { AlertRow } from "./AlertRow";

const ALERT: Alert = {
  rule: "ShopErrors",
  group: "shop",
  state: "firing",
  labels: { alertname: "ShopErrors", severity: "critical" },
  annotations: {},
  value: 0.1481,
  unit: "1",
  threshold: "above 2%",
  expr: "errors / requests > 0.02",
  activeAt: "2026-03-02T09:00:00Z",
  firedAt: "2026-03-02T09:05:00Z",
  resolvedAt: null,
  fingerprint: "85bb05e1e7f5a9ba",
  silencedBy: [],
  inhibitedBy: null,
  acknowledgedBy: null,
};

afterEach(cleanup);

describe("the row of an alert", () => {
  it("has the value in its unit, beside what it is compared with", () => {
    show(<AlertRow alert={ALERT} />);
    expect(screen.getByRole("listitem").textContent).toContain("14.8% above 2%");
  });

  it("has the mere value where neither is known", () => {
    show(<AlertRow alert={{ ...ALERT, unit: "", threshold: "" }} />);
    expect(screen.getByText("0.148")).toBeTruthy();
  });
});
