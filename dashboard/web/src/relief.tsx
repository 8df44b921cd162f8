/** Who relieves an aircraft at its scene, and by when a person must order that: advice alone. */
import { callSign, duration } from "./format";
import type { Relief } from "./shapes";
import { keyOf } from "./state";

const HEAD: Record<Relief["state"], string> = {
  covered: "Relieved",
  later: "Relief later",
  soon: "Order the relief soon",
  now: "Order the relief now",
  late: "Order the relief now: it comes too late to be there before the other leaves",
  nobody: "Nobody can relieve it",
};
const URGENT: readonly Relief["state"][] = ["soon", "now", "late"];

export const isUrgent = (reliefs: Relief[]): boolean => reliefs.some((one) => URGENT.includes(one.state));

/** The height at which this aircraft is advised to fly, so that both are apart at the scene; null where it is no relief. */
export const adviceFor = (reliefs: Relief[], by: { edge: string; aircraft: string }): number | null =>
  reliefs.find((one) => one.by_edge === by.edge && one.by_aircraft === by.aircraft)?.alt_rel_m ?? null;

export function ReliefNotes({ reliefs }: { reliefs: Relief[] }) {
  if (reliefs.length === 0) return null;
  return (
    <ul class="relief" aria-label="Relief">
      {reliefs.map((one) => (
        <li key={keyOf(one)} class={one.state === "later" || one.state === "covered" ? "dim" : "warn"}>
          <b role={URGENT.includes(one.state) ? "alert" : undefined}>{HEAD[one.state]}</b>
          <span>{words(one)}</span>
          {one.reasons.map((why) => (
            <small key={why}>{why}</small>
          ))}
        </li>
      ))}
    </ul>
  );
}

function words(one: Relief): string {
  const stays = `${callSign(one.aircraft)} can stay ${duration(one.leaves_in_s)}.`;
  if (one.by_aircraft === null) return stays;
  const by = callSign(one.by_aircraft);
  if (one.state === "covered") return `${stays} ${by} takes over.`;
  const height = one.alt_rel_m === null ? "" : ` It flies ${Math.round(one.alt_rel_m)} m high, apart from the other.`;
  const left = one.order_in_s ?? 0;
  return left > 0
    ? `${stays} ${by} is due to be ordered in ${duration(left)}.${height}`
    : `${stays} Send ${by}.${height}`;
}
