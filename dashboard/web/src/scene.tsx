/** What a camera's rules saw: the picture with the box in it, the reason, and every word about it. */
import { Picture } from "./evidence";
import { localTime, percent, utcTime, words } from "./format";
import type { IncidentPage, Scene } from "./shapes";
import { looking } from "./state";

export function SceneEvidence({ full }: { full: IncidentPage }) {
  const first = full.scenes.find((scene) => scene.state === "opened") ?? full.scenes[0];
  if (!first) return null;
  return (
    <section class="card evidence" aria-label="Evidence">
      <div class="pictures">
        <figure class="overview scene">
          <div class="scene-frame">
            <Picture
              sha={first.overview}
              ground={{ incident: full.id }}
              alt={`${words(first.label)} at ${first.camera}`}
            />
            {first.overview && <span class="scene-box" style={place(first)} aria-hidden="true" />}
          </div>
          <figcaption>
            {first.camera} <time>{utcTime(first.captured_at)}</time>
            {!first.time_verified && <b class="warn">Time unverified</b>}
            <button
              class="push"
              onClick={() => {
                looking.value = { edge: first.edge, camera: first.camera };
              }}
            >
              Live picture of {first.camera}
            </button>
          </figcaption>
        </figure>
      </div>
      <table class="reads told">
        <thead>
          <tr>
            <th>Captured</th>
            <th>What the camera told</th>
            <th>Seen</th>
          </tr>
        </thead>
        <tbody>
          {full.scenes.map((scene) => (
            <tr key={scene.event_id}>
              <td>{localTime(scene.captured_at)}</td>
              <td>{words(scene.reason)}</td>
              <td title={percent(scene.confidence)}>
                {words(scene.label)}, {percent(scene.confidence)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function place({ box, frame }: Scene): Record<string, string> {
  const share = (px: number, of: number): string => `${(100 * px) / of}%`;
  return {
    left: share(box[0], frame[0]),
    top: share(box[1], frame[1]),
    width: share(box[2] - box[0], frame[0]),
    height: share(box[3] - box[1], frame[1]),
  };
}
