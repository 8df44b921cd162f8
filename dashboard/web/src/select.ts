/** Which aircraft is chosen, and which incident is open: in the address (so that a reload keeps it), and its page kept fresh. */
import { effect, signal } from "@preact/signals";
import { api, Refused } from "./api";
import { further, incidents, looking, orders, page, selectedAircraft, selectedIncident } from "./state";

/** Why the page could not be read; empty while all is well. */
export const pageError = signal("");
const SETTLE_MS = 150;

export function openIncident(id: string | null): void {
  selectedIncident.value = id;
  history.replaceState(null, "", id ? `#/incident/${id}` : "#/");
}

export function chooseAircraft(key: string): void {
  selectedAircraft.value = key;
  looking.value = null;
}

export async function loadPage(id: string): Promise<void> {
  try {
    const found = await api.incident(id);
    if (selectedIncident.value !== id) return;
    page.value = found;
    pageError.value = "";
    orders.value = found.orders.reduce(further, orders.value);
  } catch (error) {
    if (selectedIncident.value === id) pageError.value = error instanceof Refused ? error.message : String(error);
  }
}

/** Reloads the open page when its incident changes or the live stream comes back; returns its end. */
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
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void loadPage(id), page.peek() ? SETTLE_MS : 0);
  });
  return () => {
    stop();
    window.clearTimeout(timer);
  };
}
