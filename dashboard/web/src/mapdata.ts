/** What moves on the map, as GeoJSON made from the signals' values. Pure. */
import { line, wedge } from "./geo";
import { callSign, localTime } from "./format";
import type { Box, IncidentPage, Vehicle } from "./shapes";

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

/** From each flying aircraft to where it has been sent. */
export function targets(vehicles: Vehicle[]): Features {
  return all(
    vehicles.flatMap((v) => {
      if (!v.airborne || v.lat === null || v.lon === null || v.target_lat === null || v.target_lon === null) return [];
      const end: [number, number] = [v.target_lon, v.target_lat];
      return [line([[v.lon, v.lat], end]), point(...end, { name: callSign(v.aircraft) })];
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
