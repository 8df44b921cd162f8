/** The alarm's sound: two tones by WebAudio, repeated until every alarm is acknowledged or silenced here. */
import { effect, signal } from "@preact/signals";
import { alarms } from "./state";

const REPEAT_MS = 2400;
const TONES = [
  { hz: 784, from: 0 },
  { hz: 1047, from: 0.18 },
  { hz: 784, from: 0.36 },
  { hz: 1047, from: 0.54 },
];

/** Browsers forbid sound until the person has touched the page; false until then. */
export const soundReady = signal(false);
export const muted = signal(false);
/** Counts the soundings: a test's and a screen's proof that the alarm rings. */
export const rung = signal(0);
let context: AudioContext | null = null;

/** Call from a click or key handler: the only moment when a browser lets sound begin. */
export function unlockSound(): void {
  context ??= new AudioContext();
  void context.resume().then(() => {
    soundReady.value = context?.state === "running";
  });
}

function ring(audio: AudioContext): void {
  for (const { hz, from } of TONES) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + from;
    tone.type = "triangle";
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.35, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.18);
  }
  rung.value = rung.peek() + 1;
}

/** Rings while there is an alarm; a new alarm ends the mute. Returns its end. */
export function keepRinging(): () => void {
  let known = new Set<string>();
  let timer = 0;
  const sound = (): void => {
    if (context && soundReady.peek() && !muted.peek()) ring(context);
  };
  const stop = effect(() => {
    const ids = new Set(alarms.value.map((incident) => incident.id));
    const fresh = [...ids].some((id) => !known.has(id));
    known = ids;
    if (fresh) muted.value = false;
    window.clearInterval(timer);
    if (ids.size === 0 || muted.value || !soundReady.value) return;
    sound();
    timer = window.setInterval(sound, REPEAT_MS);
  });
  return () => {
    stop();
    window.clearInterval(timer);
  };
}
