/** Who commands this aircraft, and the way to take it over with a reason (F8). */
import { useSignal } from "@preact/signals";
import { api, Refused } from "./api";
import { tell } from "./command";
import { callSign } from "./format";
import type { Vehicle } from "./shapes";
import { can, keyOf, session } from "./state";

export function Lease({ v }: { v: Vehicle }) {
  const asking = useSignal(false);
  if (!v.lease_holder) return null;
  const mine = v.lease_holder === session.value?.name;
  const take = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    try {
      await api.take(v.edge, v.aircraft, reason);
      asking.value = false;
      tell(keyOf(v), false, `You command ${callSign(v.aircraft)} with your next order`);
    } catch (error) {
      tell(keyOf(v), true, error instanceof Refused ? [error.message, ...error.reasons].join(". ") : String(error));
    }
  };
  return (
    <div class="lease">
      Commanded by <b>{mine ? "you" : v.lease_holder}</b>
      {!mine && can.value && !asking.value && (
        <button
          onClick={() => {
            asking.value = true;
          }}
        >
          Take over…
        </button>
      )}
      {asking.value && (
        <form class="inline" onSubmit={(event) => void take(event)}>
          <input
            name="reason"
            required
            autofocus
            maxLength={500}
            aria-label="Reason for taking over"
            placeholder="Why do you take over?"
          />
          <button>Take over {callSign(v.aircraft)}</button>
          <button
            type="button"
            onClick={() => {
              asking.value = false;
            }}
          >
            Cancel
          </button>
        </form>
      )}
    </div>
  );
}
