/** Return, land, hold and move: the buttons and keys of the chosen aircraft, each to be pressed twice or held. */
import { useLayoutEffect } from "preact/hooks";
import { armed, fire, pressed, QUICK, send, told, twice, type Quick } from "./command";
import { callSign, distance } from "./format";
import { metresBetween } from "./geo";
import { bind } from "./keys";
import type { Vehicle } from "./shapes";
import { boxes, incidents, keyOf, vehicles } from "./state";

export function Commands({ v }: { v: Vehicle }) {
  const key = keyOf(v);
  useLayoutEffect(() => {
    const ends = (Object.keys(QUICK) as Quick[]).map((what) =>
      bind(QUICK[what].key, {
        press: () => withLatest(key, (now) => pressed(now, what)),
        held: () => withLatest(key, (now) => fire(now, what)),
      }),
    );
    return () => {
      ends.forEach((end) => end());
      armed.value = null;
    };
  }, [key]);
  const note = told.value[key];
  const scene = v.incident_id ? incidents.value[v.incident_id] : undefined;
  return (
    <div class="commands" role="group" aria-label={`Orders to ${callSign(v.aircraft)}`}>
      {(Object.keys(QUICK) as Quick[]).map((what) => (
        <Command key={what} v={v} what={what} />
      ))}
      {v.airborne && scene && <Chase v={v} scene={scene} />}
      {v.airborne && <Circle v={v} />}
      <p class={note?.bad ? "error" : "dim small"} role={note?.bad ? "alert" : "status"}>
        {note?.text || (commandable(v) ? "Press a key twice, or hold it." : "")}
      </p>
    </div>
  );
}

/** From the first move of the lid on, so that a launch can be called off before the arming. */
const commandable = (v: Vehicle): boolean => v.airborne || v.armed || !["parked", "starting"].includes(v.stage);

/** A key may be held while newer states arrive: the order is about the aircraft as it is now. */
function withLatest(key: string, act: (vehicle: Vehicle) => void): void {
  const seen = vehicles.value[key];
  if (seen && commandable(seen.value)) act(seen.value);
}

function Command({ v, what }: { v: Vehicle; what: Quick }) {
  const { key, label, again } = QUICK[what];
  const ready = armed.value?.what === `${keyOf(v)}/${what}`;
  return (
    <button
      class={`command command-${what} ${ready ? "is-armed" : ""}`}
      disabled={!commandable(v)}
      onClick={() => pressed(v, what)}
      aria-keyshortcuts={key.toUpperCase()}
    >
      <kbd>{key.toUpperCase()}</kbd> {ready ? `Again ${again}` : label}
      <small>{callSign(v.aircraft)}</small>
    </button>
  );
}

/** The car has been seen elsewhere since: one offer to move there. */
function Chase({ v, scene }: { v: Vehicle; scene: { lat: number | null; lon: number | null; last_seen_at: string } }) {
  if (scene.lat === null || scene.lon === null || v.target_lat === null || v.target_lon === null) return null;
  const place = { lat: scene.lat, lon: scene.lon };
  const away = metresBetween({ lat: v.target_lat, lon: v.target_lon }, place);
  const height = boxes.value[v.edge]?.inventory?.aircraft?.scene_alt_rel_m;
  if (away < 40 || height === undefined || /^(return|land)/.test(v.stage)) return null;
  const what = `${keyOf(v)}/goto`;
  const ready = armed.value?.what === what;
  const go = (): void =>
    twice(what, () => void send(v, { act: "goto", ...place, alt_rel_m: height }, "Follow the last sighting"));
  return (
    <button class={`command ${ready ? "is-armed" : ""}`} onClick={go}>
      {ready ? `Again to move ${callSign(v.aircraft)}` : "Move to last sighting"}
      <small>{distance(away)} from its target</small>
    </button>
  );
}

const RADIUS_M = 40;

/** Around its target, at the height it has: to see a place from all sides. */
function Circle({ v }: { v: Vehicle }) {
  if (v.target_lat === null || v.target_lon === null || v.alt_rel_m === null) return null;
  if (!["on_scene", "holding"].includes(v.stage)) return null;
  const what = `${keyOf(v)}/orbit`;
  const ready = armed.value?.what === what;
  const ring = { lat: v.target_lat, lon: v.target_lon, alt_rel_m: Math.round(v.alt_rel_m), radius_m: RADIUS_M };
  const go = (): void => twice(what, () => void send(v, { act: "orbit", ...ring }, "See the place from all sides"));
  return (
    <button class={`command ${ready ? "is-armed" : ""}`} onClick={go}>
      {ready ? `Again to circle with ${callSign(v.aircraft)}` : "Circle the target"}
      <small>{RADIUS_M} m around it</small>
    </button>
  );
}
