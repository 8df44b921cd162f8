/** Return, land and hold: from a key or a click to an order, with the second press in between. */
import { signal } from "@preact/signals";
import { api, Refused } from "./api";
import { press, type Armed } from "./confirm";
import { words } from "./format";
import type { Act, Order, Vehicle } from "./shapes";
import { further, incidentList, keyOf, orders, selectedIncident } from "./state";

export type Quick = "return" | "land" | "hold";
export const QUICK: Record<Quick, { key: string; label: string; again: string; reason: string }> = {
  return: { key: "r", label: "Return", again: "to return", reason: "Recalled from the console" },
  land: { key: "l", label: "Land here", again: "to land here", reason: "Landed at once from the console" },
  hold: { key: "h", label: "Hold", again: "to hold", reason: "Held from the console" },
};

/** A recall must not wait for paperwork: an aircraft that flies for no known incident still comes home. */
const NO_INCIDENT = "00000000-0000-0000-0000-000000000000";

/** What a second press would do, if anything. */
export const armed = signal<Armed | null>(null);
/** The last thing that went wrong or was sent, an aircraft. */
export const told = signal<Record<string, { bad: boolean; text: string }>>({});

export const tell = (key: string, bad: boolean, text: string): void => {
  told.value = { ...told.value, [key]: { bad, text } };
};

/** One press: arms, or fires where the same was armed less than two seconds ago. */
export function pressed(vehicle: Vehicle, what: Quick): void {
  twice(`${keyOf(vehicle)}/${what}`, () => void send(vehicle, { act: what }, QUICK[what].reason));
}

/** `act` at the second press of the same `what` within two seconds. */
export function twice(what: string, act: () => void): void {
  const step = press(armed.value, what, performance.now());
  armed.value = step.armed;
  if (step.fire) act();
  else
    window.setTimeout(() => {
      if (armed.value === step.armed) armed.value = null;
    }, 2000);
}

export function fire(vehicle: Vehicle, what: Quick): void {
  if (armed.value?.what !== `${keyOf(vehicle)}/${what}`) return;
  armed.value = null;
  void send(vehicle, { act: what }, QUICK[what].reason);
}

/** Sends and shows the answer; the order's further life comes with the live stream. */
export async function send(
  vehicle: { edge: string; aircraft: string; incident_id: string | null },
  act: Act,
  reason: string,
): Promise<Order | null> {
  const key = keyOf(vehicle);
  const incident = vehicle.incident_id ?? selectedIncident.value ?? incidentList.value[0]?.id ?? NO_INCIDENT;
  const ask = { request_id: crypto.randomUUID(), act, edge: vehicle.edge, aircraft: vehicle.aircraft, reason };
  tell(key, false, `Sending ${act.act}…`);
  try {
    const order = await api.order({ ...ask, incident_id: incident });
    orders.value = further(orders.value, order);
    tell(key, false, "");
    return order;
  } catch (error) {
    tell(key, true, failure(act, error));
    return null;
  }
}

/** Without an answer nobody knows whether the order went out, and the screen must not pretend to. */
function failure(act: Act, error: unknown): string {
  if (!(error instanceof Refused)) return `${words(act.act)} failed: ${String(error)}`;
  if (error.status === 0) return `${error.message}. ${words(act.act)} may have been sent: look at the orders`;
  return `${words(act.act)} was not sent: ${[error.message, ...error.reasons].join(". ")}`;
}
