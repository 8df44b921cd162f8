/** The door: name and password; the click also gives the alarm its voice. */
import { useSignal } from "@preact/signals";
import { unlockSound } from "./alarm";
import { api, Refused } from "./api";
import { session } from "./state";

export function SignIn() {
  const error = useSignal("");
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    unlockSound();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    try {
      session.value = await api.signIn(String(form.get("name")), String(form.get("password")));
    } catch (refused) {
      error.value = refused instanceof Refused ? refused.message : String(refused);
    } finally {
      busy.value = false;
    }
  };
  return (
    <main class="signin">
      <form onSubmit={(event) => void submit(event)} aria-describedby="signin-error">
        <h1>
          <Mark /> Airbeat
        </h1>
        <p class="dim">Control room console</p>
        <label>
          Name
          <input name="name" autocomplete="username" required autofocus spellcheck={false} />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p id="signin-error" class="error" role="alert">
          {error.value}
        </p>
        <button class="primary" disabled={busy.value}>
          {busy.value ? "Signing in…" : "Sign in"}
        </button>
        <p class="dim small">Every look at personal data is recorded under your name.</p>
      </form>
    </main>
  );
}

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M16 3 27 29 16 23 5 29Z" />
  </svg>
);
