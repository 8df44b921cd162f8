/** What moves on the map, as GeoJSON made from the signals' values. Pure. */
import { line, ring, wedge, type Place } from "./geo";
import { ago, localTime, words } from "./format";
import type { Box, IncidentPage, Placed, Vehicle } from "./shapes";

type Features = GeoJSON.FeatureCollection;
const all = (features: GeoJSON.Feature[]): Features => ({ type: "FeatureCollection", features });
const point = (lon: number, lat: number, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({
  type: "Feature",
  properties,
  geometry: { type: "Point", coordinates: [lon, lat] },
});

/** Fixed cameras: a point and a wedge each; a silent box's are dim. Aircraft carry theirs along. */
export function cameras(boxes: Record<string, Box>): Features {
  const fixed = Object.values(boxes).flatMap((box) =>
    (box.inventory?.cameras ?? []).filter((camera) => camera.role !== "aircraft").map((camera) => ({ box, camera })),
  );
  return all(
    fixed.flatMap(({ box, camera }) => {
      const part = box.health?.parts[`camera-${camera.name}`];
      const live = box.online && part?.state !== "down";
      const properties = { edge: box.edge, camera: camera.name, live };
      return [
        { type: "Feature" as const, properties, geometry: wedge(camera, camera.heading_deg) },
        point(camera.lon, camera.lat, properties),
      ];
    }),
  );
}

export function trails(paths: Map<string, [number, number][]>): Features {
  return all([...paths.values()].filter((path) => path.length > 1).map(line));
}

/** Where an aircraft is bound for: home once it returns, whatever it was sent to before; null while it is nowhere. */
export function goal(v: Vehicle, home: Place | undefined): { place: Place; home: boolean } | null {
  if (/^(returning|landing)$/.test(v.stage)) return home ? { place: home, home: true } : null;
  if (v.target_lat === null || v.target_lon === null) return null;
  return { place: { lat: v.target_lat, lon: v.target_lon }, home: false };
}

/** From each flying aircraft to where it is bound for. */
export function targets(vehicles: Vehicle[], boxes: Record<string, Box>): Features {
  return all(
    vehicles.flatMap((v) => {
      const bound = goal(v, boxes[v.edge]?.inventory?.aircraft ?? undefined);
      if (!v.airborne || v.lat === null || v.lon === null || !bound) return [];
      const end: [number, number] = [bound.place.lon, bound.place.lat];
      return [line([[v.lon, v.lat], end]), point(...end, {})];
    }),
  );
}

/** The open incident's reads in the order of capture: where it went. */
export function sightings(page: IncidentPage | null): Features {
  const reads = [...(page?.reads ?? [])].sort((a, b) => a.captured_at.localeCompare(b.captured_at));
  const path = reads.map((read): [number, number] => [read.lon, read.lat]);
  const dots = reads.map((read) => point(read.lon, read.lat, { name: localTime(read.captured_at) }));
  return all(path.length > 1 ? [line(path), ...dots] : dots);
}

const OLD_MS = 12_000;
/** Objects on the ground: a ring that holds 95 of 100, and a word; those not seen lately are dim. */
export function ground(objects: (Placed & { age_ms: number })[]): Features {
  return all(
    objects.flatMap((one) => {
      const old = one.age_ms > OLD_MS;
      const name = `${words(one.label)} ±${Math.ceil(one.error_m)} m${old ? `, ${ago(one.age_ms)}` : ""}`;
      return [
        { type: "Feature" as const, properties: { old }, geometry: ring(one, one.error_m) },
        point(one.lon, one.lat, { name, old }),
      ];
    }),
  );
}
