import { describe, expect, it } from "vitest";

import { withBefore } from "./before";

const NOW = { times: [100, 110], lines: [{ name: "p95", values: [5, 6], role: "series-2" }] };

describe("lines with the period before", () => {
  it("have a quiet dashed one behind each", () => {
    const before = { times: [0, 10], lines: [{ name: "p95", values: [1, 2] }] };
    expect(withBefore(NOW, before, 100_000)).toEqual([
      NOW.lines[0],
      { name: "p95, the period before", values: [1, 2], role: "muted", dashed: true },
    ]);
  });

  it("are what they are where nothing was there before", () => {
    expect(withBefore(NOW, { times: [0], lines: [] }, 100_000)).toEqual(NOW.lines);
    expect(withBefore(NOW, undefined, 100_000)).toBe(NOW.lines);
  });
});
