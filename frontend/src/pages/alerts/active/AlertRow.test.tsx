import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { ALERT, show } from "../testing";
import { AlertRow } from "./AlertRow";

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
