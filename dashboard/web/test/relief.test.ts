import { describe, expect, it } from "vitest";
import { localTime } from "../src/format";
import { planOf } from "../src/relief";
import { reliefWords } from "../src/reliefwords";
import { fold, reliefs } from "../src/state";
import type { Relief } from "../src/shapes";

const LEAVE = "2026-12-01T12:04:10Z";
const ORDER = "2026-12-01T12:01:30Z";
const NOW = Date.parse("2026-12-01T12:00:00Z");

const advice = (over: Partial<Relief>): Relief => ({
  edge: "dock-south",
  aircraft: "lynx-1",
  need: "order_by",
  since: "2026-12-01T11:59:00Z",
  leave_at: LEAVE,
  incident_id: "i",
  lat: 52.202,
  lon: 0.1215,
  relief_edge: "dock-north",
  relief_aircraft: "lynx-2",
  alt_rel_m: 60,
  order_by: ORDER,
  uncovered_s: 0,
  reasons: [],
  ...over,
});
const said = (over: Partial<Relief>): string | undefined => reliefWords(advice(over), NOW)?.text;

describe("what the relief banner says", () => {
  it("names both aircraft, when the first must leave and when the order is due", () =>
    expect(said({})).toBe(
      `LYNX-1 must leave at ${localTime(LEAVE)}. LYNX-2 from dock-north can relieve it: order by ${localTime(ORDER)}.`,
    ));
  it("is silent while nothing is needed", () => expect(said({ need: "not_yet" })).toBeUndefined());
  it("tells for how long nobody would be there, in tens of seconds so that it is not read aloud each second", () => {
    expect(said({ need: "too_late", uncovered_s: 41 })).toContain("uncovered for about 50 s if ordered now");
    expect(said({ need: "too_late", uncovered_s: 47 })).toBe(said({ need: "too_late", uncovered_s: 41 }));
    expect(said({ need: "on_its_way", uncovered_s: 3 })).toContain("comes too late: uncovered for about 10 s");
  });
  it.each([
    ["order_by", "due"],
    ["order_now", "urgent"],
    ["too_late", "urgent"],
    ["nobody", "urgent"],
    ["on_its_way", "quiet"],
    ["there", "due"],
  ] as const)("%s is %s", (need, tone) => expect(reliefWords(advice({ need }), NOW)?.tone).toBe(tone));
  it("is quiet about nobody while there is time to change that", () =>
    expect(reliefWords(advice({ need: "nobody", leave_at: "2026-12-01T12:30:00Z" }), NOW)?.tone).toBe("quiet"));
});

describe("the launch that is prepared from it", () => {
  it("has the aircraft, the place and the height as advised", () =>
    expect(planOf(advice({}))).toEqual({
      incident: "i",
      key: "dock-north/lynx-2",
      relieves: "lynx-1",
      lat: 52.202,
      lon: 0.1215,
      alt_rel_m: 60,
    }));
  it.each(["not_yet", "nobody", "on_its_way", "there"] as const)("is not offered where it is %s", (need) =>
    expect(planOf(advice({ need }))).toBeNull(),
  );
  it("is not offered without an incident", () => expect(planOf(advice({ incident_id: null }))).toBeNull());
});

describe("the live stream", () => {
  it("keeps the newest advice for each aircraft on scene", () => {
    fold([{ type: "relief", ...advice({}) }], 1);
    fold([{ type: "relief", ...advice({ need: "order_now" }) }], 2);
    expect(Object.values(reliefs.value).map((seen) => [seen.value.need, seen.at])).toEqual([["order_now", 2]]);
  });
});
