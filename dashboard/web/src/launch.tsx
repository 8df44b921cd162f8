/** The suggestion and the launch: which aircraft, why, why not the others, for what reason, and the held button. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, Refused } from "./api";
import { send, tell, told } from "./command";
import { callSign, distance, duration, figure, spaced } from "./format";
import { HoldButton } from "./hold";
import { planned, type Plan } from "./relief";
import { chooseAircraft } from "./select";
import type { Act, Candidate, Incident } from "./shapes";
import { boxes, keyOf, vehicles } from "./state";

type Scene = Omit<Incident, "reads">;
const ASK_MS = 3000;

/** Candidates, asked for every 3 s; not while `held`, so that nothing changes under a held button. */
function useCandidates(incident: string) {
  const list = useSignal<Candidate[] | null>(null);
  const error = useSignal("");
  const held = useRef(false);
  useEffect(() => {
    let over = false;
    const ask = async (): Promise<void> => {
      if (held.current) return;
      try {
        const found = await api.candidates(incident);
        if (!over && !held.current) list.value = found;
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
  return { list, error, held };
}

export function LaunchCard({ incident }: { incident: Scene }) {
  const { list, error, held } = useCandidates(incident.id);
  const chosen = useSignal<string | null>(null);
  const reason = useSignal("");
  const card = useRef<HTMLDetailsElement>(null);
  const plan = planned.value?.incident === incident.id ? planned.value : null;
  const shown = list.value !== null;
  useEffect(() => {
    if (!plan || !shown) return;
    chosen.value = plan.key;
    reason.value = reason.value || `Relieve ${callSign(plan.relieves)}`;
    card.current?.querySelector<HTMLElement>("summary")?.focus();
  }, [plan, shown]);
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
    <details class="card launch" aria-label="Send an aircraft" open={!flying || plan !== null} ref={card}>
      <summary>
        <h3>{flying ? "Send another aircraft" : "Send an aircraft"}</h3>
      </summary>
      {error.value && (
        <p class="error" role="alert">
          {error.value}
        </p>
      )}
      {plan && !able.some((one) => keyOf(one) === plan.key) && (
        <p class="warn" role="alert">
          {callSign(plan.key.split("/")[1] ?? "")} was to relieve {callSign(plan.relieves)} and cannot launch now.
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
          plan={plan?.key === keyOf(pick) ? plan : null}
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
  plan: Plan | null;
  reason: { value: string };
  onHolding: (on: boolean) => void;
}

function Confirm({ incident, pick, plan, reason, onHolding }: ConfirmProps) {
  const busy = useSignal(false);
  const target = incident.vrm ? spaced(incident.vrm) : `incident ${incident.number}`;
  const note = told.value[keyOf(pick)];
  const launch = async (): Promise<void> => {
    const act = launchAct(incident, pick, plan);
    if (busy.value || !act) return;
    busy.value = true;
    chooseAircraft(keyOf(pick));
    const sent = await send({ ...pick, incident_id: incident.id }, act, reason.value.trim());
    if (sent && planned.value === plan) planned.value = null;
    busy.value = false;
  };
  return (
    <>
      <Reason reason={reason} incident={incident} />
      {plan && <Relieves plan={plan} />}
      <HoldButton
        key={`${keyOf(pick)} ${incident.id} ${plan ? `${plan.alt_rel_m} ${plan.lat} ${plan.lon}` : ""}`}
        label={`Hold to launch ${callSign(pick.aircraft)} to ${target}${plan ? ` at ${figure(plan.alt_rel_m)} m` : ""}`}
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

/** To the incident at the aircraft's own height, or as the relief was planned; null, and said why, without a height. */
function launchAct(incident: Scene, pick: Candidate, plan: Plan | null): Act | null {
  if (plan) return { act: "launch", lat: plan.lat, lon: plan.lon, alt_rel_m: plan.alt_rel_m };
  const info = boxes.value[pick.edge]?.inventory?.aircraft;
  if (!info) {
    tell(keyOf(pick), true, `${pick.edge} has not told at what height its aircraft flies`);
    return null;
  }
  if (incident.lat === null || incident.lon === null) return null;
  return { act: "launch", lat: incident.lat, lon: incident.lon, alt_rel_m: info.scene_alt_rel_m };
}

function Relieves({ plan }: { plan: Plan }) {
  return (
    <p class="relieves" role="status">
      Relieves {callSign(plan.relieves)}: to its place, {figure(plan.alt_rel_m)} m above the dock, apart from it in
      height.{" "}
      <button
        type="button"
        onClick={() => {
          planned.value = null;
        }}
      >
        Launch to the incident instead
      </button>
    </p>
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
