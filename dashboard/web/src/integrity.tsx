/** For supervisors: whether the record is what the boxes told, and what is kept from deletion. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, whyNot } from "./api";
import { ago, chainWords, localDate, spaced } from "./format";
import { openIncident } from "./select";
import { Sheet } from "./sheet";
import type { Chain, FalseHead, Incident, Integrity } from "./shapes";
import { roomNow, tick } from "./state";

export function IntegrityView({ onClose }: { onClose: () => void }) {
  const found = useSignal<Integrity | null>(null);
  const error = useSignal("");
  useEffect(() => {
    api.integrity().then(
      (told) => {
        found.value = told;
      },
      (refused: unknown) => {
        error.value = whyNot(refused);
      },
    );
  }, []);
  const open = (incident: Incident): void => {
    openIncident(incident.id);
    onClose();
  };
  return (
    <Sheet title="Integrity" onClose={onClose} error={error.value}>
      <p class="dim">
        Each box chains its events and signs the chain with its own key: a changed, lost or invented event shows here.
      </p>
      {found.value ? (
        <>
          <Chains rows={found.value.chains} />
          <FalseHeads rows={found.value.false_heads} />
          <h3>On legal hold</h3>
          <Held rows={found.value.held} onOpen={open} />
        </>
      ) : (
        !error.value && <p class="empty">Asking the control room…</p>
      )}
    </Sheet>
  );
}

function Chains({ rows }: { rows: Chain[] }) {
  void tick.value;
  if (rows.length === 0) return <p class="empty">No box has sent anything yet.</p>;
  return (
    <table class="reads">
      <thead>
        <tr>
          <th>Box</th>
          <th>Its record</th>
          <th class="num">Signatures, last day</th>
          <th class="num">Last</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { state, text } = chainWords(row);
          return (
            <tr key={row.edge}>
              <td>{row.edge}</td>
              <td class={`part-${state}`}>
                <i class="dot" /> {text}
              </td>
              <td class="num">{row.signed.toLocaleString("en-GB")}</td>
              <td class="num">{row.signed_at ? ago(roomNow() - Date.parse(row.signed_at)) : "none"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function FalseHeads({ rows }: { rows: FalseHead[] }) {
  if (rows.length === 0) return null;
  return (
    <div class="found" role="alert" aria-label={`${rows.length} false signatures`}>
      <h3>Signatures that are false</h3>
      <ul class="log">
        {rows.map((row) => (
          <li key={`${row.edge}/${row.boot}/${row.seq}`}>
            <b>{row.edge}</b>, event {row.seq} of start {row.boot}: <span class="error">{row.why}</span>{" "}
            <span class="dim">({row.sha256.slice(0, 12)}…)</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Held({ rows, onOpen }: { rows: Incident[]; onOpen: (incident: Incident) => void }) {
  if (rows.length === 0)
    return <p class="empty">Nothing. An incident is put on hold on its own page; its reads and pictures then stay.</p>;
  return (
    <ul class="log">
      {rows.map((row) => (
        <li key={row.id}>
          <button class="quiet" onClick={() => onOpen(row)}>
            No {row.number}
          </button>{" "}
          {row.vrm ? spaced(row.vrm) : ""} {row.title} <span class="dim">{localDate(row.opened_at)}</span>
        </li>
      ))}
    </ul>
  );
}
