/** What the control room sends, as the console reads it: the twins of wire/*.py and of the dashboard's API. */

export type Role = "viewer" | "dispatcher" | "supervisor" | "admin";
export interface Session {
  name: string;
  roles: Role[];
  csrf: string;
}

export interface Camera {
  name: string;
  role: "plates" | "view" | "aircraft";
  lat: number;
  lon: number;
  heading_deg: number;
}
export interface Aircraft {
  name: string;
  autopilot: string;
  lat: number;
  lon: number;
  cruise_mps: number;
  climb_mps: number;
  scene_alt_rel_m: number;
  max_range_m: number;
}
export interface Inventory {
  lat: number;
  lon: number;
  cameras: Camera[];
  aircraft: Aircraft | null;
}
export interface Part {
  state: "ok" | "starting" | "degraded" | "down";
  detail: string;
  since: string;
  figures: Record<string, number>;
}
export interface Health {
  edge: string;
  at: string;
  online: boolean;
  version: string;
  boot: number;
  inventory: Inventory | null;
  parts: Record<string, Part>;
  outbox_events: number;
  outbox_media: number;
  last_seq: number;
  disk_free_mb: number | null;
  clock_offset_ms: number | null;
}
export interface Box {
  edge: string;
  online: boolean;
  seen_at: string | null;
  inventory: Inventory | null;
  health: Health | null;
}

/** How often a camera misreads; shares from 0 to 1. */
export interface Misread {
  edge: string;
  camera: string;
  at: string;
  reads: number;
  rate: number;
  low: number;
  high: number;
  checked: number;
}

/** `patch`: a JPEG, base64. */
export interface Rejected {
  edge: string;
  camera: string;
  at: string;
  text: string;
  reason: string;
  confidence: number;
  frames: number;
  patch: string;
}

/** `error_m`: 95 of 100 such objects are no farther from the place; `seen_at` by the room's clock. */
export interface Placed {
  track: number;
  label: string;
  confidence: number;
  seen_at: string;
  lat: number;
  lon: number;
  error_m: number;
}
/** What one flying camera saw on the ground in the last minute, newest first. */
export interface Below {
  edge: string;
  camera: string;
  objects: Placed[];
}

/** `breaks`: events that do not name the one before; `forged`: heads by another key; the others: of the last day. */
export interface Chain {
  edge: string;
  breaks: number;
  signed: number;
  forged: number;
  unproven: number;
  signed_at: string | null;
}
export interface FalseHead {
  edge: string;
  boot: number;
  seq: number;
  sha256: string;
  why: string;
}
export interface Integrity {
  chains: Chain[];
  false_heads: FalseHead[];
  held: Incident[];
}

export interface Vehicle {
  edge: string;
  aircraft: string;
  at: string;
  stage: string;
  airborne: boolean;
  armed: boolean;
  mode: string;
  lat: number | null;
  lon: number | null;
  alt_rel_m: number | null;
  heading_deg: number | null;
  groundspeed_mps: number | null;
  climb_mps: number | null;
  battery_pct: number | null;
  battery_v: number | null;
  gps_fix: number | null;
  satellites: number | null;
  link_ok: boolean;
  ready: boolean;
  not_ready: string[];
  order_id: string | null;
  incident_id: string | null;
  lease_holder: string | null;
  lease_epoch: number;
  target_lat: number | null;
  target_lon: number | null;
  eta_s: number | null;
  warnings: string[];
  /** Why the picture of the camera under it is not shown (F24). */
  withheld?: string | null;
  /** How long it can stay on its scene, at least; null where it is not on one. */
  stay_s?: number | null;
}
/** Who should relieve an aircraft on scene, and by when that has to be ordered; the room's clock. Only an advice. */
export interface Relief {
  edge: string;
  aircraft: string;
  need: "not_yet" | "order_by" | "order_now" | "too_late" | "nobody" | "on_its_way" | "there";
  since: string;
  leave_at: string;
  incident_id: string | null;
  lat: number;
  lon: number;
  relief_edge: string | null;
  relief_aircraft: string | null;
  alt_rel_m: number | null;
  order_by: string | null;
  uncovered_s: number;
  reasons: string[];
}
export interface Weather {
  at: string;
  wind_mps: number;
  gust_mps: number;
  wind_from_deg: number;
  rain_mm_h: number;
  visibility_m: number;
  temperature_c: number;
}
export interface Dock {
  edge: string;
  at: string;
  lid: "open" | "closed" | "moving" | "unknown";
  pad_clear: boolean | null;
  charging: boolean;
  weather: Weather | null;
  connected: boolean;
}

