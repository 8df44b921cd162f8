/** Plate search: no reason and case, no data; the room writes the audit entry before it answers (S5). */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, Refused } from "./api";
import { localDate, percent, utcTime } from "./format";
import { Plate } from "./plate";
import type { Read } from "./shapes";

export function PlateSearch({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const found = useSignal<Read[] | null>(null);
  const error = useSignal("");
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget as HTMLFormElement)].map(([k, v]) => [k, String(v).trim()]),
    );
    for (const edge of ["since", "until"]) if (fields[edge]) fields[edge] = new Date(fields[edge]).toISOString();
    error.value = "";
    try {
      found.value = await api.reads(Object.fromEntries(Object.entries(fields).filter(([, value]) => value)));
    } catch (refused) {
      error.value = refused instanceof Refused ? [refused.message, ...refused.reasons].join(". ") : String(refused);
    }
  };
  return (
    <dialog ref={dialog} class="search" aria-labelledby="search-title" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <header>
          <h2 id="search-title">Plate search</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        <p class="dim">Recorded under your name with the reason and the case before anything is shown.</p>
        <div class="fields">
          <label>
            Mark
            <input name="vrm" required maxLength={16} placeholder="AB12 CDE" spellcheck={false} autofocus />
          </label>
          <label>
            From
            <input name="since" type="datetime-local" />
          </label>
          <label>
            To
            <input name="until" type="datetime-local" />
          </label>
          <label>
            Case
            <input name="case" required maxLength={100} placeholder="Case or log number" />
          </label>
          <label class="wide">
            Reason
            <input name="reason" required maxLength={500} placeholder="Why do you need this?" />
          </label>
        </div>
        <button class="primary">Search</button>
        <p class="error" role="alert">
          {error.value}
        </p>
      </form>
      {found.value && <Found reads={found.value} />}
    </dialog>
  );
}

function Found({ reads }: { reads: Read[] }) {
  if (reads.length === 0)
    return (
      <p class="empty" role="status">
        No read of this mark in that time.
      </p>
    );
  return (
    <div class="found" role="status" aria-label={`${reads.length} reads`}>
      <table class="reads">
        <thead>
          <tr>
            <th>Captured</th>
            <th>UTC</th>
            <th>Mark</th>
            <th>Camera</th>
            <th>Direction</th>
            <th class="num">Conf.</th>
          </tr>
        </thead>
        <tbody>
          {reads.map((read) => (
            <tr key={read.event_id}>
              <td>{localDate(read.captured_at)}</td>
              <td>
                {utcTime(read.captured_at)}
                {!read.time_verified && " (unverified)"}
              </td>
              <td>
                <Plate vrm={read.vrm} size="small" />
              </td>
              <td>{read.camera}</td>
              <td>{read.direction}</td>
              <td class="num">{percent(read.confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
