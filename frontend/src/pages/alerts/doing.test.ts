import { afterEach, describe, expect, it, vi } from "vitest";

import { expire, isTouched, setMode, tryRule } from "./doing";

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

afterEach(() => vi.unstubAllGlobals());

function answering(body: string): void {
  fetched.mockReset().mockImplementation(() => Promise.resolve(new Response(body, { status: 200 })));
  vi.stubGlobal("fetch", fetched);
}

describe("what is asked anew after a change", () => {
  it("is all that tells of alerts, and nothing else", () => {
    expect(["alerts", "alerts/history", "rules", "dashboard"].map(isTouched)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["alertmanager", "endpoints", 5].map(isTouched)).toEqual([false, false, false]);
  });
});

describe("a change", () => {
  it("names who does it, and leaves out a name that is blank", async () => {
    answering("{}");
    await expire({ id: "a b", by: "kim" });
    await expire({ id: "x", by: " " });
    expect(fetched.mock.calls.map(([url, init]) => [init.method, url])).toEqual([
      ["DELETE", "./silences/a b?by=kim"],
      ["DELETE", "./silences/x"],
    ]);
  });

  it("takes any name of a rule", async () => {
    answering('{"mode":"observe"}');
    await setMode({ name: "50% / half", mode: "observe", by: "kim" });
    const [url, init] = fetched.mock.calls[0] ?? ["", {}];
    expect(url).toBe("./rules/50%25%20%2F%20half/mode?by=kim");
    expect(init).toMatchObject({ method: "PUT", body: '{"mode":"observe"}' });
  });

  it("tries a rule on the time of the address", async () => {
    answering("{}");
    await tryRule({ given: { expr: "up == 0", for: "5m", keepFiringFor: "0s" }, asked: { window: "6h" } });
    expect(fetched.mock.calls[0]?.[0]).toBe("./rules/backtest?window=6h");
  });
});