export interface Incident {
  id: string;
  number: number | string;
  kind: string;
  priority: "high" | "medium" | "low";
  state: string;
  title: string;
  vrm: string | null;
  opened_at: string;
  last_seen_at: string;
  lat: number | null;
  lon: number | null;
  tags: string[];
  reads: number;
  alarm: boolean;
  hold?: boolean;
  closed_by?: string | null;
  close_reason?: string | null;
}
export interface Read {
  event_id: string;
  vrm: string;
  raw: string;
  format: string;
  confidence: number;
  edge: string;
  camera: string;
  captured_at: string;
  stored_at: string;
  lat: number;
  lon: number;
  direction: string;
  patch: string | null;
  overview: string | null;
  time_verified: boolean;
  hit?: "hit" | "possible" | null;
}
/** What a camera's rules told of a cause; `box`: px of a picture of the size `frame`. */
export interface Scene {
  event_id: string;
  edge: string;
  camera: string;
  state: "opened" | "over";
  zone: string;
  reason: string;
  label: string;
  count: number;
  confidence: number;
  since_at: string;
  captured_at: string;
  box: [number, number, number, number];
  frame: [number, number];
  overview: string | null;
  time_verified: boolean;
}
export type OrderState =
  "sent" | "refused" | "accepted" | "armed" | "airborne" | "on_scene" | "landed" | "done" | "failed";
export type Act =
  | { act: "launch" | "goto"; lat: number; lon: number; alt_rel_m: number }
  | { act: "orbit"; lat: number; lon: number; alt_rel_m: number; radius_m: number }
  | { act: "hold" | "return" | "land" };
export interface OrderStep {
  state: OrderState;
  at: string;
  reasons: string[];
}
export interface Order {
  id: string;
  act: Act | Act["act"];
  aircraft: string;
  edge: string;
  incident_id?: string | null;
  issued_by: string;
  issued_at: string;
  reason: string;
  state: OrderState;
  reasons: string[];
  states: OrderStep[];
}
export interface Note {
  at: string;
  who: string;
  act: string;
  object: string;
  reason: string;
}
export interface IncidentPage extends Omit<Incident, "reads"> {
  reads: Read[];
  scenes: Scene[];
  orders: Order[];
  audit: Note[];
}
export interface Candidate {
  edge: string;
  aircraft: string;
  able: boolean;
  eta_s: number | null;
  distance_m: number | null;
  reasons: string[];
  suggested: boolean;
  why: string;
}
export interface OrderAsk {
  request_id: string;
  act: Act;
  edge: string;
  aircraft: string;
  incident_id: string | null;
  reason: string;
}
export interface MapFrame {
  lat: number;
  lon: number;
  zoom: number;
  streets: GeoJSON.FeatureCollection | null;
  pmtiles: string | null;
}

/** One entry of a live batch. A vehicle's, dock's or box's own fields stand beside `type`. */
export type Live =
  | { type: "hello"; server_time: string; boxes: Box[]; incidents: Incident[] }
  | ({ type: "vehicle" } & Vehicle)
  | ({ type: "dock" } & Dock)
  | ({ type: "relief" } & Relief)
  | ({ type: "below" } & Below)
  | ({ type: "health" } & Health)
  | ({ type: "read" } & Read)
  | ({ type: "incident"; event: "opened" | "updated" | "closed" } & Incident)
  | ({ type: "order" } & Order)
  | { type: "dropped"; count: number };

export const actOf = (order: Order): Act["act"] => (typeof order.act === "string" ? order.act : order.act.act);
