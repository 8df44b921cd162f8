/** The aircraft panel: what it sees, how it fares, who commands it, and the three orders that are one key away. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { armed, fire, pressed, QUICK, send, tell, told, twice, type Quick } from "./command";
import { api, Refused } from "./api";
import { callSign, compass, distance, duration, figure, words } from "./format";
import { metresBetween } from "./geo";
import { bind } from "./keys";
import type { Dock, Vehicle } from "./shapes";
import { boxes, can, docks, incidents, isStale, keyOf, type Seen, selectedAircraft, session, STALE_MS, tick, vehicles } from "./state";
import { VideoPane, looking } from "./videopane";

/** Every aircraft that a box has told of, heard or not. */
function fleet(): { key: string; edge: string; aircraft: string; seen: Seen<Vehicle> | undefined }[] {
  return Object.values(boxes.value)
    .flatMap((box) => (box.inventory?.aircraft ? [{ edge: box.edge, aircraft: box.inventory.aircraft.name }] : []))
    .map((one) => ({ ...one, key: keyOf(one), seen: vehicles.value[keyOf(one)] }))
    .sort((a, b) => a.key.localeCompare(b.key));
}

export function AircraftPanel() {
  const all = fleet();
  const airborne = all.find((one) => one.seen?.value.airborne);
  const chosen = all.find((one) => one.key === selectedAircraft.value) ?? airborne ?? all[0];
  if (!chosen) return null;
  return (
    <section class="aircraft" aria-label="Aircraft">
      <div class="tabs" role="tablist">{all.map((one) => (
        <button key={one.key} role="tab" aria-selected={one === chosen} onClick={() => { selectedAircraft.value = one.key; looking.value = null; }}>
          <Dot seen={one.seen} />{callSign(one.aircraft)} <span class="dim">{one.seen ? words(one.seen.value.stage) : "Not heard"}</span>
        </button>
      ))}</div>
      <div class="aircraft-body" key={chosen.key}>
        <VideoPane edge={chosen.edge} />
        {chosen.seen ? <Fares seen={chosen.seen} /> : <p class="empty">{chosen.edge} has not told of {callSign(chosen.aircraft)} yet.</p>}
      </div>
    </section>
  );
}

function Dot({ seen }: { seen: Seen<Vehicle> | undefined }) {
  const state = isStale(seen, STALE_MS.vehicle) ? "down" : seen?.value.airborne ? "flying" : seen?.value.ready ? "ok" : "degraded";
  return <i class={`dot part-${state}`} />;
}

function Fares({ seen }: { seen: Seen<Vehicle> }) {
  const v = seen.value;
  const stale = isStale(seen, STALE_MS.vehicle);
  return (
    <div class={`fares ${stale ? "is-old" : ""}`}>
      <p class="fares-head">
        <b class="stage">{words(v.stage)}</b>
        {v.incident_id && <span>for incident {incidents.value[v.incident_id]?.number ?? "?"}</span>}
        {stale
          ? <b class="warn" role="status">Last heard {Math.round((tick.value - seen.at) / 1000)} s ago</b>
          : v.link_ok ? <span class="chip part-ok"><i class="dot" />Link</span> : <b class="warn" role="status">Radio link lost</b>}
      </p>
      <div class="fares-more">
        <Figures v={v} />
        <Warnings v={v} />
        <DockLine edge={v.edge} seen={docks.value[v.edge]} />
        <Lease v={v} />
      </div>
      {can.value && <Commands v={v} />}
    </div>
  );
}

function Figures({ v }: { v: Vehicle }) {
  const low = v.battery_pct !== null && v.battery_pct < 30;
  const toTarget = v.lat !== null && v.lon !== null && v.target_lat !== null && v.target_lon !== null
    ? metresBetween({ lat: v.lat, lon: v.lon }, { lat: v.target_lat, lon: v.target_lon }) : null;
  return (
    <dl class="figures">
      <div class={low ? "warn" : ""}><dt>Battery</dt><dd>{figure(v.battery_pct)}<small> % · {figure(v.battery_v, 1)} V</small></dd></div>
      <div><dt>Height above dock</dt><dd>{figure(v.alt_rel_m)}<small> m</small></dd></div>
      <div><dt>Speed</dt><dd>{figure(v.groundspeed_mps, 1)}<small> m/s</small></dd></div>
      <div><dt>Heading</dt><dd>{figure(v.heading_deg)}<small>° {v.heading_deg !== null && compass(v.heading_deg)}</small></dd></div>
      <div><dt>To target</dt><dd>{distance(toTarget)}<small>{v.eta_s !== null && ` · ${duration(v.eta_s)}`}</small></dd></div>
      <div class={v.gps_fix !== null && v.gps_fix < 3 ? "warn" : ""}><dt>Satellites</dt><dd>{figure(v.satellites)}<small>{v.mode && ` · ${v.mode}`}</small></dd></div>
    </dl>
  );
}

