/** The map's place on the page, and what is said when it cannot be drawn. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "./api";
import { openMap, type MapHandle } from "./map";

export function MapPane() {
  const place = useRef<HTMLDivElement>(null);
  const handle = useRef<MapHandle | null>(null);
  const error = useSignal("");
  useEffect(() => {
    let over = false;
    const open = async (): Promise<void> => {
      const frame = await api.map();
      if (over || !place.current) return;
      const opened = await openMap(place.current, frame);
      if (over) opened.end();
      else handle.current = opened;
    };
    open().catch((failure: unknown) => {
      error.value = failure instanceof Error ? failure.message : String(failure);
    });
    return () => {
      over = true;
      handle.current?.end();
    };
  }, []);
  return (
    <section class="map" aria-label="Map">
      <div class="map-place" ref={place} />
      {error.value && (
        <p class="map-error error" role="alert">
          The map cannot be drawn: {error.value}. All else works.
        </p>
      )}
      <button class="map-all" onClick={() => handle.current?.fitAll()}>
        Show all
      </button>
    </section>
  );
}
