/** MapLibre with its worker as a file of ours: the console's policy allows no script from a blob. */
import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";

maplibregl.setWorkerUrl(workerUrl);
export default maplibregl;
