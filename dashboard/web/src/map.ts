/** The MapLibre door: one map, its sources fed from signals, its markers kept in step. */
import { effect } from "@preact/signals";
import maplibregl from "./maplibre";
import type { GeoJSONSource, LayerSpecification, Map as Chart } from "maplibre-gl";
import * as data from "./mapdata";
import { LIVE_LAYERS } from "./maplayers";
import { mapStyle } from "./mapstyle";
import { markers } from "./markers";
import type { MapFrame } from "./shapes";
import { below, boxes, incidents, looking, onTheGround, page, selectedIncident, trails, vehicles } from "./state";

const SOURCES = ["cameras", "ground", "sightings", "trails", "targets"] as const;

export interface MapHandle {
  fitAll: () => void;
  end: () => void;
}

export async function openMap(container: HTMLElement, frame: MapFrame): Promise<MapHandle> {
  // Names are rasterised from the page's font, so it has to be there before the first tile asks for a letter.
  await document.fonts.load("400 16px 'Inter Variable'").catch(() => []);
  if (frame.pmtiles) {
    const { Protocol } = await import("pmtiles");
    maplibregl.addProtocol("pmtiles", new Protocol().tile);
  }
  const map = new maplibregl.Map({
    container,
    style: mapStyle(frame),
    center: [frame.lon, frame.lat],
    zoom: frame.zoom,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    maxPitch: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
  await map.once("load");
  const empty: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  for (const id of SOURCES) map.addSource(id, { type: "geojson", data: empty });
  for (const layer of LIVE_LAYERS) map.addLayer(layer as LayerSpecification);
  lookOnClick(map);
  const ends = [...feed(map), markers(map), goToChosen(map)];
  const seen = effect(() => {
    if (Object.keys(boxes.value).length > 0)
      queueMicrotask(() => {
        seen();
        fitAll(map, false);
      });
  });
  return {
    fitAll: () => fitAll(map, true),
    end: () => {
      ends.forEach((end) => end());
      map.remove();
    },
  };
}

function feed(map: Chart): (() => void)[] {
  const set = (id: string, value: GeoJSON.FeatureCollection): void => {
    map.getSource<GeoJSONSource>(id)?.setData(value);
  };
  return [
    effect(() => set("cameras", data.cameras(boxes.value))),
    effect(() => {
      if (Object.keys(below.value).length > 0) set("ground", data.ground(onTheGround.value));
    }),
    effect(() => set("sightings", data.sightings(page.value))),
    effect(() => {
      set(
        "targets",
        data.targets(
          Object.values(vehicles.value).map((seen) => seen.value),
          boxes.value,
        ),
      );
      set("trails", data.trails(trails));
    }),
  ];
}

function lookOnClick(map: Chart): void {
  map.on("click", "camera", (event) => {
    const of = event.features?.[0]?.properties;
    if (of) looking.value = { edge: String(of["edge"]), camera: String(of["camera"]) };
  });
  map.on("mouseenter", "camera", () => {
    map.getCanvas().style.cursor = "pointer";
  });
  map.on("mouseleave", "camera", () => {
    map.getCanvas().style.cursor = "";
  });
}

/** An incident that is opened comes into view; the map stays where it is for one that is in view already. */
function goToChosen(map: Chart): () => void {
  return effect(() => {
    const one = incidents.peek()[selectedIncident.value ?? ""];
    if (!one || one.lat === null || one.lon === null || map.getBounds().contains([one.lon, one.lat])) return;
    map.easeTo({ center: [one.lon, one.lat], animate: !calm(), duration: 500 });
  });
}

const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Every box, flying aircraft and open incident in view. */
function fitAll(map: Chart, smooth: boolean): void {
  const bounds = new maplibregl.LngLatBounds();
  for (const box of Object.values(boxes.value))
    if (box.inventory) bounds.extend([box.inventory.lon, box.inventory.lat]);
  for (const one of Object.values(incidents.value)) {
    if (one.state !== "closed" && one.lat !== null && one.lon !== null) bounds.extend([one.lon, one.lat]);
  }
  for (const { value: v } of Object.values(vehicles.value)) {
    if (v.airborne && v.lat !== null && v.lon !== null) bounds.extend([v.lon, v.lat]);
  }
  if (!bounds.isEmpty())
    map.fitBounds(bounds, {
      padding: Math.min(90, 0.15 * Math.min(map.getContainer().clientWidth, map.getContainer().clientHeight)),
      maxZoom: 16.5,
      animate: smooth && !calm(),
      duration: 500,
    });
}
