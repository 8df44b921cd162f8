import { describe, expect, it } from "vitest";
import { press } from "../src/confirm";
import { askAgainMs } from "../src/evidence";
import {
  ago,
  chainWords,
  distance,
  duration,
  figure,
  misreadWords,
  percent,
  sinceAlarm,
  spaced,
  sureness,
} from "../src/format";
import { metresBetween, offset, wedge } from "../src/geo";
import { codecOf, unpack } from "../src/h264";
import { takeEvents } from "../src/live";
import { goal, ground } from "../src/mapdata";
import { byUrgency, fold, further, incidentList, onTheGround, reads, roomOffset, vehicles } from "../src/state";
import type { Incident, Order, Placed, Read, Vehicle } from "../src/shapes";

const incident = (over: Partial<Incident>): Incident => ({
  id: "i",
  number: 1,
  kind: "hotlist",
  priority: "medium",
  state: "open",
  title: "",
  vrm: "AB12CDE",
  opened_at: "2026-01-01T00:00:00Z",
  last_seen_at: "2026-01-01T00:00:00Z",
  lat: 52,
  lon: 0,
  tags: [],
  reads: 1,
  alarm: false,
  ...over,
});
const order = (states: number, reasons: string[] = []): Order => ({
  id: "o",
  act: "hold",
  aircraft: "a",
  edge: "e",
  issued_by: "x",
  issued_at: "",
  reason: "",
  state: "sent",
  reasons,
  states: Array.from({ length: states }, () => ({ state: "sent" as const, at: "", reasons: [] })),
});

describe("words and figures", () => {
  it.each([
    ["AB12CDE", "AB12 CDE"],
    ["A123BCD", "A123 BCD"],
    ["ABC123A", "ABC 123A"],
    ["101D234", "101D234"],
  ])("spaces %s as its plate does", (vrm, plate) => expect(spaced(vrm)).toBe(plate));
  it("tells a picture before the alarm from one after", () => {
    expect(sinceAlarm("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.412Z")).toBe("−412 ms");
    expect(sinceAlarm("2026-01-01T00:00:26.000Z", "2026-01-01T00:00:00.000Z")).toBe("+26\u202f000 ms");
  });
  it("never claims certainty", () =>
    expect([percent(1), percent(0.9999), percent(0.5)]).toEqual(["99.9 %", "99.9 %", "50.0 %"]));
  it("never shows a missing value as zero", () => {
    expect([figure(null), duration(null), distance(null)]).toEqual(["–", "–", "–"]);
    expect(figure(-0.01, 1)).toBe("0.0");
  });
  it.each([
    [500, "now"],
    [41_000, "41 s ago"],
    [240_000, "4 min ago"],
  ])("%i ms is %s", (ms, text) => expect(ago(ms)).toBe(text));
});

describe("a second press", () => {
  it("fires the same thing in time, and nothing else", () => {
    const first = press(null, "return", 0);
    expect(first.fire).toBe(false);
    expect(press(first.armed, "return", 1999).fire).toBe(true);
    expect(press(first.armed, "return", 2000).fire).toBe(false);
    expect(press(first.armed, "land", 100).fire).toBe(false);
  });
  it("does not fire a third time", () => {
    const armed = press(null, "hold", 0).armed;
    expect(press(press(armed, "hold", 10).armed, "hold", 20).fire).toBe(false);
  });
});

describe("a picture that is not there", () => {
  it("is asked for soon, then more seldom, and no more after eight minutes: each look is audited", () => {
    const waits = [...Array(20).keys()].map(askAgainMs);
    expect(waits[0]).toBe(2_000);
    expect(waits.filter((wait) => wait !== null)).toHaveLength(8);
    expect(waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0)).toBe(510_000);
  });
});

describe("the live stream", () => {
  it("keeps half an event until the rest has come", () => {
    const first = takeEvents("data: [1]\n\n: beat\n\ndata: [2");
    expect(first).toEqual({ data: ["[1]"], rest: "data: [2" });
    expect(takeEvents(`${first.rest}]\n\n`)).toEqual({ data: ["[2]"], rest: "" });
  });
  it("puts an unacknowledged alarm above all, closed ones below", () => {
    fold(
      [
        {
          type: "hello",
          server_time: new Date().toISOString(),
          boxes: [],
          incidents: [
            incident({ id: "closed", state: "closed", priority: "high" }),
            incident({ id: "high", priority: "high" }),
            incident({ id: "new", priority: "low", alarm: true }),
          ],
        },
      ],
      0,
    );
    expect(incidentList.value.map((one) => one.id)).toEqual(["new", "high", "closed"]);
    expect(
      [incident({ id: "a" }), incident({ id: "b", opened_at: "2026-01-02T00:00:00Z" })].sort(byUrgency)[0]?.id,
    ).toBe("b");
  });
  it("counts a repeated read once and notes when a state came", () => {
    const read = { event_id: "r", vrm: "AB12CDE", captured_at: "2026-01-01T00:00:00Z" } as Read;
    fold(
      [
        { type: "read", ...read },
        { type: "read", ...read },
        { type: "vehicle", edge: "d", aircraft: "f", airborne: false } as { type: "vehicle" } & Vehicle,
      ],
      77,
    );
    expect(reads.value.length).toBe(1);
    expect(vehicles.value["d/f"]?.at).toBe(77);
  });
  it("lets an order only grow", () => {
    const known = further({}, order(3));
    expect(further(known, order(2))).toBe(known);
    expect(further(known, order(3, ["no answer"]))["o"]?.reasons).toEqual(["no answer"]);
  });
});

