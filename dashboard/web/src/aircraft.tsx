/** The aircraft panel: what it sees, how it fares, who commands it, and the orders that are one key away. */
import { useLayoutEffect } from "preact/hooks";
import { Commands } from "./commands";
import { ago, callSign, compass, distance, duration, figure, words } from "./format";
import { metresBetween } from "./geo";
import { bind } from "./keys";
import { goal } from "./mapdata";
import { Lease } from "./lease";
import { ReliefBanners } from "./relief";
import { chooseAircraft } from "./select";
import type { Dock, Vehicle, Weather } from "./shapes";
import {
  boxes,
  can,
  docks,
  incidents,
  isStale,
  keyOf,
  onTheGround,
  type Seen,
  selectedAircraft,
  STALE_MS,
  tick,
  vehicles,
} from "./state";
import { VideoPane } from "./videopane";

const GROUND_NAMED = 3;

interface Member {
  key: string;
  edge: string;
  aircraft: string;
  seen: Seen<Vehicle> | undefined;
}

/** Every aircraft that a box has told of, heard or not. */
function fleet(): Member[] {
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
      <div class="tabs" role="tablist">
        {all.map((one, i) => (
          <Tab key={one.key} one={one} digit={i < 9 ? String(i + 1) : null} chosen={one === chosen} />
        ))}
      </div>
      <ReliefBanners />
      <div class="aircraft-body" role="tabpanel" aria-label={callSign(chosen.aircraft)} key={chosen.key}>
        <VideoPane edge={chosen.edge} />
        {chosen.seen ? (
          <Fares seen={chosen.seen} />
        ) : (
          <p class="empty">
            {chosen.edge} has not told of {callSign(chosen.aircraft)} yet.
          </p>
        )}
      </div>
    </section>
  );
}

/** `digit`: the key that chooses it. */
function Tab({ one, digit, chosen }: { one: Member; digit: string | null; chosen: boolean }) {
  const choose = (): void => chooseAircraft(one.key);
  useLayoutEffect(() => (digit ? bind(digit, { press: choose }) : undefined), [digit, one.key]);
  return (
    <button role="tab" aria-selected={chosen} onClick={choose}>
      <Dot seen={one.seen} />
      {callSign(one.aircraft)} <span class="dim">{one.seen ? words(one.seen.value.stage) : "Not heard"}</span>
      {digit && <kbd>{digit}</kbd>}
    </button>
  );
}

function Dot({ seen }: { seen: Seen<Vehicle> | undefined }) {
  const state = isStale(seen, STALE_MS.vehicle)
    ? "down"
    : seen?.value.airborne
      ? "flying"
      : seen?.value.ready
        ? "ok"
        : "degraded";
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
        {stale ? (
          <b class="warn" role="status">
            Last heard {Math.round((tick.value - seen.at) / 1000)} s ago
          </b>
        ) : v.link_ok ? (
          <span class="chip part-ok">
            <i class="dot" />
            Link
          </span>
        ) : (
          <b class="warn" role="status">
            Radio link lost
          </b>
        )}
      </p>
      <div class="fares-more">
        <Figures v={v} />
        <Warnings v={v} />
        <GroundLine edge={v.edge} />
        <DockLine edge={v.edge} seen={docks.value[v.edge]} />
        <Lease v={v} />
      </div>
      {can.value && <Commands v={v} />}
    </div>
  );
}

function Figures({ v }: { v: Vehicle }) {
  const low = v.battery_pct !== null && v.battery_pct < 30;
  const bound = goal(v, boxes.value[v.edge]?.inventory?.aircraft ?? undefined);
  const left =
    bound && v.lat !== null && v.lon !== null ? metresBetween({ lat: v.lat, lon: v.lon }, bound.place) : null;
  return (
    <dl class="figures">
      <div class={low ? "warn" : ""}>
        <dt>Battery</dt>
        <dd>
          {figure(v.battery_pct)}
          <small>
            {" "}
            % · {figure(v.battery_v, 1)} V{v.stay_s != null && ` · stays ${duration(v.stay_s)}`}
          </small>
        </dd>
      </div>
      <div>
        <dt>Height above dock</dt>
        <dd>
          {figure(v.alt_rel_m)}
          <small> m</small>
        </dd>
      </div>
      <div>
        <dt>Speed</dt>
        <dd>
          {figure(v.groundspeed_mps, 1)}
          <small> m/s</small>
        </dd>
      </div>
      <div>
        <dt>Heading</dt>
        <dd>
          {figure(v.heading_deg)}
          <small>° {v.heading_deg !== null && compass(v.heading_deg)}</small>
        </dd>
      </div>
      <div>
        <dt>{bound?.home ? "To dock" : "To target"}</dt>
        <dd>
          {distance(left)}
          <small>{v.eta_s !== null && ` · ${duration(v.eta_s)}`}</small>
        </dd>
      </div>
      <div class={v.gps_fix !== null && v.gps_fix < 3 ? "warn" : ""}>
        <dt>Satellites</dt>
        <dd>
          {figure(v.satellites)}
          <small>{v.mode && ` · ${v.mode}`}</small>
        </dd>
      </div>
    </dl>
  );
}

function Warnings({ v }: { v: Vehicle }) {
  const notReady = v.airborne || v.armed || v.ready ? [] : v.not_ready;
  if (v.warnings.length + notReady.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings">
      {v.warnings.map((text) => (
        <li key={text} class="warn" role="alert">
          {text}
        </li>
      ))}
      {notReady.map((text) => (
        <li key={text}>Not ready: {text}</li>
      ))}
    </ul>
  );
}

/** What the map shows of the ground, in words: the newest few. */
function GroundLine({ edge }: { edge: string }) {
  const seen = onTheGround.value.filter((one) => one.edge === edge);
  if (seen.length === 0) return null;
  return (
    <p class="dock-line" aria-label="Seen on the ground">
      On the ground:{" "}
      {seen
        .slice(0, GROUND_NAMED)
        .map((one) => `${one.label} ±${Math.ceil(one.error_m)} m, ${ago(one.age_ms)}`)
        .join(" · ")}
      {seen.length > GROUND_NAMED && ` · ${seen.length - GROUND_NAMED} more on the map`}
    </p>
  );
}

function DockLine({ edge, seen }: { edge: string; seen: Seen<Dock> | undefined }) {
  if (!seen) return <p class="dock-line dim">Dock {edge}: not heard</p>;
  const d = seen.value;
  const old = isStale(seen, STALE_MS.dock) || !d.connected;
  return (
    <p class={`dock-line ${old ? "warn" : "dim"}`}>
      {edge}: lid <b>{d.lid}</b>
      {d.pad_clear === false && ", pad occupied"}
      {d.charging && ", charging"}
      {d.weather && windText(d.weather)}
      {old && " · not heard"}
    </p>
  );
}

const windText = (w: Weather): string =>
  ` · wind ${figure(w.wind_mps, 1)} m/s from ${compass(w.wind_from_deg)}, gusts ${figure(w.gust_mps, 1)}`;
