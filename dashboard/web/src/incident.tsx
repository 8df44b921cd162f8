/** The incident page: what was seen, the pictures that prove it, what to do, and what became of it. */
import { useSignal } from "@preact/signals";
import { acknowledge } from "./banners";
import { api, whyNot } from "./api";
import { Evidence } from "./evidence";
import { ago, localDate, localTime, utcTime, words } from "./format";
import { StateChip } from "./incidents";
import { LaunchCard } from "./launch";
import { OrderList } from "./orders";
import { Plate } from "./plate";
import { SceneEvidence } from "./scene";
import { loadPage, pageError } from "./select";
import type { Incident, IncidentPage } from "./shapes";
import { can, incidents, isKeeper, page, roomNow, selectedIncident, tick } from "./state";

export function IncidentPane() {
  const id = selectedIncident.value;
  if (id === null) return <p class="empty centred">Choose an incident to see its pictures and to send an aircraft.</p>;
  const full = page.value;
  const row = incidents.value[id] ?? full;
  if (!row)
    return (
      <p class="empty centred" role="status">
        {pageError.value || "Reading the incident…"}
      </p>
    );
  return (
    <article class="incident" key={id}>
      <Head row={row} />
      {pageError.value && (
        <p class="error" role="alert">
          {pageError.value} <button onClick={() => void loadPage(id)}>Try again</button>
        </p>
      )}
      {full && <Body row={row} full={full} />}
    </article>
  );
}

type Shown = Omit<Incident, "reads">;

function Body({ row, full }: { row: Shown; full: IncidentPage }) {
  return (
    <>
      {full.scenes.length > 0 ? <SceneEvidence full={full} /> : <Evidence full={full} />}
      <OrderList incident={row.id} />
      {row.state !== "closed" && can.value && <LaunchCard incident={row} />}
      {row.state !== "closed" && can.value && (
        <WithReason
          key={`close-${row.id}`}
          title="Close this incident"
          act="Close incident"
          send={(reason) => api.close(row.id, reason)}
          id={row.id}
        />
      )}
      {isKeeper.value && (
        <WithReason
          key={`hold-${row.id}-${row.hold}`}
          title={row.hold ? "Release from legal hold" : "Put on legal hold"}
          act={row.hold ? "Release" : "Hold"}
          send={(reason) => api.hold(row.id, !row.hold, reason)}
          id={row.id}
        />
      )}
      <History full={full} />
    </>
  );
}

function Head({ row }: { row: Shown }) {
  void tick.value;
  return (
    <header class={`incident-head pri-${row.priority}`}>
      <div class="row-top">
        {row.vrm ? <Plate vrm={row.vrm} size="big" /> : <h2>{row.title}</h2>}
        <StateChip incident={row} />
      </div>
      {row.vrm && <h2>{row.title}</h2>}
      <p class="tags">
        <span class={`chip pri-chip-${row.priority}`}>{words(row.priority)} priority</span>
        {row.hold && <span class="chip state-acknowledged">legal hold</span>}
        {row.tags.map((tag) => (
          <span class="chip" key={tag}>
            {tag}
          </span>
        ))}
      </p>
      <dl class="facts">
        <div>
          <dt>Opened</dt>
          <dd>
            {localTime(row.opened_at)} <small>{utcTime(row.opened_at)}</small>
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            {localTime(row.last_seen_at)} <small>{ago(roomNow() - Date.parse(row.last_seen_at))}</small>
          </dd>
        </div>
        <div>
          <dt>Incident</dt>
          <dd>No {row.number}</dd>
        </div>
      </dl>
      {row.closed_by && (
        <p class="dim">
          Closed by {row.closed_by}. {words(row.close_reason ?? "")}
        </p>
      )}
      {row.alarm && can.value && row.state !== "closed" && (
        <button class="primary wide" onClick={() => void acknowledge(row as Incident)}>
          Acknowledge <kbd>A</kbd>
        </button>
      )}
    </header>
  );
}

interface Asked {
  id: string;
  title: string;
  act: string;
  send: (reason: string) => Promise<unknown>;
}

/** Something that changes the incident and is written down with its reason. */
function WithReason({ id, title, act, send }: Asked) {
  const error = useSignal("");
  const reason = useSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    error.value = "";
    try {
      await send(reason.value);
      reason.value = "";
      await loadPage(id);
    } catch (refused) {
      error.value = whyNot(refused);
    }
  };
  return (
    <details class="card">
      <summary>{title}</summary>
      <form class="inline" onSubmit={(event) => void submit(event)}>
        <label class="grow">
          Reason
          <input
            required
            maxLength={500}
            value={reason.value}
            onInput={(e) => {
              reason.value = e.currentTarget.value;
            }}
          />
        </label>
        <button disabled={!reason.value.trim()}>{act}</button>
        <p class="error" role="alert">
          {error.value}
        </p>
      </form>
    </details>
  );
}

function History({ full }: { full: IncidentPage }) {
  const notes = full.audit ?? [];
  if (notes.length === 0) return null;
  return (
    <details class="card">
      <summary>Log ({notes.length})</summary>
      <ul class="log">
        {notes.map((note, i) => (
          <li key={i}>
            <time>{localDate(note.at)}</time> <b>{words(note.act)}</b> <span class="dim">{note.who}</span> {note.reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
