/** All that the console shows, as signals. `fold` is the only way in for live data; nothing here uses the network. */
import { batch as together, computed, signal } from "@preact/signals";
import { metresBetween } from "./geo";
import type { Below, Box, Dock, Incident, IncidentPage, Live, Order, Read, Relief, Session, Vehicle } from "./shapes";

/** A value and when it reached this machine (performance.now(), ms): ages never rest on two machines' clocks. */
export interface Seen<T> {
  value: T;
  at: number;
}
export type Link = { state: "connecting" } | { state: "live" } | { state: "lost"; since: number; why: string };

/** undefined: not asked yet; null: nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined);
export const link = signal<Link>({ state: "connecting" });
export const boxes = signal<Record<string, Box>>({});
export const vehicles = signal<Record<string, Seen<Vehicle>>>({});
export const docks = signal<Record<string, Seen<Dock>>>({});
/** What is advised for each aircraft on scene. */
export const reliefs = signal<Record<string, Seen<Relief>>>({});
/** What each flying camera sees on the ground, by edge/camera. */
export const below = signal<Record<string, Below>>({});
export const incidents = signal<Record<string, Incident>>({});
export const reads = signal<Read[]>([]);
export const orders = signal<Record<string, Order>>({});
export const page = signal<IncidentPage | null>(null);
export const selectedIncident = signal<string | null>(null);
export const selectedAircraft = signal<string | null>(null);
/** A fixed camera to look at instead of the chosen aircraft's own. */
export const looking = signal<{ edge: string; camera: string } | null>(null);
export const dropped = signal(0);
/** performance.now(), twice a second: what ages are reckoned from. */
export const tick = signal(performance.now());
/** The room's clock minus this machine's, ms. */
export const roomOffset = signal(0);
/** Where each aircraft has been, oldest first, as [lon, lat]. */
export const trails = new Map<string, [number, number][]>();

const TRAIL_POINTS = 1500;
const KEPT_READS = 40;
export const STALE_MS = { vehicle: 2_000, dock: 4_000, relief: 5_000 } as const;

export const keyOf = (of: { edge: string; aircraft: string }): string => `${of.edge}/${of.aircraft}`;
export const roomNow = (): number => Date.now() + roomOffset.value;
export const linkLive = computed(() => link.value.state === "live");
export const isStale = (seen: Seen<unknown> | undefined, limit: number): boolean =>
  !seen || !linkLive.value || tick.value - seen.at > limit;

const SHOWN_MS = 60_000;
/** What was seen on the ground in the last minute: an object that nobody sees any more leaves the map. */
export const onTheGround = computed(() => {
  void tick.value;
  const now = roomNow();
  return Object.values(below.value).flatMap(({ edge, camera, objects }) =>
    objects
      .map((one) => ({ ...one, edge, camera, age_ms: Math.max(0, now - Date.parse(one.seen_at)) }))
      .filter((one) => one.age_ms <= SHOWN_MS),
  );
});
export const isKeeper = computed(() =>
  (session.value?.roles ?? []).some((role) => role === "supervisor" || role === "admin"),
);

const URGENCY = { high: 0, medium: 1, low: 2 } as const;
/** Unacknowledged alarms first, then open before closed, then by priority, then the newest. */
export function byUrgency(a: Incident, b: Incident): number {
  const shut = (i: Incident): number => (i.state === "closed" ? 1 : 0);
  return (
    Number(b.alarm) - Number(a.alarm) ||
    shut(a) - shut(b) ||
    (URGENCY[a.priority] ?? 1) - (URGENCY[b.priority] ?? 1) ||
    b.opened_at.localeCompare(a.opened_at)
  );
}
export const incidentList = computed(() => Object.values(incidents.value).sort(byUrgency));
export const alarms = computed(() => incidentList.value.filter((i) => i.alarm && i.state !== "closed"));
export const can = computed(() => (session.value?.roles ?? []).some((role) => role !== "viewer"));

