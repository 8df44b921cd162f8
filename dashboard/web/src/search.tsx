/** Plate search: no reason and case, no data; the room writes the audit entry before it answers (S5). */
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { api, whyNot } from "./api";
import { Picture } from "./evidence";
import { localDate, percent, spaced, sureness, utcTime } from "./format";
import { Plate } from "./plate";
import { GroundFields, Recorded, Sheet } from "./sheet";
import type { Read } from "./shapes";

/** What was found, and the words that it was asked with: they are the ground for its pictures too. */
interface Found {
  reads: Read[];
  ground: { reason: string; case: string };
}

export function PlateSearch({ onClose }: { onClose: () => void }) {
  const found = useSignal<Found | null>(null);
  const error = useSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget as HTMLFormElement)].map(([k, v]) => [k, String(v).trim()]),
    );
    for (const edge of ["since", "until"]) if (fields[edge]) fields[edge] = new Date(fields[edge]).toISOString();
    try {
      const reads = await api.reads(Object.fromEntries(Object.entries(fields).filter(([, value]) => value)));
      found.value = { reads, ground: { reason: fields["reason"] ?? "", case: fields["case"] ?? "" } };
      error.value = "";
    } catch (refused) {
      error.value = whyNot(refused);
    }
  };
  return (
    <Sheet title="Plate search" onClose={onClose} error={error.value}>
      <form onSubmit={(event) => void submit(event)}>
        <Recorded />
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
          <GroundFields />
        </div>
        <button class="primary">Search</button>
      </form>
      {found.value && <FoundReads {...found.value} />}
    </Sheet>
  );
}

function FoundReads({ reads, ground }: Found) {
  const shown = useSignal<string | null>(null);
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
            <th class="utc">UTC</th>
            <th>Mark</th>
            <th>Camera</th>
            <th>Direction</th>
            <th>Reading</th>
            <th>Picture</th>
          </tr>
        </thead>
        <tbody>
          {reads.map((read) => {
            const open = shown.value === read.event_id;
            return (
              <Fragment key={read.event_id}>
                <tr>
                  <td>{localDate(read.captured_at)}</td>
                  <td class="utc">
                    {utcTime(read.captured_at)}
                    {!read.time_verified && " (unverified)"}
                  </td>
                  <td>
                    <Plate vrm={read.vrm} size="small" />
                  </td>
                  <td>{read.camera}</td>
                  <td>{read.direction}</td>
                  <td title={percent(read.confidence)}>{sureness(read.confidence)}</td>
                  <td>
                    <button
                      class="quiet"
                      aria-expanded={open}
                      aria-label={`${open ? "Hide" : "Show"} the picture of ${localDate(read.captured_at)}`}
                      onClick={() => {
                        shown.value = open ? null : read.event_id;
                      }}
                    >
                      {open ? "Hide" : "Show"}
                    </button>
                  </td>
                </tr>
                {open && (
                  <tr>
                    <td colSpan={7}>
                      <div class="pictures">
                        <figure class="overview">
                          <Picture sha={read.overview} ground={ground} alt={`Overview: ${spaced(read.vrm)}`} />
                        </figure>
                        <figure class="patch">
                          <Picture
                            sha={read.patch}
                            ground={ground}
                            alt={`Plate as photographed: ${spaced(read.vrm)}`}
                          />
                        </figure>
                      </div>
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
