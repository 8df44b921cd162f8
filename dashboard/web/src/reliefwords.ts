/** Who relieves whom, in words. Pure. */
import { callSign, localTime } from "./format";
import type { Relief } from "./shapes";

export type Tone = "quiet" | "due" | "urgent";
const SOON_MS = 300_000;

/** What stands in the banner; null while nothing has to be said. `now`: ms of the room's clock. */
export function reliefWords(advice: Relief, now: number): { tone: Tone; text: string } | null {
  const first = callSign(advice.aircraft);
  const next = callSign(advice.relief_aircraft ?? "?");
  const from = `${next} from ${advice.relief_edge ?? "?"}`;
  const leaves = `${first} must leave at ${localTime(advice.leave_at)}`;
  const gap = uncovered(advice.uncovered_s);
  switch (advice.need) {
    case "not_yet":
      return null;
    case "order_by":
      return { tone: "due", text: `${leaves}. ${from} can relieve it: order by ${localTime(advice.order_by ?? "")}.` };
    case "order_now":
      return { tone: "urgent", text: `${leaves}. ${from} can relieve it: order it now.` };
    case "too_late":
      return { tone: "urgent", text: `${leaves}. ${from} comes too late: uncovered for ${gap} if ordered now.` };
    case "nobody": {
      const soon = Date.parse(advice.leave_at) - now < SOON_MS;
      return { tone: soon ? "urgent" : "quiet", text: `${leaves}. Nobody can relieve it.` };
    }
    case "on_its_way":
      return advice.uncovered_s > 0
        ? { tone: "urgent", text: `${leaves}. ${next} is on its way and comes too late: uncovered for ${gap}.` }
        : {
            tone: "quiet",
            text: `${next} is on its way to relieve ${first}, which must leave at ${localTime(advice.leave_at)}.`,
          };
    case "there":
      return { tone: "due", text: `${next} is there: ${first} can go home.` };
  }
}

/** In tens of seconds, rounded up: read aloud each second it would drown all else. */
const uncovered = (s: number): string => `about ${Math.max(10, Math.ceil(s / 10) * 10)} s`;

/** Whether a launch can be prepared from it. */
export const orderable = (advice: Relief): boolean =>
  ["order_by", "order_now", "too_late"].includes(advice.need) &&
  advice.relief_edge !== null &&
  advice.relief_aircraft !== null &&
  advice.alt_rel_m !== null &&
  advice.incident_id !== null;