/** One live batch into the signals; each signal changes once a batch at most. */
export function fold(batch: Live[], at: number): void {
  const next = {
    vehicles: { ...vehicles.value },
    docks: { ...docks.value },
    reliefs: { ...reliefs.value },
    below: { ...below.value },
    boxes: { ...boxes.value },
    incidents: { ...incidents.value },
    orders: { ...orders.value },
    reads: reads.value,
  };
  for (const message of batch) foldOne(message, next, at);
  together(() => publish(new Set(batch.map((message) => message.type)), next));
}

function publish(kinds: Set<Live["type"]>, next: Next): void {
  if (kinds.has("vehicle")) vehicles.value = next.vehicles;
  if (kinds.has("dock")) docks.value = next.docks;
  if (kinds.has("relief")) reliefs.value = next.reliefs;
  if (kinds.has("below")) below.value = next.below;
  if (kinds.has("health") || kinds.has("hello")) boxes.value = next.boxes;
  if (kinds.has("incident") || kinds.has("hello")) incidents.value = next.incidents;
  if (kinds.has("order")) orders.value = next.orders;
  if (kinds.has("read")) reads.value = next.reads;
}

/** An order's life only grows: whichever of two reports, live or asked for, knows more of it counts. */
export function further(known: Record<string, Order>, order: Order): Record<string, Order> {
  const had = known[order.id];
  const older =
    had &&
    (had.states.length > order.states.length ||
      (had.states.length === order.states.length && had.reasons.length > order.reasons.length));
  return older ? known : { ...known, [order.id]: order };
}

interface Next {
  vehicles: Record<string, Seen<Vehicle>>;
  docks: Record<string, Seen<Dock>>;
  reliefs: Record<string, Seen<Relief>>;
  below: Record<string, Below>;
  boxes: Record<string, Box>;
  incidents: Record<string, Incident>;
  orders: Record<string, Order>;
  reads: Read[];
}

function foldOne(message: Live, next: Next, at: number): void {
  switch (message.type) {
    case "hello":
      roomOffset.value = Date.parse(message.server_time) - Date.now();
      next.boxes = Object.fromEntries(message.boxes.map((box) => [box.edge, box]));
      next.incidents = Object.fromEntries(message.incidents.map((incident) => [incident.id, incident]));
      return;
    case "vehicle":
      next.vehicles[keyOf(message)] = { value: message, at };
      follow(message);
      return;
    case "dock":
      next.docks[message.edge] = { value: message, at };
      return;
    case "relief":
      next.reliefs[keyOf(message)] = { value: message, at };
      return;
    case "below":
      next.below[`${message.edge}/${message.camera}`] = message;
      return;
    case "health":
      next.boxes[message.edge] = {
        edge: message.edge,
        online: message.online,
        seen_at: message.at,
        health: message,
        inventory: message.inventory ?? next.boxes[message.edge]?.inventory ?? null,
      };
      return;
    case "read":
      next.reads = [message, ...next.reads.filter((read) => read.event_id !== message.event_id)]
        .sort((a, b) => b.captured_at.localeCompare(a.captured_at))
        .slice(0, KEPT_READS);
      return;
    case "incident":
      next.incidents[message.id] = message;
      return;
    case "order":
      next.orders = further(next.orders, message);
      return;
    case "dropped":
      dropped.value += message.count;
  }
}

/** The trail grows only where the aircraft has moved; parked ones leave no scribble. */
function follow(vehicle: Vehicle): void {
  if (vehicle.lat == null || vehicle.lon == null) return;
  const key = keyOf(vehicle);
  if (!vehicle.airborne) {
    if (vehicle.armed) trails.set(key, []);
    return;
  }
  const trail = trails.get(key) ?? [];
  const last = trail.at(-1);
  if (last && metresBetween({ lon: last[0], lat: last[1] }, { lat: vehicle.lat, lon: vehicle.lon }) < 1) return;
  trail.push([vehicle.lon, vehicle.lat]);
  trails.set(key, trail.slice(-TRAIL_POINTS));
}
