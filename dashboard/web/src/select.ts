/** Which incident is open: in the address (so that a reload keeps it), and its page kept fresh. */
import { effect } from "@preact/signals";
import { api, Refused } from "./api";
import { incidents, orders, page, selectedIncident } from "./state";
import { signal } from "@preact/signals";

/** Why the page could not be read; empty while all is well. */
export const pageError = signal("");
const SETTLE_MS = 150;

export function openIncident(id: string | null): void {
  selectedIncident.value = id;
  history.replaceState(null, "", id ? `#/incident/${id}` : "#/");
}

export async function loadPage(id: string): Promise<void> {
  try {
    const found = await api.incident(id);
    if (selectedIncident.value !== id) return;
    page.value = found;
    pageError.value = "";
    // What the live stream told since is newer than this answer.
    orders.value = { ...Object.fromEntries(found.orders.map((order) => [order.id, order])), ...orders.value };
  } catch (error) {
    if (selectedIncident.value === id) pageError.value = error instanceof Refused ? error.message : String(error);
  }
}

/** Reloads the open page when its incident or one of its orders changes; returns its end. */
export function keepPage(): () => void {
  const wanted = /^#\/incident\/([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  if (wanted) selectedIncident.value = wanted;
  let timer = 0;
  const stop = effect(() => {
    const id = selectedIncident.value;
    if (id === null) {
      page.value = null;
      return;
    }
    if (page.peek()?.id !== id) page.value = null;
    void incidents.value[id];
    void orders.value;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void loadPage(id), page.peek() ? SETTLE_MS : 0);
  });
  return () => {
    stop();
    window.clearTimeout(timer);
  };
}
