/** How often each camera misreads, in words; and, for a reason and a case, what was read and not told today. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, Refused } from "./api";
import { localDate, misreadWords, percent } from "./format";
import type { Misread, Rejected } from "./shapes";
import { can } from "./state";

export function ReadQuality({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cameras = useSignal<Misread[] | null>(null);
  const rejected = useSignal<Rejected[] | null>(null);
  const error = useSignal("");
  const ask = async <T,>(into: { value: T }, call: Promise<T>): Promise<void> => {
    error.value = "";
    try {
      into.value = await call;
    } catch (refused) {
      error.value = refused instanceof Refused ? [refused.message, ...refused.reasons].join(". ") : String(refused);
    }
  };
  useEffect(() => {
    dialog.current?.showModal();
    void ask(cameras, api.quality());
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void ask(rejected, api.rejected({ reason: String(form.get("reason")), case: String(form.get("case")) }));
  };
  return (
    <dialog ref={dialog} class="search" aria-labelledby="quality-title" onClose={onClose}>
      <header>
        <h2 id="quality-title">Read quality</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {cameras.value && <Cameras rows={cameras.value} />}
      {can.value && (
        <form onSubmit={submit}>
          <h3>Read and not told, last 24 hours</h3>
          <p class="dim">Recorded under your name with the reason and the case before anything is shown.</p>
          <div class="fields">
            <label>
              Case
              <input name="case" required maxLength={100} placeholder="Case or log number" />
            </label>
            <label class="wide">
              Reason
              <input name="reason" required maxLength={500} placeholder="Why do you need this?" />
            </label>
          </div>
          <button class="primary">Show</button>
        </form>
      )}
      <p class="error" role="alert">
        {error.value}
      </p>
      {rejected.value && <RejectedReads rows={rejected.value} />}
    </dialog>
  );
}

function Cameras({ rows }: { rows: Misread[] }) {
  if (rows.length === 0) return <p class="empty">No camera has read anything yet.</p>;
  return (
    <table class="reads">
      <thead>
        <tr>
          <th>Camera</th>
          <th>Estimate, 95 % interval</th>
          <th class="num">Reads</th>
          <th class="num">Checked</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.edge}/${row.camera}`}>
            <td>{row.camera}</td>
            <td>{misreadWords(row)}</td>
            <td class="num">{row.reads}</td>
            <td class="num" title="Seen again at another camera, or a test plate">
              {row.checked}
            </td>
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
      <table class="reads">
        <thead>
          <tr>
            <th>Seen</th>
            <th>Camera</th>
            <th>Plate</th>
            <th>Read as</th>
            <th>Why it was not told</th>
            <th class="num">Conf.</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.camera}${row.at}${row.text}`}>
              <td>{localDate(row.at)}</td>
              <td>{row.camera}</td>
              <td>{row.patch && <img alt="" height={28} src={`data:image/jpeg;base64,${row.patch}`} />}</td>
              <td>{row.text || "nothing"}</td>
              <td>{row.reason}</td>
              <td class="num">{percent(row.confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
