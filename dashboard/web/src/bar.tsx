/** The top bar: clocks, whether what is shown is live, the boxes' health, search and sign-out. */
import { api } from "./api";
import { ago, localTime, utcTime } from "./format";
import { Mark } from "./signin";
import { bind } from "./keys";
import { useLayoutEffect } from "preact/hooks";
import { boxes, dropped, isKeeper, link, roomNow, session, tick } from "./state";
import type { Box, Part } from "./shapes";
import { muted, soundReady, unlockSound } from "./alarm";

export type Dialog = "quality" | "integrity" | "search";

export function Bar({ onOpen }: { onOpen: (dialog: Dialog) => void }) {
  useLayoutEffect(() => bind("/", { press: () => onOpen("search") }), []);
  return (
    <header class="bar">
      <h1>
        <Mark /> Airbeat
      </h1>
      <Clock />
      <LinkState />
      <div class="boxes" role="list" aria-label="Boxes">
        {Object.values(boxes.value)
          .sort((a, b) => a.edge.localeCompare(b.edge))
          .map((box) => (
            <BoxChip key={box.edge} box={box} />
          ))}
      </div>
      <div class="bar-end">
        <Sound />
        {isKeeper.value && <button onClick={() => onOpen("integrity")}>Integrity</button>}
        <button onClick={() => onOpen("quality")}>Read quality</button>
        <button onClick={() => onOpen("search")}>
          Plate search <kbd>/</kbd>
        </button>
        <span class="who">
          {session.value?.name}
          <small>{session.value?.roles.join(", ")}</small>
        </span>
        <button onClick={() => void leave()}>Sign out</button>
      </div>
    </header>
  );
}

async function leave(): Promise<void> {
  await api.signOut().catch(() => undefined);
  location.assign("/");
}

function Clock() {
  void tick.value;
  const now = new Date(roomNow()).toISOString();
  return (
    <time class="clock" dateTime={now}>
      {localTime(now)} <small>{utcTime(now).slice(0, 8)} UTC</small>
    </time>
  );
}

function LinkState() {
  const text = { connecting: "Connecting", live: "Live", lost: "Not live" }[link.value.state];
  return (
    <span class={`chip link-${link.value.state}`} role="status">
      <i class="dot" />
      {text}
      {dropped.value > 0 && ` · ${dropped.value} skipped`}
    </span>
  );
}

function Sound() {
  const on = soundReady.value && !muted.value;
  const toggle = (): void => {
    if (soundReady.value) muted.value = !muted.value;
    else unlockSound();
  };
  return (
    <button aria-pressed={on} onClick={toggle}>
      {on ? "Sound on" : "Sound off"}
    </button>
  );
}

const WORST = ["ok", "starting", "degraded", "down"] as const;

/** The worst of a box's parts; a silent box is down whatever it said last. */
function standing(box: Box): Part["state"] {
  if (!box.online) return "down";
  const states = Object.values(box.health?.parts ?? {}).map((part) => WORST.indexOf(part.state));
  return WORST[Math.max(0, ...states)] ?? "down";
}

function BoxChip({ box }: { box: Box }) {
  const state = standing(box);
  const parts = Object.entries(box.health?.parts ?? {});
  const waiting = box.health ? box.health.outbox_events : 0;
  return (
    <div role="listitem">
      <details class="box" name="box">
        <summary class={`chip part-${state}`}>
          <i class="dot" />
          {box.edge}
          {state !== "ok" && <b> {box.online ? state : "offline"}</b>}
        </summary>
        <div class="box-card">
          <p>
            <b>{box.edge}</b> {box.online ? "online" : "offline"}
            {box.seen_at && `, heard ${ago(roomNow() - Date.parse(box.seen_at))}`}
          </p>
          <ul>
            {parts.map(([name, part]) => (
              <li key={name} class={`part-${part.state}`}>
                <i class="dot" />
                {name} <b>{part.state}</b> <span class="dim">{part.detail}</span>
              </li>
            ))}
          </ul>
          <p class="dim">
            {waiting} events waiting to be stored · clock {clockText(box.health?.clock_offset_ms)} ·{" "}
            {box.health?.version}
          </p>
        </div>
      </details>
    </div>
  );
}

const clockText = (ms: number | null | undefined): string =>
  ms == null ? "offset unknown" : `${ms < 0 ? "−" : "+"}${Math.abs(Math.round(ms))} ms`;
