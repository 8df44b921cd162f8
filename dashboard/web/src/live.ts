/** The live stream: server-sent events over fetch, so that a 401, an empty beat and a silence can be told apart. */
import { fold, link, session, tick } from "./state";
import type { Live } from "./shapes";

/** The room sends an empty batch every 2 s when it has nothing to say: two missed are a silence. */
const SILENT_MS = 5000;
const RETRY_MS = [300, 600, 1000, 2000, 3000];

/** Splits a growing text into whole events; returns each event's data and what is left over. Pure. */
export function takeEvents(text: string): { data: string[]; rest: string } {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const data = blocks
    .map((block) =>
      block
        .split("\n")
        .filter((row) => row.startsWith("data:"))
        .map((row) => row.slice(5).trimStart()),
    )
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.join("\n"));
  return { data, rest };
}

/** Runs until the returned function is called; says in `link` how it stands. */
export function follow(): () => void {
  const over = new AbortController();
  const clock = setInterval(() => {
    tick.value = performance.now();
  }, 500);
  over.signal.addEventListener("abort", () => clearInterval(clock));
  void keepUp(over.signal);
  return () => over.abort();
}

async function keepUp(over: AbortSignal): Promise<void> {
  let lastHeard = performance.now();
  for (let attempt = 0; !over.aborted; attempt += 1) {
    const why = await once(over, () => {
      attempt = 0;
      lastHeard = performance.now();
    });
    if (over.aborted) return;
    if (link.value.state !== "lost") link.value = { state: "lost", since: lastHeard, why };
    const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 3000;
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
  }
}

/** One connection, to its end; resolves with the reason why it ended. */
async function once(over: AbortSignal, onHeard: () => void): Promise<string> {
  const cut = new AbortController();
  const abort = (): void => cut.abort();
  over.addEventListener("abort", abort);
  let watchdog = setTimeout(abort, SILENT_MS);
  const heard = (): void => {
    onHeard();
    clearTimeout(watchdog);
    watchdog = setTimeout(abort, SILENT_MS);
  };
  try {
    const answer = await fetch("/api/live", { signal: cut.signal, headers: { Accept: "text/event-stream" } });
    if (answer.status === 401) session.value = null;
    if (!answer.ok || !answer.body) return `HTTP ${answer.status}`;
    await read(answer.body, heard);
    return "the control room closed the stream";
  } catch (error) {
    return cut.signal.aborted ? "the control room is silent" : error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(watchdog);
    over.removeEventListener("abort", abort);
    abort();
  }
}

async function read(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const { data, rest } = takeEvents(text + decoder.decode(value, { stream: true }));
    text = rest;
    for (const one of data) fold(JSON.parse(one) as Live[], performance.now());
    if (data.length > 0 && link.value.state !== "live") link.value = { state: "live" };
  }
}
