/** The suggestion and the launch: which aircraft, why, why not the others, for what reason, and the held button. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, Refused } from "./api";
import { send, tell, told } from "./command";
import { callSign, distance, duration, spaced } from "./format";
import { HoldButton } from "./hold";
import { chooseAircraft } from "./select";
import { adviceFor, isUrgent, ReliefNotes } from "./relief";
import type { Candidate, Incident, Relief } from "./shapes";
import { boxes, keyOf, vehicles } from "./state";

type Scene = Omit<Incident, "reads">;
const ASK_MS = 3000;

/** Candidates and reliefs, asked for every 3 s; not while `held`, so that nothing changes under a held button. */
function useCandidates(incident: string) {
  const list = useSignal<Candidate[] | null>(null);
  const reliefs = useSignal<Relief[]>([]);
  const error = useSignal("");
  const held = useRef(false);
  useEffect(() => {
    let over = false;
    const ask = async (): Promise<void> => {
      if (held.current) return;
      try {
        const [found, advised] = await Promise.all([api.candidates(incident), api.relief(incident)]);
        if (!over && !held.current) {
          list.value = found;
          reliefs.value = advised;
        }
        error.value = "";
      } catch (refused) {
        error.value = refused instanceof Refused ? refused.message : String(refused);
      }
    };
    void ask();
    const timer = window.setInterval(() => void ask(), ASK_MS);
    return () => {
      over = true;
      window.clearInterval(timer);
    };
  }, [incident]);
  return { list, reliefs, error, held };
}

export function LaunchCard({ incident }: { incident: Scene }) {
  const { list, reliefs, error, held } = useCandidates(incident.id);
  const chosen = useSignal<string | null>(null);
  const reason = useSignal("");
  const flying = Object.values(vehicles.value).find(
    (seen) => seen.value.incident_id === incident.id && seen.value.airborne,
  );
  if (list.value === null)
    return (
      <section class="card">
        <h3>Send an aircraft</h3>
        <p class="empty">{error.value || "Asking the boxes…"}</p>
      </section>
    );
  const able = list.value.filter((one) => one.able);
  const unable = list.value.filter((one) => !one.able);
  const pick = able.find((one) => keyOf(one) === chosen.value) ?? able.find((one) => one.suggested) ?? able[0];
  return (
    <>
      <ReliefNotes reliefs={reliefs.value} />
      <details class="card launch" aria-label="Send an aircraft" open={!flying || isUrgent(reliefs.value)}>
        <summary>
          <h3>{flying ? "Send another aircraft" : "Send an aircraft"}</h3>
        </summary>
        {error.value && (
          <p class="error" role="alert">
            {error.value}
          </p>
        )}
        {able.length === 0 && <p class="warn">No aircraft can launch now. Each reason stands below.</p>}
        <div role="radiogroup" aria-label="Aircraft">
          {able.map((one) => (
            <Able
              key={keyOf(one)}
              one={one}
              checked={one === pick}
              onPick={() => {
                chosen.value = keyOf(one);
              }}
            />
          ))}
        </div>
        {pick && incident.lat !== null && incident.lon !== null && (
          <Confirm
            incident={incident}
            pick={pick}
            height={adviceFor(reliefs.value, pick)}
            reason={reason}
            onHolding={(on) => {
              held.current = on;
            }}
          />
        )}
        {incident.lat === null && <p class="warn">This incident has no position yet.</p>}
        {unable.length > 0 && (
          <ul class="unable" aria-label="Cannot launch">
            {unable.map((one) => (
              <li key={keyOf(one)}>
                <b>{callSign(one.aircraft)}</b>{" "}
                <span class="dim">
                  {one.edge}
                  {one.distance_m !== null && `, ${distance(one.distance_m)}`}
                </span>
                <ul>
                  {one.reasons.map((why) => (
                    <li key={why}>{why}</li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        )}
      </details>
    </>
  );
}

function Able({ one, checked, onPick }: { one: Candidate; checked: boolean; onPick: () => void }) {
  return (
    <label class={`candidate ${checked ? "is-chosen" : ""}`}>
      <input type="radio" name="aircraft" checked={checked} onChange={onPick} />
      <span class="candidate-name">
        {callSign(one.aircraft)}
        {one.suggested && <span class="chip suggested">Suggested</span>}
      </span>
      <span class="eta">{duration(one.eta_s)}</span>
      <span class="dim candidate-why">{one.why || `${distance(one.distance_m)} from ${one.edge}`}</span>
    </label>
  );
}

interface ConfirmProps {
  incident: Scene;
  pick: Candidate;
  /** Above its dock, where it relieves another; null: as it usually flies. */
  height: number | null;
  reason: { value: string };
  onHolding: (on: boolean) => void;
}

function Confirm({ incident, pick, height, reason, onHolding }: ConfirmProps) {
  const busy = useSignal(false);
  const target = incident.vrm ? spaced(incident.vrm) : `incident ${incident.number}`;
  const note = told.value[keyOf(pick)];
  const launch = async (): Promise<void> => {
    const info = boxes.value[pick.edge]?.inventory?.aircraft;
    if (busy.value || incident.lat === null || incident.lon === null) return;
    if (!info) {
      tell(keyOf(pick), true, `${pick.edge} has not told at what height its aircraft flies`);
      return;
    }
    busy.value = true;
    chooseAircraft(keyOf(pick));
    const alt_rel_m = height ?? info.scene_alt_rel_m;
    const act = { act: "launch" as const, lat: incident.lat, lon: incident.lon, alt_rel_m };
    await send({ ...pick, incident_id: incident.id }, act, reason.value.trim());
    busy.value = false;
  };
  return (
    <>
      <Reason reason={reason} incident={incident} />
      <HoldButton
        key={`${keyOf(pick)} ${incident.id}`}
        label={`Hold to launch ${callSign(pick.aircraft)} to ${target}`}
        disabled={busy.value || !reason.value.trim()}
        onHold={() => void launch()}
        onHolding={onHolding}
      />
      {!reason.value.trim() && <p class="dim small">Choose or write a reason: it is recorded with the order.</p>}
      {note?.text && (
        <p class={note.bad ? "error" : "dim"} role={note.bad ? "alert" : "status"}>
          {note.text}
        </p>
      )}
    </>
  );
}

function Reason({ reason, incident }: { reason: { value: string }; incident: Scene }) {
  const ready = [
    `Find and follow ${incident.vrm ? spaced(incident.vrm) : "the subject"}`,
    "Support officers at the scene",
    "Search the area",
  ];
  return (
    <div class="reason">
      <label>
        Reason
        <input
          maxLength={500}
          value={reason.value}
          placeholder="Why is this aircraft sent?"
          onInput={(e) => {
            reason.value = e.currentTarget.value;
          }}
        />
      </label>
      <div class="quick">
        {ready.map((text) => (
          <button
            type="button"
            key={text}
            aria-pressed={reason.value === text}
            onClick={() => {
              reason.value = text;
            }}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}
