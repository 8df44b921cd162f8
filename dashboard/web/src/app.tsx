/** The frame of the console: who may see it, what runs while somebody is signed in, and where the parts stand. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keepRinging, unlockSound } from "./alarm";
import { AircraftPanel } from "./aircraft";
import { AlarmBanner, LinkBanner, SoundBanner } from "./banners";
import { Bar, type Dialog } from "./bar";
import { Guard } from "./guard";
import { IncidentList } from "./incidents";
import { IncidentPane } from "./incident";
import { listen } from "./keys";
import { follow } from "./live";
import { MapPane } from "./mappane";
import { PlateSearch } from "./search";
import { ReadQuality } from "./quality";
import { IntegrityView } from "./integrity";
import { keepPage } from "./select";
import { SignIn } from "./signin";
import { link, session } from "./state";
import { api } from "./api";
import { Ticker } from "./ticker";

export function App() {
  useEffect(() => {
    void api.session().then(
      (found) => {
        session.value = found;
      },
      () => {
        session.value = null;
      },
    );
  }, []);
  if (session.value === undefined)
    return (
      <p class="loading" role="status">
        Opening the console…
      </p>
    );
  return session.value === null ? <SignIn /> : <Console />;
}

function Console() {
  const opened = useSignal<Dialog | null>(null);
  const open = (dialog: Dialog): void => {
    opened.value = dialog;
  };
  const shut = (): void => {
    opened.value = null;
  };
  useEffect(() => {
    const ends = [follow(), listen(), keepRinging(), keepPage()];
    const touch = (): void => unlockSound();
    // A session restored by its cookie has had no click yet: the first one anywhere gives the alarm its voice. On the
    // way down already, the banner that asks for it would go, and what was pointed at would have moved before the click.
    window.addEventListener("click", touch, { once: true });
    window.addEventListener("keydown", touch, { once: true });
    return () => {
      ends.forEach((end) => end());
      window.removeEventListener("click", touch);
      window.removeEventListener("keydown", touch);
    };
  }, []);
  return (
    <div class={`console ${link.value.state === "lost" ? "is-stale" : ""}`}>
      <Bar onOpen={open} />
      <div class="banners">
        <LinkBanner />
        <SoundBanner />
        <AlarmBanner />
      </div>
      <nav class="left" aria-label="Incidents and reads">
        <Guard name="The incident list">
          <IncidentList />
        </Guard>
        <Guard name="The list of reads">
          <Ticker />
        </Guard>
      </nav>
      <main class="centre">
        <Guard name="The map">
          <MapPane />
        </Guard>
        <Guard name="The aircraft panel">
          <AircraftPanel />
        </Guard>
      </main>
      <section class="right" aria-label="Incident" tabIndex={-1}>
        <Guard name="The incident page">
          <IncidentPane />
        </Guard>
      </section>
      {opened.value === "quality" && <ReadQuality onClose={shut} />}
      {opened.value === "integrity" && <IntegrityView onClose={shut} />}
      {opened.value === "search" && <PlateSearch onClose={shut} />}
    </div>
  );
}
