/** The one HTTP door: every call of the console, and the errors it shows to people. */
import type {
  Candidate,
  Incident,
  IncidentPage,
  Integrity,
  MapFrame,
  Misread,
  Order,
  OrderAsk,
  Read,
  Rejected,
  Session,
} from "./shapes";
import { session } from "./state";

/** What the control room said no with: one line and every reason. `status` 0: it could not be reached. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly reasons: string[] = [],
  ) {
    super(message);
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && session.value) headers["X-Airbeat-Csrf"] = session.value.csrf;
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: AbortSignal.timeout(8000) };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`/api${path}`, init).catch((error: unknown) => {
    throw new Refused(
      0,
      `The control room does not answer (${error instanceof Error ? error.message : String(error)})`,
    );
  });
  if (!answer.ok) throw await refusal(answer, path);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function refusal(answer: Response, path: string): Promise<Refused> {
  if (answer.status === 401 && path !== "/session") session.value = null;
  const body: unknown = await answer.json().catch(() => null);
  const told = (typeof body === "object" && body !== null ? body : {}) as { error?: unknown; reasons?: unknown };
  const reasons = Array.isArray(told.reasons) ? told.reasons.map(String) : [];
  return new Refused(answer.status, typeof told.error === "string" ? told.error : `HTTP ${answer.status}`, reasons);
}

const part = encodeURIComponent;
export const api = {
  session: () => call<Session>("GET", "/session"),
  signIn: (name: string, password: string) => call<Session>("POST", "/session", { name, password }),
  signOut: () => call<void>("DELETE", "/session"),
  closed: () => call<Incident[]>("GET", "/incidents?state=closed&limit=100"),
  map: () => call<MapFrame>("GET", "/map"),
  incident: (id: string) => call<IncidentPage>("GET", `/incidents/${part(id)}`),
  acknowledge: (id: string) => call<unknown>("POST", `/incidents/${part(id)}/acknowledge`, {}),
  close: (id: string, reason: string) => call<unknown>("POST", `/incidents/${part(id)}/close`, { reason }),
  candidates: (id: string) => call<Candidate[]>("GET", `/incidents/${part(id)}/candidates`),
  take: (edge: string, aircraft: string, reason: string) =>
    call<unknown>("POST", `/aircraft/${part(edge)}/${part(aircraft)}/take`, { reason }),
  hold: (id: string, hold: boolean, reason: string) =>
    call<unknown>("POST", `/incidents/${part(id)}/hold`, { hold, reason }),
  integrity: () => call<Integrity>("GET", "/integrity"),
  quality: () => call<Misread[]>("GET", "/quality"),
  rejected: (ground: { reason: string; case: string }) =>
    call<Rejected[]>("GET", `/rejected?${new URLSearchParams(ground)}`),
  reads: (query: Record<string, string>) => call<Read[]>("GET", `/reads?${new URLSearchParams(query)}`),
  order: sendOrder,
};

/** A picture is looked at for its incident, or for a reason and a case; each look is audited (S5). */
export type Ground = { incident: string } | { reason: string; case: string };
export const mediaUrl = (sha256: string, ground: Ground): string =>
  `/api/media/${part(sha256)}?${new URLSearchParams(ground)}`;

/** Why something was refused, in one line. */
export const whyNot = (error: unknown): string =>
  error instanceof Refused ? [error.message, ...error.reasons].join(". ") : String(error);

/**
 * The same request id goes out again while the room cannot be reached: the room sees one order, not two.
 * Gives up after 4 s, since a person who still waits then must be told.
 */
async function sendOrder(ask: OrderAsk): Promise<Order> {
  const until = performance.now() + 4000;
  for (;;) {
    try {
      return await call<Order>("POST", "/orders", ask);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 0 || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }
}
