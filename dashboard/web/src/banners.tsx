/** What must not be missed: data that is no longer live, a voice that is off, a new incident. */
import { useLayoutEffect } from "preact/hooks";
import { muted, rung, soundReady, unlockSound } from "./alarm";
import { api, Refused } from "./api";
import { ago, words } from "./format";
import { bind } from "./keys";
import { Plate } from "./plate";
import { openIncident } from "./select";
import type { Incident } from "./shapes";
import { alarms, can, incidents, link, roomNow, tick } from "./state";
import { signal } from "@preact/signals";

const failed = signal("");

export function LinkBanner() {
  const now = link.value;
  if (now.state !== "lost") return <div role="status" />;
  const seconds = Math.max(0, Math.round((tick.value - now.since) / 1000));
  return (
    <div class="banner banner-lost" role="status">
      <b>Live data lost {seconds} s ago, reconnecting.</b> What you see is the last known state ({now.why}).
    </div>
  );
}

/** Only while an alarm wants to sound and may not. */
export function SoundBanner() {
  if (soundReady.value || alarms.value.length === 0) return null;
  return (
    <div class="banner banner-sound">
      The alarm has no sound yet. <button onClick={unlockSound}>Turn sound on</button>
    </div>
  );
}

/** Acknowledged at once on the screen; put back, with the reason, if the room says no. */
export async function acknowledge(incident: Incident): Promise<void> {
  openIncident(incident.id);
  document.querySelector<HTMLElement>(".right")?.focus();
  failed.value = "";
  try {
    await api.acknowledge(incident.id);
    const now = incidents.value[incident.id] ?? incident;
    incidents.value = { ...incidents.value, [incident.id]: { ...now, alarm: false } };
  } catch (error) {
    failed.value = error instanceof Refused ? error.message : String(error);
  }
}

export function AlarmBanner() {
  const first = alarms.value[0];
  useLayoutEffect(
    () => (first && can.value ? bind("a", { press: () => void acknowledge(first) }) : undefined),
    [first?.id],
  );
  if (!first) return <div role="alert" />;
  void tick.value;
  const more = alarms.value.length - 1;
  return (
    <div class="banner banner-alarm" role="alert" data-rung={rung.value}>
      <b class="alarm-word">New incident {first.number}</b>
      {first.vrm && <Plate vrm={first.vrm} size="small" />}
      <span class="grow">{words(first.title)}</span>
      <span aria-hidden="true">{ago(roomNow() - Date.parse(first.opened_at))}</span>
      {more > 0 && <span>and {more} more</span>}
      {failed.value && <span class="error">{failed.value}</span>}
      {!muted.value && (
        <button
          onClick={() => {
            muted.value = true;
          }}
        >
          Silence
        </button>
      )}
      {can.value ? (
        <button class="primary" onClick={() => void acknowledge(first)}>
          Acknowledge <kbd>A</kbd>
        </button>
      ) : (
        <button onClick={() => openIncident(first.id)}>Open</button>
      )}
    </div>
  );
}
