/** The last reads as they come: proof that the cameras live; hits stand out, possible ones apart (S8). */
import { localTime, percent, sureness } from "./format";
import { Plate } from "./plate";
import { reads } from "./state";

export function Ticker() {
  return (
    <section class="ticker" aria-label="Latest reads">
      <h2>Latest reads</h2>
      {reads.value.length === 0 && <p class="empty">None since you signed in.</p>}
      <ul>
        {reads.value.slice(0, 14).map((read) => (
          <li key={read.event_id} class={read.hit ? `hit-${read.hit}` : ""}>
            <time dateTime={read.captured_at}>{localTime(read.captured_at)}</time>
            <Plate vrm={read.vrm} size="small" plain={read.hit !== "hit"} />
            <span class="grow dim">{read.camera}</span>
            {read.hit ? (
              <b>{read.hit === "hit" ? "HIT" : "possible"}</b>
            ) : (
              <span class={read.confidence < 0.9 ? "warn" : "dim"} title={percent(read.confidence)}>
                {sureness(read.confidence)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
