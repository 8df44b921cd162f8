/** Docks, aircraft and incidents as HTML on the map: buttons, so that a keyboard and a screen reader reach them. */
import { effect } from "@preact/signals";
import type { Map as Chart, Marker } from "maplibre-gl";
import { callSign, figure, spaced, words } from "./format";
import maplibregl from "./maplibre";
import { chooseAircraft, openIncident } from "./select";
import {
  boxes,
  docks,
  incidentList,
  isStale,
  keyOf,
  selectedAircraft,
  selectedIncident,
  STALE_MS,
  vehicles,
} from "./state";

/** `turn`: degrees of the symbol; `label`: beside it; `hint`: what a screen reader says. */
interface Pin {
  lat: number;
  lon: number;
  looks: string;
  label: string;
  hint: string;
  turn?: number;
  press: () => void;
}

const SHAPES = {
  aircraft: '<path d="M16 2 27 29 16 23 5 29Z"/>',
  dock: '<rect x="5" y="5" width="22" height="22" rx="3"/><path d="M11 10v12M21 10v12M11 16h10"/>',
  incident: '<circle cx="16" cy="16" r="11"/><path d="M16 9v8M16 21v2"/>',
} as const;

/** Keeps one kind of marker in step with `pins`. */
function keep(map: Chart, kind: keyof typeof SHAPES, pins: () => Record<string, Pin>): () => void {
  const shown = new Map<string, Marker>();
  const stop = effect(() => {
    const wanted = pins();
    for (const [id, marker] of shown) {
      if (wanted[id]) continue;
      marker.remove();
      shown.delete(id);
    }
    for (const [id, pin] of Object.entries(wanted)) {
      const marker = shown.get(id) ?? create(map, kind, pin);
      shown.set(id, marker);
      dress(marker.setLngLat([pin.lon, pin.lat]).getElement(), kind, pin);
    }
  });
  return () => {
    stop();
    shown.forEach((marker) => marker.remove());
  };
}

function create(map: Chart, kind: keyof typeof SHAPES, pin: Pin): Marker {
  const element = document.createElement("button");
  element.innerHTML = `<svg viewBox="0 0 32 32" aria-hidden="true">${SHAPES[kind]}</svg><span></span>`;
  element.dataset["kind"] = kind;
  return new maplibregl.Marker({ element, anchor: "center" }).setLngLat([pin.lon, pin.lat]).addTo(map);
}

/** Touches the page only where something changed: vehicles arrive five times a second. */
function dress(element: HTMLElement, kind: string, pin: Pin): void {
  const stamp = `${pin.looks}|${pin.label}|${pin.turn}`;
  element.onclick = pin.press;
  if (element.dataset["stamp"] === stamp) return;
  element.dataset["stamp"] = stamp;
  for (const name of [...element.classList]) if (name.startsWith("pin")) element.classList.remove(name);
  element.classList.add(
    "pin",
    `pin-${kind}`,
    ...pin.looks
      .split(" ")
      .filter(Boolean)
      .map((name) => `pin-${name}`),
  );
  element.setAttribute("aria-label", pin.hint);
  (element.firstElementChild as SVGElement).style.transform = `rotate(${pin.turn ?? 0}deg)`;
  (element.lastElementChild as HTMLElement).textContent = pin.label;
}

function dockPins(): Record<string, Pin> {
  const pins: Record<string, Pin> = {};
  for (const { edge, inventory, online } of Object.values(boxes.value)) {
    if (!inventory?.aircraft) continue;
    const { name, lat, lon } = inventory.aircraft;
    const seen = docks.value[edge];
    const lid = isStale(seen, STALE_MS.dock) ? "unknown" : (seen?.value.lid ?? "unknown");
    pins[edge] = {
      lat,
      lon,
      looks: `lid-${lid} ${online ? "" : "dead"}`,
      label: edge,
      hint: `Dock ${edge}, lid ${lid}, home of ${callSign(name)}`,
      press: () => chooseAircraft(`${edge}/${name}`),
    };
  }
  return pins;
}

function aircraftPins(): Record<string, Pin> {
  const pins: Record<string, Pin> = {};
  for (const seen of Object.values(vehicles.value)) {
    const v = seen.value;
    if (!v.airborne || v.lat === null || v.lon === null) continue;
    const old = isStale(seen, STALE_MS.vehicle);
    const key = keyOf(v);
    pins[key] = {
      lat: v.lat,
      lon: v.lon,
      turn: v.heading_deg ?? 0,
      looks: `${old ? "old" : ""} ${key === selectedAircraft.value ? "chosen" : ""}`,
      label: `${callSign(v.aircraft)} ${figure(v.alt_rel_m)} m ${figure(v.groundspeed_mps)} m/s${old ? " (old)" : ""}`,
      hint: `${callSign(v.aircraft)}, ${words(v.stage)}, ${figure(v.alt_rel_m)} metres above its dock`,
      press: () => chooseAircraft(key),
    };
  }
  return pins;
}

function incidentPins(): Record<string, Pin> {
  const pins: Record<string, Pin> = {};
  for (const one of incidentList.value) {
    if (one.state === "closed" || one.lat === null || one.lon === null) continue;
    pins[one.id] = {
      lat: one.lat,
      lon: one.lon,
      label: one.vrm ? spaced(one.vrm) : words(one.kind),
      hint: `Incident ${one.number}: ${one.title}`,
      looks: `${one.alarm ? "alarm" : ""} ${one.vrm ? "" : "object"} ${one.id === selectedIncident.value ? "chosen" : ""}`,
      press: () => openIncident(one.id),
    };
  }
  return pins;
}

export function markers(map: Chart): () => void {
  const ends = [keep(map, "dock", dockPins), keep(map, "incident", incidentPins), keep(map, "aircraft", aircraftPins)];
  return () => ends.forEach((end) => end());
}
