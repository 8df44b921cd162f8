/** Small-distance geometry on a sphere of 111,320 m a degree: good to a metre over a town. Pure. */

const M_PER_DEG = 111_320;
const rad = (deg: number): number => (deg * Math.PI) / 180;

export interface Place {
  lat: number;
  lon: number;
}

export function metresBetween(a: Place, b: Place): number {
  const north = (b.lat - a.lat) * M_PER_DEG;
  const east = (b.lon - a.lon) * M_PER_DEG * Math.cos(rad((a.lat + b.lat) / 2));
  return Math.hypot(north, east);
}

/** The point `m` metres from `from` towards `bearing` (degrees from north), as [lon, lat]. */
export function offset(from: Place, bearing: number, m: number): [number, number] {
  const north = m * Math.cos(rad(bearing));
  const east = m * Math.sin(rad(bearing));
  return [from.lon + east / (M_PER_DEG * Math.cos(rad(from.lat))), from.lat + north / M_PER_DEG];
}

/** What a camera looks at: a wedge of `reach` metres, `spread` degrees wide, as one polygon. */
export function wedge(from: Place, heading: number, reach = 45, spread = 44): GeoJSON.Polygon {
  const steps = 8;
  const arc = Array.from({ length: steps + 1 }, (_, i) =>
    offset(from, heading - spread / 2 + (spread * i) / steps, reach),
  );
  return { type: "Polygon", coordinates: [[[from.lon, from.lat], ...arc, [from.lon, from.lat]]] };
}

/** A circle of `m` metres around a place. */
export function ring(around: Place, m: number): GeoJSON.Polygon {
  const points = Array.from({ length: 25 }, (_, i) => offset(around, 15 * i, m));
  return { type: "Polygon", coordinates: [points] };
}

export const line = (points: [number, number][]): GeoJSON.Feature => ({
  type: "Feature",
  properties: {},
  geometry: { type: "LineString", coordinates: points },
});
