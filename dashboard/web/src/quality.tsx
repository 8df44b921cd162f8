/** How often each camera misreads, in words; and, for a reason and a case, what was read and not told today. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, whyNot } from "./api";
import { ago, localDate, misreadWords, percent, sureness, utcTime, words } from "./format";
import { GroundFields, Recorded, Sheet } from "./sheet";
import type { Misread, Rejected } from "./shapes";
import { can, roomNow, tick } from "./state";

const AGAIN_MS = 15_000;

export function ReadQuality({ onClose }: { onClose: () => void }) {
  const cameras = useSignal<Misread[] | null>(null);
  const rejected = useSignal<Rejected[] | null>(null);
  const error = useSignal("");
  const ask = async <T,>(into: { value: T }, call: Promise<T>): Promise<void> => {
    try {
      into.value = await call;
      error.value = "";
    } catch (refused) {
      error.value = whyNot(refused);
    }
  };
  useEffect(() => {
    const look = (): void => void ask(cameras, api.quality());
    look();
    const again = setInterval(look, AGAIN_MS);
    return () => clearInterval(again);
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void ask(rejected, api.rejected({ reason: String(form.get("reason")), case: String(form.get("case")) }));
  };
  return (
    <Sheet title="Read quality" onClose={onClose} error={error.value}>
      <p class="dim">
        How many reads are probably wrong, judged without knowing the truth: by how far a vehicle's pictures agree,
        whether the mark can exist, and what other cameras and test plates say of it; 95 times in 100 the true figure
        lies within the range.
      </p>
      {cameras.value ? <Cameras rows={cameras.value} /> : !error.value && <p class="empty">Asking the control room…</p>}
      {can.value && (
        <form onSubmit={submit}>
          <h3>Read and not told, last 24 hours</h3>
          <Recorded />
          <div class="fields">
            <GroundFields />
          </div>
          <button class="primary">Show</button>
        </form>
      )}
      {rejected.value && <RejectedReads rows={rejected.value} />}
    </Sheet>
  );
}

function Cameras({ rows }: { rows: Misread[] }) {
  void tick.value;
  if (rows.length === 0)
    return <p class="empty">No camera has read anything yet; the first count comes a minute after the first reads.</p>;
  return (
    <table class="reads">
      <thead>
        <tr>
          <th>Camera</th>
          <th>Probably wrong</th>
          <th class="num">Reads</th>
          <th class="num" title="Seen again at another camera, or a test plate">
            Double-checked
          </th>
          <th class="num">Counted</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.edge}/${row.camera}`}>
            <td>{row.camera}</td>
            <td>{words(misreadWords(row))}</td>
            <td class="num">{row.reads.toLocaleString("en-GB")}</td>
            <td class="num">{row.checked.toLocaleString("en-GB")}</td>
            <td class="num">{ago(roomNow() - Date.parse(row.at))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RejectedReads({ rows }: { rows: Rejected[] }) {
  if (rows.length === 0)
    return (
      <p class="empty" role="status">
        Nothing was rejected in the last 24 hours.
      </p>
    );
  return (
    <div class="found" role="status" aria-label={`${rows.length} rejected reads`}>
      <table class="reads rejected">
        <thead>
          <tr>
            <th>Plate as photographed</th>
            <th>Read as</th>
            <th>Why it was not told</th>
            <th>Seen</th>
            <th>Camera</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.camera}${row.at}${row.text}`}>
              <td>
                {row.patch ? (
                  <img alt={`Read as ${row.text || "nothing"}`} src={`data:image/jpeg;base64,${row.patch}`} />
                ) : (
                  "No picture"
                )}
              </td>
              <td>
                <b class="read-as">{row.text || "nothing"}</b>
                <small title={percent(row.confidence)}> {sureness(row.confidence)}</small>
              </td>
              <td>{words(row.reason)}</td>
              <td title={utcTime(row.at)}>{localDate(row.at)}</td>
              <td>{row.camera}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
