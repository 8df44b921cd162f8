/** Patch, overview and the table of reads; each picture's fetch is an audited look (S5). */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { mediaUrl, type Ground } from "./api";
import { localTime, percent, sinceAlarm, spaced, sureness, utcTime, words } from "./format";
import { Plate } from "./plate";
import type { IncidentPage, Read } from "./shapes";

export function Evidence({ full }: { full: IncidentPage }) {
  const chosen = useSignal<string | null>(null);
  const reads = [...full.reads].sort((a, b) => b.captured_at.localeCompare(a.captured_at));
  const read = reads.find((one) => one.event_id === chosen.value) ?? reads[0];
  if (!read) return <p class="empty">No read is stored for this incident yet.</p>;
  return (
    <section class="card evidence" aria-label="Evidence">
      <div class="pictures">
        <figure class="overview">
          <Picture
            sha={read.overview}
            ground={{ incident: full.id }}
            alt={`Overview: ${spaced(read.vrm)} at ${read.camera}`}
          />
          <figcaption>
            {read.camera} <time>{utcTime(read.captured_at)}</time>
          </figcaption>
        </figure>
        <figure class="patch">
          <Picture sha={read.patch} ground={{ incident: full.id }} alt={`Plate as photographed: ${spaced(read.vrm)}`} />
          <figcaption>
            <Plate vrm={read.vrm} /> <Confidence read={read} />
            {plain(read.raw) !== plain(read.vrm) && <b class="warn">Read as {read.raw}</b>}
            {!read.time_verified && <b class="warn">Time unverified</b>}
          </figcaption>
        </figure>
      </div>
      <table class="reads">
        <thead>
          <tr>
            <th>Captured</th>
            <th class="utc">UTC</th>
            <th class="num">Since alarm</th>
            <th>Camera</th>
            <th class="num">Conf.</th>
          </tr>
        </thead>
        <tbody>
          {reads.map((one) => (
            <tr key={one.event_id} class={one === read ? "is-chosen" : ""}>
              <td>
                <button
                  class="quiet"
                  aria-pressed={one === read}
                  onClick={() => {
                    chosen.value = one.event_id;
                  }}
                >
                  {localTime(one.captured_at)}
                </button>
              </td>
              <td class="utc">{utcTime(one.captured_at)}</td>
              <td class="num">{sinceAlarm(one.captured_at, full.opened_at)}</td>
              <td>{one.camera}</td>
              <td class="num">{percent(one.confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Picture({ sha, ground, alt }: { sha: string | null; ground: Ground; alt: string }) {
  const failed = useSignal<string | null>(null);
  const asked = useRef({ sha, times: 0 });
  if (asked.current.sha !== sha) asked.current = { sha, times: 0 };
  if (!sha) return <div class="no-picture">No picture was sent</div>;
  // The read comes before its pictures (SAFETY.md D5: media is the last lane), so a missing one is asked for again.
  if (failed.value === sha)
    return (
      <button
        class="no-picture"
        onClick={() => {
          failed.value = null;
        }}
      >
        {askAgainMs(asked.current.times) !== null
          ? "Picture not here yet. Try again"
          : "Picture not here, or its time is over. Try again"}
      </button>
    );
  return (
    <img key={sha} src={mediaUrl(sha, ground)} alt={alt} onError={() => retry(failed, sha, asked.current.times++)} />
  );
}

/** In 2 s, then later each time; null after eight minutes: each look is audited, and old pictures are gone for good. */
export const askAgainMs = (times: number): number | null => (times < 8 ? 2_000 * 2 ** times : null);

function retry(failed: { value: string | null }, sha: string, times: number): void {
  failed.value = sha;
  const wait = askAgainMs(times);
  if (wait === null) return;
  window.setTimeout(() => {
    if (failed.value === sha) failed.value = null;
  }, wait);
}

/** Spaces left out, O as 0 and I as 1: what else differs the grammar has changed. */
function plain(mark: string): string {
  return mark
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .replaceAll("O", "0")
    .replaceAll("I", "1");
}

function Confidence({ read }: { read: Read }) {
  const level = read.confidence >= 0.9 ? "ok" : read.confidence >= 0.7 ? "degraded" : "down";
  return (
    <span class={`chip part-${level}`} title={`Read as “${read.raw}”, format ${read.format}`}>
      {words(sureness(read.confidence))}, {percent(read.confidence)}
    </span>
  );
}
