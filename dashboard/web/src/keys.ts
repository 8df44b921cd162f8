/** The keyboard: one listener, one table of keys; nothing happens while somebody types or a dialog is open. */
import { HOLD_MS } from "./confirm";

/** `press`: on the way down, once. `held`: after HOLD_MS on the way down. */
export interface KeyAction {
  press: () => void;
  held?: () => void;
}
const table = new Map<string, KeyAction>();

/** Binds a key (lower case); returns its end. Call it from useLayoutEffect: what is on the screen must answer at once. */
export function bind(key: string, action: KeyAction): () => void {
  table.set(key, action);
  return () => {
    if (table.get(key) === action) table.delete(key);
  };
}

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

export function isTyping(target: EventTarget | null): boolean {
  return (
    (target instanceof Element && target.closest(TYPING) !== null) || document.querySelector("dialog[open]") !== null
  );
}

/** Starts listening; returns its end. */
export function listen(): () => void {
  let timer = 0;
  const down = (event: KeyboardEvent): void => {
    const action = table.get(event.key.toLowerCase());
    if (!action || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    window.clearTimeout(timer);
    if (action.held) timer = window.setTimeout(action.held, HOLD_MS);
    action.press();
  };
  const up = (): void => window.clearTimeout(timer);
  window.addEventListener("keydown", down);
  window.addEventListener("keyup", up);
  window.addEventListener("blur", up);
  return () => {
    up();
    window.removeEventListener("keydown", down);
    window.removeEventListener("keyup", up);
    window.removeEventListener("blur", up);
  };
}
