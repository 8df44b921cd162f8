/** Words and figures for the screen: times, distances, marks. Pure; a missing value is a dash, never a zero. */
import type { Chain } from "./shapes";

const DASH = "–";
const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");

/** 14:03:22 in the dispatcher's own time zone. */
export function localTime(iso: string): string {
  const t = new Date(iso);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** 13:03:22.418Z: what evidence is written in. */
export const utcTime = (iso: string): string => `${new Date(iso).toISOString().slice(11, 23)}Z`;

/** 22 Nov 14:03 for what may be days old. */
export function localDate(iso: string): string {
  const t = new Date(iso);
  const day = t.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${two(t.getHours())}:${two(t.getMinutes())}`;
}

/** How long ago in the shortest honest form: "now", 12 s, 4 min, 3 h, 2 d. */
export function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 2) return "now";
  if (s < 90) return `${s} s ago`;
  if (s < 5400) return `${Math.round(s / 60)} min ago`;
  return s < 172_800 ? `${Math.round(s / 3600)} h ago` : `${Math.round(s / 86_400)} d ago`;
}

/** Milliseconds from the alarm, signed: −412 ms is a picture taken before it. */
export function sinceAlarm(captured: string, alarm: string): string {
  const ms = Math.round(Date.parse(captured) - Date.parse(alarm));
  const digits = String(Math.abs(ms)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${ms < 0 ? "−" : "+"}${digits} ms`;
}

/** 41 s, or 2:05 min from 100 s up. */
export function duration(s: number | null | undefined): string {
  if (s == null) return DASH;
  const whole = Math.round(s);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
}

export function distance(m: number | null | undefined): string {
  if (m == null) return DASH;
  return m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(m < 10_000 ? 2 : 1)} km`;
}

export const figure = (value: number | null | undefined, digits = 0): string =>
  value == null
    ? DASH
    : value
        .toFixed(digits)
        .replace(/^-(?=0(\.0+)?$)/, "")
        .replace("-", "−");

/** A reader's confidence is never certainty: 99.9 % at most. */
export const percent = (share: number): string => `${Math.min(99.9, share * 100).toFixed(1)} %`;

/** As printed on the plate: AB12 CDE, A123 BCD; other shapes unchanged. The twin of `spaced` in wire/vrm.py. */
export function spaced(vrm: string): string {
  const found = /^(?:([A-Z]{2}[0-9]{2}|[A-Z][0-9]{1,3})([A-Z]{3})|([A-Z]{1,3})([0-9]{1,4}[A-Z]?))$/.exec(vrm);
  return found ? found.slice(1).filter(Boolean).join(" ") : vrm;
}

/** FALCON-1: aircraft are spoken of by call sign. */
export const callSign = (aircraft: string): string => aircraft.toUpperCase();

/** "en_route" -> "En route". */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const COMPASS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"] as const;
export const compass = (deg: number): string => COMPASS[Math.round(deg / 45) % 8] ?? "N";

/** What a reader's confidence means; it is fitted so that of 100 reads of 90 % ninety are right. */
export function sureness(share: number): string {
  if (share >= 0.99) return "sure";
  if (share >= 0.9) return "fairly sure";
  return share >= 0.7 ? "doubtful" : "very doubtful";
}

/** Fewer reads say more of our first guess than of the camera. */
export const LEAST_READS = 100;

/** "about 2 in 100 reads wrong (1.4 to 2.9)". */
export function misreadWords(row: { rate: number; low: number; high: number; reads: number }): string {
  if (row.reads < LEAST_READS) return `too early to say: ${row.reads} of ${LEAST_READS} reads`;
  const low = (100 * row.low).toFixed(1);
  const high = (100 * row.high).toFixed(1);
  const rate = 100 * row.rate;
  const about = rate < 1 ? `${Math.max(1, Math.round(10 * rate))} in 1,000` : `${Math.round(rate)} in 100`;
  return `about ${about} reads wrong (${low} to ${high} in 100)`;
}

/** What is to be said of a box's chain; the worst that is true. */
export function chainWords(row: Chain): { state: "ok" | "degraded" | "down"; text: string } {
  if (row.forged > 0) return { state: "down", text: `${row.forged} signed by a key that is not the box's` };
  if (row.breaks > 0) return { state: "down", text: `${row.breaks} events do not follow the one before` };
  if (row.unproven > 0 && row.signed === 0)
    return { state: "degraded", text: "not proven: the room has no key of this box" };
  if (row.signed === 0) return { state: "degraded", text: "whole so far; nothing signed in the last day" };
  return { state: "ok", text: "whole and signed" };
}
