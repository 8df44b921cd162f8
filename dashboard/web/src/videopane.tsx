/** The picture: of the chosen aircraft, or of a camera that was clicked on the map; its age is always told. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { utcTime } from "./format";
import { boxes, looking, roomOffset, tick, vehicles } from "./state";
import { play, type Shown } from "./video";

const OLD_MS = 2000;

export function VideoPane({ edge }: { edge: string }) {
  const own = boxes.value[edge]?.inventory?.cameras.find((camera) => camera.role === "aircraft")?.name;
  const of = looking.value ?? (own ? { edge, camera: own } : null);
  return (
    <figure class="video">
      {of ? (
        <Picture key={`${of.edge}/${of.camera}`} edge={of.edge} camera={of.camera} />
      ) : (
        <p class="empty centred">No camera on this aircraft.</p>
      )}
      {looking.value && (
        <button
          class="video-back"
          onClick={() => {
            looking.value = null;
          }}
        >
          Back to the aircraft
        </button>
      )}
    </figure>
  );
}

function Picture({ edge, camera }: { edge: string; camera: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useSignal<Shown>({ state: "connecting", text: "", capturedUs: null });
  useEffect(
    () =>
      canvas.current
        ? play(canvas.current, edge, camera, (now) => {
            shown.value = now;
          })
        : undefined,
    [edge, camera],
  );
  void tick.value;
  const { state, text, capturedUs } = shown.value;
  const withheld = withheldOf(edge, camera);
  const age = capturedUs === null ? null : ageMs(edge, capturedUs);
  const old = age !== null && age > OLD_MS;
  return (
    <>
      <canvas
        ref={canvas}
        class={old || state === "lost" ? "is-old" : ""}
        role="img"
        aria-label={`Live picture of ${camera}`}
        data-state={state}
      />
      <figcaption>
        <b>{camera}</b>
        {capturedUs !== null && <time>{utcTime(new Date(capturedUs / 1000).toISOString())}</time>}
        {age !== null && (
          <span class={old ? "warn" : "ok"}>
            {old ? `Picture is ${(age / 1000).toFixed(0)} s old` : `Live, ${age} ms`}
          </span>
        )}
      </figcaption>
      {(withheld || text || capturedUs === null) && (
        <p class="video-text" role="status">
          {withheld ? `Picture withheld: ${withheld}` : text || "Waiting for the camera"}
        </p>
      )}
    </>
  );
}

/** Why the box holds this camera's picture back; empty for a camera that does not fly. */
function withheldOf(edge: string, camera: string): string {
  const flies = boxes.value[edge]?.inventory?.cameras.find((one) => one.name === camera)?.role === "aircraft";
  const own = Object.values(vehicles.value).find(({ value }) => value.edge === edge);
  return (flies && own?.value.withheld) || "";
}

/** By the room's clock, the box's own offset taken out. */
function ageMs(edge: string, capturedUs: number): number {
  const boxOffset = boxes.value[edge]?.health?.clock_offset_ms ?? 0;
  return Math.max(0, Math.round(Date.now() + roomOffset.value - (capturedUs / 1000 - boxOffset)));
}
