"""MAVProxy with somebody at its prompt: the commands are typed when what it prints says that it is time.

Run as a process: fly_mavproxy.py CONNECTION LAT LON AMSL. A line each stage; ends with an assertion where one fails.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

WAIT_S = 60
NORTH = 0.0003
"""Degrees; 33 m."""
MODULES = (
    "log,wp,rally,fence,param,relay,tuneopt,arm,mode,calibration,rc,auxopt,misc,cmdlong,battery,output,layout,link"
)


def main(where: str, lat: float, lon: float, amsl: float) -> None:
    with tempfile.TemporaryDirectory(prefix="airbeat-mavproxy-") as folder:
        (Path(folder) / "mission.txt").write_text(mission(lat, lon, amsl))
        prompt = Prompt(where, folder)
        try:
            fly(prompt, lat, lon)
        finally:
            prompt.end()
    print("done", flush=True)


def mission(lat: float, lon: float, amsl: float) -> str:
    """Home, take off, a place, return; the text form that ground stations share."""
    places = [(0, 16, lat, lon, amsl), (3, 22, 0, 0, 15), (3, 16, lat + NORTH, lon, 15), (3, 20, 0, 0, 0)]
    rows = [
        f"{seq}\t0\t{frame}\t{command}\t0\t0\t0\t0\t{at_lat}\t{at_lon}\t{alt}\t1"
        for seq, (frame, command, at_lat, at_lon, alt) in enumerate(places)
    ]
    return "\n".join(["QGC WPL 110", *rows, ""])


class Prompt:
    """A running MAVProxy: its output so far, and a hand at its keyboard."""

    def __init__(self, where: str, folder: str) -> None:
        script = shutil.which("mavproxy.py", path=str(Path(sys.executable).parent))
        assert script is not None, "mavproxy.py is not beside this Python"
        argv = [sys.executable, script, "--master", where, "--state-basedir", folder, "--aircraft", "peer"]
        self._running = subprocess.Popen(
            [*argv, "--streamrate", "10", "--default-modules", MODULES],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._heard = ""
        self._seen = 0
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self._running.stdout is not None
        while letters := self._running.stdout.readline():
            self._heard += letters

    def say(self, command: str) -> None:
        assert self._running.stdin is not None
        self._seen = len(self._heard)
        self._running.stdin.write(command + "\n")
        self._running.stdin.flush()

    def hear(self, text: str) -> None:
        """Waits until it has printed `text` since the last command. A guard against hanging, no bound on speed."""
        ends = time.monotonic() + WAIT_S
        while text not in self._heard[self._seen :]:
            assert time.monotonic() < ends, f"never printed: {text}\n{self._heard}"
            assert self._running.poll() is None, self._heard
            time.sleep(0.01)

    def number(self, field: str) -> float:
        """A field of the last GLOBAL_POSITION_INT."""
        self.say("status GLOBAL_POSITION_INT")
        self.hear("hdg :")
        return float(self._heard[self._seen :].split(f"{field} : ")[1].split(",")[0])

    def until_over(self, field: str, limit: float) -> None:
        ends = time.monotonic() + WAIT_S
        while self.number(field) < limit:
            assert time.monotonic() < ends, f"{field} stays under {limit}\n{self._heard}"
            time.sleep(0.05)

    def end(self) -> None:
        """Killed: asked to end, it waits for another line at its prompt."""
        self._running.kill()
        self._running.wait()
        self._ear.join()
        assert self._running.stdin is not None
        self._running.stdin.close()


def fly(prompt: Prompt, lat: float, lon: float) -> None:
    prompt.hear("Received ")
    print("connected", flush=True)
    prompt.say("wp load mission.txt")
    prompt.hear("Got MISSION_ACK: TYPE_MISSION: ACCEPTED")
    prompt.say("wp list")
    prompt.hear("Saved 4 waypoints")
    print("mission uploaded and read back", flush=True)
    prompt.say("mode guided")
    prompt.hear("Mode GUIDED")
    prompt.say("arm throttle")
    prompt.hear("ARMED")
    print("armed", flush=True)
    prompt.say("takeoff 12")
    prompt.hear("Got COMMAND_ACK: NAV_TAKEOFF: ACCEPTED")
    prompt.until_over("relative_alt", 11_000)
    print("airborne", flush=True)
    prompt.say(f"guided {lat} {lon + NORTH} 12")
    prompt.hear("Got COMMAND_ACK: DO_REPOSITION: ACCEPTED")
    prompt.until_over("lon", (lon + NORTH * 0.95) * 1e7)
    print("reached the guided place", flush=True)
    prompt.say("mode auto")
    prompt.hear("waypoint 3")
    print("flew the mission", flush=True)
    prompt.hear("DISARMED")
    print("landed and disarmed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:5]))
