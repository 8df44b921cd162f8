/** What became of each order: a launch as a line of steps with their times, the others as one line. */
import { callSign, localTime, utcTime, words } from "./format";
import { actOf, type Order, type OrderState } from "./shapes";
import { orders, page } from "./state";

const STEPS: OrderState[] = ["sent", "accepted", "armed", "airborne", "on_scene", "landed", "done"];
const BAD: OrderState[] = ["refused", "failed"];

export function OrderList({ incident }: { incident: string }) {
  const ids = new Set((page.value?.orders ?? []).map((order) => order.id));
  const mine = Object.values(orders.value)
    .filter((order) => ids.has(order.id) || order.incident_id === incident)
    .sort((a, b) => b.issued_at.localeCompare(a.issued_at));
  if (mine.length === 0) return null;
  return (
    <section class="card orders" aria-label="Orders">
      <h3>Orders</h3>
      <ul>
        {mine.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
    </section>
  );
}

function OrderRow({ order }: { order: Order }) {
  const act = actOf(order);
  const bad = BAD.includes(order.state);
  return (
    <li class={bad ? "is-bad" : ""}>
      <p class="order-head">
        <b>
          {words(act)} {callSign(order.aircraft)}
        </b>
        <span class={`chip order-${order.state}`} role="status">
          {words(order.state)}
        </span>
      </p>
      {act === "launch" && <Steps order={order} />}
      {order.reasons.length > 0 && (
        <ul class="reasons">
          {order.reasons.map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ul>
      )}
      <p class="dim small">
        {localTime(order.issued_at)} by {order.issued_by}: {order.reason}
      </p>
    </li>
  );
}

function Steps({ order }: { order: Order }) {
  const at = new Map(order.states.map((step) => [step.state, step.at]));
  const reached = Math.max(...STEPS.map((step, i) => (at.has(step) || step === order.state ? i : 0)));
  return (
    <ol class="steps">
      {STEPS.map((step, i) => {
        const when = at.get(step);
        const mark = when
          ? "done"
          : i < reached
            ? "passed"
            : i === reached + 1 && !BAD.includes(order.state)
              ? "next"
              : "";
        return (
          <li
            key={step}
            class={mark}
            aria-current={i === reached ? "step" : undefined}
            title={when ? utcTime(when) : undefined}
          >
            <span>{words(step)}</span>
            <time>{when ? localTime(when) : "–"}</time>
          </li>
        );
      })}
    </ol>
  );
}