describe("H.264 payloads", () => {
  const sps = [0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02];
  it("takes the codec from the SPS, whatever stands before it", () => {
    expect(codecOf(new Uint8Array([0, 0, 0, 1, 0x09, 0x10, ...sps]))).toBe("avc1.42C01E");
    expect(codecOf(new Uint8Array([0, 0, 1, 0x65, 1, 2, 3]))).toBeNull();
  });
  it("reads the header and refuses another version", () => {
    const payload = (version: number): ArrayBuffer => new Uint8Array([version, 1, 0, 0, 0, 0, 0, 0, 1, 0, 9]).buffer;
    expect(unpack(payload(1))).toEqual({ key: true, capturedUs: 256, data: new Uint8Array([9]) });
    expect(unpack(payload(2))).toBeNull();
    expect(unpack(payload(1).slice(0, 10))).toBeNull();
  });
});

describe("where an aircraft is bound for", () => {
  const sent = { stage: "en_route", target_lat: 52.1, target_lon: 0.1 } as Vehicle;
  const home = { lat: 52.2, lon: 0.12 };
  it("is home once it returns, whatever it was sent to before", () => {
    expect(goal(sent, home)).toEqual({ place: { lat: 52.1, lon: 0.1 }, home: false });
    expect(goal({ ...sent, stage: "returning" }, home)).toEqual({ place: home, home: true });
    expect(goal({ ...sent, target_lat: null }, home)).toBeNull();
  });
});

describe("small-distance geometry", () => {
  it("walks and measures the same metres", () => {
    const from = { lat: 52.2, lon: 0.12 };
    const [lon, lat] = offset(from, 135, 400);
    expect(metresBetween(from, { lat, lon })).toBeCloseTo(400, 0);
    expect(metresBetween(from, { lat: 52.201, lon: 0.12 })).toBeCloseTo(111.32, 2);
    expect(wedge(from, 90).coordinates[0]?.[0]).toEqual([0.12, 52.2]);
  });
});

describe("how often a camera misreads", () => {
  it("is said in words with its interval, small rates in thousands", () => {
    expect(misreadWords({ rate: 0.021, low: 0.014, high: 0.029, reads: 900 })).toBe(
      "about 2 in 100 reads wrong (1.4 to 2.9 in 100)",
    );
    expect(misreadWords({ rate: 0.004, low: 0.001, high: 0.009, reads: 900 })).toBe(
      "about 4 in 1,000 reads wrong (0.1 to 0.9 in 100)",
    );
  });
  it("is not said of a camera that has hardly read", () =>
    expect(misreadWords({ rate: 0.001, low: 0, high: 0.002, reads: 2 })).toBe("too early to say: 2 of 100 reads"));
  it.each([
    [0.995, "sure"],
    [0.95, "fairly sure"],
    [0.7, "doubtful"],
    [0.3, "very doubtful"],
  ])("a reader of %f is %s", (share, text) => expect(sureness(share)).toBe(text));
});

describe("the record of a box", () => {
  const chain = { edge: "road-1", breaks: 0, signed: 9, forged: 0, unproven: 0, signed_at: null };
  it("is whole, not proven, or false: the worst is said", () => {
    expect(chainWords(chain).text).toBe("whole and signed");
    expect(chainWords({ ...chain, signed: 0, unproven: 3 }).state).toBe("degraded");
    expect(chainWords({ ...chain, breaks: 2 }).state).toBe("down");
    expect(chainWords({ ...chain, breaks: 2, forged: 1 }).text).toContain("not the box's");
  });
});

describe("what flying cameras see", () => {
  const car = { track: 1, label: "car", confidence: 0.7, lat: 52.2, lon: 0.12, error_m: 5.2, seen_at: "" };
  it("is a ring of its uncertainty and a word, dim with its age when nobody saw it lately", () => {
    const [area, point] = ground([{ ...car, age_ms: 3000 }]).features;
    expect(point?.properties).toEqual({ name: "Car ±6 m", old: false });
    const corner = (area?.geometry as GeoJSON.Polygon).coordinates[0]?.[0] ?? [0, 0];
    expect(metresBetween(car, { lon: corner[0] ?? 0, lat: corner[1] ?? 0 })).toBeCloseTo(5.2, 1);
    expect(ground([{ ...car, age_ms: 20_000 }]).features[1]?.properties?.["name"]).toBe("Car ±6 m, 20 s ago");
  });
  it("leaves the map after a minute", () => {
    const told = (ms: number): Placed => ({
      ...car,
      seen_at: new Date(Date.now() + roomOffset.value - ms).toISOString(),
    });
    fold([{ type: "below", edge: "dock-1", camera: "c", objects: [told(1000), told(70_000)] }], 0);
    expect(onTheGround.value.map((one) => one.camera)).toEqual(["c"]);
  });
});