function Warnings({ v }: { v: Vehicle }) {
  const notReady = v.airborne || v.armed || v.ready ? [] : v.not_ready;
  if (v.warnings.length + notReady.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings">
      {v.warnings.map((text) => <li key={text} class="warn" role="alert">{text}</li>)}
      {notReady.map((text) => <li key={text}>Not ready: {text}</li>)}
    </ul>
  );
}

function Lease({ v }: { v: Vehicle }) {
  const asking = useSignal(false);
  if (!v.lease_holder) return null;
  const mine = v.lease_holder === session.value?.name;
  const take = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    try {
      await api.take(v.edge, v.aircraft, reason);
      asking.value = false;
      tell(keyOf(v), false, `You command ${callSign(v.aircraft)} with your next order`);
    } catch (error) {
      tell(keyOf(v), true, error instanceof Refused ? [error.message, ...error.reasons].join(". ") : String(error));
    }
  };
  return (
    <div class="lease">Commanded by <b>{mine ? "you" : v.lease_holder}</b>
      {!mine && can.value && !asking.value && <button onClick={() => { asking.value = true; }}>Take over…</button>}
      {asking.value && (
        <form class="inline" onSubmit={(event) => void take(event)}>
          <input name="reason" required autofocus maxLength={500} aria-label="Reason for taking over" placeholder="Why do you take over?" />
          <button>Take over {callSign(v.aircraft)}</button>
          <button type="button" onClick={() => { asking.value = false; }}>Cancel</button>
        </form>
      )}
    </div>
  );
}

function Commands({ v }: { v: Vehicle }) {
  const key = keyOf(v);
  useEffect(() => {
    const ends = (Object.keys(QUICK) as Quick[]).map((what) => bind(QUICK[what].key, {
      press: () => withLatest(key, (now) => pressed(now, what)), held: () => withLatest(key, (now) => fire(now, what)),
    }));
    return () => {
      ends.forEach((end) => end());
      armed.value = null;
    };
  }, [key]);
  const note = told.value[key];
  const scene = v.incident_id ? incidents.value[v.incident_id] : undefined;
  return (
    <div class="commands" role="group" aria-label={`Orders to ${callSign(v.aircraft)}`}>
      {(Object.keys(QUICK) as Quick[]).map((what) => <Command key={what} v={v} what={what} />)}
      {v.airborne && scene && <Chase v={v} scene={scene} />}
      <p class={note?.bad ? "error" : "dim small"} role={note?.bad ? "alert" : "status"}>
        {note?.text || (v.airborne ? "Press a key twice, or hold it." : "")}
      </p>
    </div>
  );
}

/** A key may be held while newer states arrive: the order is about the aircraft as it is now. */
function withLatest(key: string, act: (vehicle: Vehicle) => void): void {
  const seen = vehicles.value[key];
  if (seen && (seen.value.airborne || seen.value.armed)) act(seen.value);
}

function Command({ v, what }: { v: Vehicle; what: Quick }) {
  const { key, label, again } = QUICK[what];
  const ready = armed.value?.what === `${keyOf(v)}/${what}`;
  return (
    <button
      class={`command command-${what} ${ready ? "is-armed" : ""}`} disabled={!v.airborne && !v.armed}
      onClick={() => pressed(v, what)} aria-keyshortcuts={key.toUpperCase()}
    >
      <kbd>{key.toUpperCase()}</kbd> {ready ? `Again ${again}` : label}<small>{callSign(v.aircraft)}</small>
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
  const go = (): void => twice(what, () => void send(v, { act: "goto", ...place, alt_rel_m: height }, "Follow the last sighting"));
  return (
    <button class={`command ${ready ? "is-armed" : ""}`} onClick={go}>
      {ready ? `Again to move ${callSign(v.aircraft)}` : "Move to last sighting"}<small>{distance(away)} from its target</small>
    </button>
  );
}

function DockLine({ edge, seen }: { edge: string; seen: Seen<Dock> | undefined }) {
  if (!seen) return <p class="dock-line dim">Dock {edge}: not heard</p>;
  const d = seen.value;
  const old = isStale(seen, STALE_MS.dock) || !d.connected;
  return (
    <p class={`dock-line ${old ? "warn" : "dim"}`}>
      {edge}: lid <b>{d.lid}</b>{d.pad_clear === false && ", pad occupied"}{d.charging && ", charging"}
      {d.weather && ` · wind ${figure(d.weather.wind_mps, 1)} m/s from ${compass(d.weather.wind_from_deg)}, gusts ${figure(d.weather.gust_mps, 1)}`}
      {old && " · not heard"}
    </p>
  );
}
