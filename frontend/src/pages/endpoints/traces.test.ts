import { describe, expect, it } from "vitest";

import { traceAddress } from "./traces";

function setting(value: string) {
  return [{ name: "notify.trace_url", value, variable: "OTEL_MONITORING_NOTIFY__TRACE_URL" }];
}

describe("the address of a trace", () => {
  it("has the id in its place", () => {
    expect(traceAddress(setting("http://jaeger/trace/{trace_id}"), "a/b")).toBe("http://jaeger/trace/a%2Fb");
  });

  it("is none where no setting says it, and no script", () => {
    expect(traceAddress([], "ab")).toBeNull();
    expect(traceAddress(setting("http://jaeger/"), "ab")).toBeNull();
    expect(traceAddress(setting("javascript:alert({trace_id})"), "1")).toBeNull();
  });
});
