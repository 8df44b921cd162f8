/** The advice to relieve an aircraft: a banner over the aircraft panel, and the ordinary launch prepared from it. */
import { signal } from "@preact/signals";
import { callSign } from "./format";
import { orderable, reliefWords } from "./reliefwords";
import { openIncident } from "./select";
import type { Relief } from "./shapes";
import { can, isStale, keyOf, reliefs, roomNow, STALE_MS, tick } from "./state";

/** A launch that was prepared from an advice; it is ordered like any other. `key`: of the aircraft to launch. */
export interface Plan {
  incident: string;
  key: string;
  relieves: string;
  lat: number;
  lon: number;
  alt_rel_m: number;
}
export const planned = signal<Plan | null>(null);

export function planOf(advice: Relief): Plan | null {
  const { incident_id, relief_edge, relief_aircraft, alt_rel_m, lat, lon } = advice;
  if (!orderable(advice) || !incident_id || !relief_edge || !relief_aircraft || alt_rel_m === null) return null;
  const key = keyOf({ edge: relief_edge, aircraft: relief_aircraft });
  return { incident: incident_id, key, relieves: advice.aircraft, lat, lon, alt_rel_m };
}

function prepare(plan: Plan): void {
  planned.value = plan;
  openIncident(plan.incident);
}

export function ReliefBanners() {
  void tick.value;
  const rows = Object.values(reliefs.value)
    .filter((seen) => !isStale(seen, STALE_MS.relief))
    .map((seen) => seen.value)
    .sort((a, b) => a.leave_at.localeCompare(b.leave_at));
  return (
    <div class="reliefs">
      {rows.map((advice) => (
        <ReliefBanner key={keyOf(advice)} advice={advice} />
      ))}
    </div>
  );
}

function ReliefBanner({ advice }: { advice: Relief }) {
  const said = reliefWords(advice, roomNow());
  const plan = planOf(advice);
  if (said === null) return null;
  return (
    <div class={`relief relief-${said.tone}`} role={said.tone === "urgent" ? "alert" : "status"}>
      <b>{said.text}</b>
      {plan && can.value && (
        <button class="primary" onClick={() => prepare(plan)}>
          Prepare the launch of {callSign(advice.relief_aircraft ?? "")}
        </button>
      )}
      {advice.need === "nobody" && (
        <ul aria-label="Why nobody can">
          {advice.reasons.map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
