/** Twice within two seconds, or held: what stands between one slip of a finger and an aircraft. Pure. */

export const TWICE_MS = 2000;
export const HOLD_MS = 900;
export interface Armed {
  what: string;
  until: number;
}

/** A press of `what` at `now` (ms): fires where the same thing was pressed before and its time is not over. */
export function press(armed: Armed | null, what: string, now: number): { fire: boolean; armed: Armed | null } {
  if (armed && armed.what === what && now < armed.until) return { fire: true, armed: null };
  return { fire: false, armed: { what, until: now + TWICE_MS } };
}
