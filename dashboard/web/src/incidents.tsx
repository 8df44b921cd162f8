/** The list of incidents, the most urgent first. */
import { useSignal } from "@preact/signals";
import { api } from "./api";
import { ago, localDate, words } from "./format";
import { Plate } from "./plate";
import { openIncident } from "./select";
import type { Incident } from "./shapes";
import { incidentList, incidents, roomNow, selectedIncident, tick } from "./state";

export function IncidentList() {
  const closedToo = useSignal(false);
  const shown = incidentList.value.filter((incident) => closedToo.value || incident.state !== "closed");
  const open = incidentList.value.filter((incident) => incident.state !== "closed").length;
  return (
    <section class="incidents" aria-label="Incident list">
      <h2>
        Incidents <span class="count">{open} open</span>
        <button class="quiet" aria-pressed={closedToo.value} onClick={() => void toggle(closedToo)}>
          Closed
        </button>
      </h2>
      {shown.length === 0 && (
        <p class="empty">No open incident. A listed vehicle that a camera sees, or a camera's rule, opens one here.</p>
      )}
      <ul>
        {shown.map((incident) => (
          <Row key={incident.id} incident={incident} />
        ))}
      </ul>
    </section>
  );
}

/** Closed ones are asked for when somebody wants them; the live stream tells only of the open. */
async function toggle(closedToo: { value: boolean }): Promise<void> {
  closedToo.value = !closedToo.value;
  if (!closedToo.value) return;
  const old = await api.closed().catch(() => []);
  incidents.value = { ...Object.fromEntries(old.map((one) => [one.id, one])), ...incidents.value };
}

function Row({ incident }: { incident: Incident }) {
  void tick.value;
  const chosen = selectedIncident.value === incident.id;
  const alarm = incident.alarm && incident.state !== "closed";
  return (
    <li>
      <button
        class={`incident-row pri-${incident.priority} ${alarm ? "is-alarm" : ""}`}
        aria-current={chosen}
        onClick={() => openIncident(incident.id)}
      >
        <span class="row-top">
          {incident.vrm ? <Plate vrm={incident.vrm} size="small" /> : <b>{incident.title}</b>}
          <StateChip incident={incident} />
        </span>
        {incident.vrm && <span class="row-title">{incident.title}</span>}
        <span class="row-foot">
          <span>
            No {incident.number} · {words(incident.priority)}
          </span>
          <time dateTime={incident.last_seen_at} title={localDate(incident.last_seen_at)}>
            seen {ago(roomNow() - Date.parse(incident.last_seen_at))}
          </time>
        </span>
      </button>
    </li>
  );
}

export function StateChip({ incident }: { incident: { state: string; alarm: boolean } }) {
  const alarm = incident.alarm && incident.state !== "closed";
  return <span class={`chip state-${alarm ? "alarm" : incident.state}`}>{alarm ? "New" : words(incident.state)}</span>;
}
