/** A dialog over the console: its heading, its way out (Close, Escape), and the error of what it asked for. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose: () => void;
  error: string;
  children: ComponentChildren;
}

export function Sheet({ title, onClose, error, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key arrives: a key typed ahead of a dialog that opens after the paint would command an aircraft.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="sheet" aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <p class="error" role="alert">
        {error}
      </p>
      {children}
    </dialog>
  );
}

/** Reason and case, without which personal data is not shown (S5). */
export const GroundFields = () => (
  <>
    <label>
      Case
      <input name="case" required maxLength={100} placeholder="Case or log number" />
    </label>
    <label class="wide">
      Reason
      <input name="reason" required maxLength={500} placeholder="Why do you need this?" />
    </label>
  </>
);
export const Recorded = () => (
  <p class="dim">Recorded under your name with the reason and the case before anything is shown.</p>
);
