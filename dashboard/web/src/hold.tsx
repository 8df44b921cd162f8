/** A button that acts only when held for 1.2 s, by pointer or keyboard: let go earlier and nothing happens. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

export const CONFIRM_MS = 1200;
interface Props {
  label: string;
  disabled?: boolean;
  onHold: () => void;
  onHolding?: (holding: boolean) => void;
}

/** Give it a `key` made of everything that `label` names: a change of mind or of target then ends the hold. */
export function HoldButton({ label, disabled = false, onHold, onHolding }: Props) {
  const holding = useSignal(false);
  const timer = useRef(0);
  const set = (on: boolean): void => {
    if (holding.value === on) return;
    holding.value = on;
    onHolding?.(on);
  };
  const cancel = (): void => {
    window.clearTimeout(timer.current);
    set(false);
  };
  const begin = (): void => {
    if (disabled || holding.value) return;
    set(true);
    timer.current = window.setTimeout(() => {
      set(false);
      onHold();
    }, CONFIRM_MS);
  };
  useEffect(() => cancel, []);
  useLayoutEffect(() => {
    if (disabled) cancel();
  }, [disabled]);
  const isPress = (event: KeyboardEvent): boolean => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      class={`hold ${holding.value ? "is-held" : ""}`}
      disabled={disabled}
      aria-describedby="hold-how"
      style={{ "--hold": `${CONFIRM_MS}ms` }}
      onPointerDown={(e) => {
        if (e.button === 0) begin();
      }}
      onPointerUp={cancel}
      onPointerLeave={cancel}
      onPointerCancel={cancel}
      onContextMenu={(e) => e.preventDefault()}
      onBlur={cancel}
      onKeyDown={(e) => {
        if (isPress(e)) {
          e.preventDefault();
          if (!e.repeat) begin();
        }
      }}
      onKeyUp={(e) => {
        if (isPress(e)) {
          e.preventDefault();
          cancel();
        }
      }}
    >
      <span class="hold-fill" aria-hidden="true" />
      <span class="hold-label">{holding.value ? `Keep holding: ${label.replace(/^Hold to /, "")}` : label}</span>
      <span id="hold-how" class="hidden">
        Hold the button, the space bar or Enter for 1.2 seconds.
      </span>
    </button>
  );
}
