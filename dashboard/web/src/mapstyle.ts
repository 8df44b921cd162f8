/** The base map in control-room dark: built in code, without glyph or tile server; names in the page's own font. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { MapFrame } from "./shapes";

const LAND = "#10161e";
const CASING = "#0a0e13";
const FONT = ["Inter Variable"];
/** Streets come with `class`, `kind` or OpenStreetMap's `highway`; an unknown one is a small street. */
const KIND = [
  "downcase",
  ["to-string", ["coalesce", ["get", "class"], ["get", "kind"], ["get", "highway"], ""]],
] as const;
const MAJOR = ["main", "primary", "trunk", "motorway", "secondary", "major", "highway", "major_road"];
const GREEN = ["park", "green", "grass", "wood", "forest", "garden", "pitch", "cemetery"];
const WATER = ["water", "river", "lake", "pond", "stream", "canal"];
const BUILT = ["building", "block", "house", "roof"];

const isKind = (names: string[]): unknown[] => ["in", KIND, ["literal", names]];
const width = (major: number, minor: number): unknown => [
  "interpolate",
  ["exponential", 1.6],
  ["zoom"],
  12,
  ["case", isKind(MAJOR), major / 4, minor / 4],
  18,
  ["case", isKind(MAJOR), major * 3, minor * 3],
];

function baseLayers(source: Record<string, unknown>, roads: Record<string, unknown>): unknown[] {
  const area = (id: string, names: string[], colour: string): unknown => ({
    id,
    type: "fill",
    ...source,
    filter: ["all", ["==", ["geometry-type"], "Polygon"], isKind(names)],
    paint: { "fill-color": colour },
  });
  const isLine = ["all", ["==", ["geometry-type"], "LineString"], ["!", isKind(WATER)]];
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    area("green", GREEN, "#14231c"),
    area("water", WATER, "#12283a"),
    area("built", BUILT, "#171f29"),
    {
      id: "river",
      type: "line",
      ...source,
      filter: ["all", ["==", ["geometry-type"], "LineString"], isKind(WATER)],
      layout: round,
      paint: { "line-color": "#12283a", "line-width": width(14, 10) },
    },
    {
      id: "street-casing",
      type: "line",
      ...roads,
      filter: isLine,
      layout: round,
      paint: { "line-color": CASING, "line-width": width(9, 6) },
    },
    {
      id: "street",
      type: "line",
      ...roads,
      filter: isLine,
      layout: round,
      paint: { "line-color": ["case", isKind(MAJOR), "#3d4c5e", "#2a3644"], "line-width": width(7, 4.5) },
    },
    {
      id: "street-name",
      type: "symbol",
      ...roads,
      minzoom: 14.2,
      filter: ["all", isLine, ["has", "name"]],
      layout: {
        "symbol-placement": "line",
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10, 18, 14],
        "symbol-spacing": 320,
      },
      paint: { "text-color": "#a9b6c4", "text-halo-color": LAND, "text-halo-width": 1.6 },
    },
    {
      id: "area-name",
      type: "symbol",
      ...source,
      minzoom: 14,
      filter: ["all", ["==", ["geometry-type"], "Polygon"], ["has", "name"]],
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 },
      paint: { "text-color": "#7fa08c", "text-halo-color": LAND, "text-halo-width": 1.4 },
    },
  ];
}

/** The operator's own tiles (Protomaps' layers) where given, else the streets, else an empty plain. */
export function mapStyle(frame: MapFrame): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {};
  const layers: unknown[] = [{ id: "land", type: "background", paint: { "background-color": LAND } }];
  if (frame.pmtiles) {
    const url = `pmtiles://${new URL(frame.pmtiles, location.href).href}`;
    sources["tiles"] = { type: "vector", url };
    for (const name of ["landuse", "water", "buildings"]) layers.push(...tileLayers(name));
    layers.push(
      ...baseLayers({ source: "tiles", "source-layer": "places" }, { source: "tiles", "source-layer": "roads" }),
    );
  } else if (frame.streets) {
    sources["streets"] = { type: "geojson", data: frame.streets };
    layers.push(...baseLayers({ source: "streets" }, { source: "streets" }));
  }
  return { version: 8, sources, layers: layers as LayerSpecification[] };
}

const TILE_COLOURS: Record<string, string> = { landuse: "#131c22", water: "#12283a", buildings: "#171f29" };
const tileLayers = (name: string): unknown[] => [
  {
    id: `tiles-${name}`,
    type: "fill",
    source: "tiles",
    "source-layer": name,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": TILE_COLOURS[name] },
  },
];
