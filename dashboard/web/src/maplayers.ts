/** How what moves is drawn: cameras and their wedges, sightings, trails and targets. */

const FONT = ["Inter Variable"];
const text = (field: string, offset: number): object => ({
  "text-field": ["get", field],
  "text-font": FONT,
  "text-size": 11,
  "text-offset": [0, offset],
  "text-anchor": "top",
});
const halo = { "text-halo-color": "#0a0e13", "text-halo-width": 1.6 };
const shade = (live: string, dead: string): unknown => ["case", ["get", "live"], live, dead];
const isPoint = ["==", ["geometry-type"], "Point"];

const aged = (fresh: number): unknown => ["case", ["get", "old"], 0.3 * fresh, fresh];

export const LIVE_LAYERS = [
  {
    id: "ground-ring",
    type: "fill",
    source: "ground",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": "#d9a7ff", "fill-opacity": aged(0.2), "fill-outline-color": "#d9a7ff" },
  },
  {
    id: "ground",
    type: "circle",
    source: "ground",
    filter: isPoint,
    paint: {
      "circle-radius": 4,
      "circle-color": "#d9a7ff",
      "circle-opacity": aged(1),
      "circle-stroke-color": "#0a0e13",
      "circle-stroke-width": 1.5,
    },
  },
  {
    id: "ground-name",
    type: "symbol",
    source: "ground",
    minzoom: 14.5,
    filter: isPoint,
    layout: text("name", 0.7),
    paint: { "text-color": "#ecd3ff", "text-opacity": ["case", ["get", "old"], 0.6, 1], ...halo },
  },
  {
    id: "wedge",
    type: "fill",
    source: "cameras",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": shade("#5cc8ff", "#5a6470"), "fill-opacity": 0.22 },
  },
  {
    id: "wedge-edge",
    type: "line",
    source: "cameras",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "line-color": shade("#5cc8ff", "#5a6470"), "line-opacity": 0.5, "line-width": 1 },
  },
  {
    id: "camera",
    type: "circle",
    source: "cameras",
    filter: isPoint,
    paint: {
      "circle-radius": 5.5,
      "circle-color": shade("#5cc8ff", "#5a6470"),
      "circle-stroke-color": "#0a0e13",
      "circle-stroke-width": 2,
    },
  },
  {
    id: "camera-name",
    type: "symbol",
    source: "cameras",
    minzoom: 13.5,
    filter: isPoint,
    layout: {
      ...text("camera", 0),
      "text-variable-anchor": ["right", "top", "left"],
      "text-radial-offset": 0.9,
      "text-allow-overlap": true,
    },
    paint: { "text-color": "#a9def9", ...halo },
  },
  {
    id: "sighting-path",
    type: "line",
    source: "sightings",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": "#ff6b6b", "line-width": 2, "line-dasharray": [1, 2] },
  },
  {
    id: "sighting",
    type: "circle",
    source: "sightings",
    filter: isPoint,
    paint: { "circle-radius": 4, "circle-color": "#ff6b6b" },
  },
  {
    id: "sighting-time",
    type: "symbol",
    source: "sightings",
    filter: isPoint,
    layout: text("name", 0.9),
    paint: { "text-color": "#ffb3b3", ...halo },
  },
  {
    id: "trail",
    type: "line",
    source: "trails",
    layout: { "line-join": "round" },
    paint: { "line-color": "#7ee2a8", "line-width": 2.5, "line-opacity": 0.75 },
  },
  {
    id: "target-line",
    type: "line",
    source: "targets",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": "#ffd35c", "line-width": 1.8, "line-dasharray": [3, 2] },
  },
  {
    id: "target",
    type: "circle",
    source: "targets",
    filter: isPoint,
    paint: { "circle-radius": 7, "circle-opacity": 0, "circle-stroke-color": "#ffd35c", "circle-stroke-width": 2 },
  },
];
