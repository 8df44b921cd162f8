"""One case of `airbeat bench kills` with a box's real processes, real sockets and SIGKILL, in real time."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from socket import SOCK_STREAM
from uuid import UUID

import psutil

from bench.kills_fly import ON_PAD_M, PATIENCE_S, RESTING, WAITS_S, End
from bench.kills_plan import NEVER_S, Case, Errand, Victim, make_case, on_scene
from bench.lockstep import DOCK
from bench.rig import Rig, free_port
from edge.flight.launch import Stage
from wire.orders import Launch, OrderState, Return

LONGEST_S, READY_S, SETTLE_S = 240.0, 90.0, 2.0
AWAY_S = 20.0
"""Who stays away longer than this in the plan stays away for good here: it is real time."""
NEAR = Launch(lat=DOCK.lat + 0.0003, lon=DOCK.lon, alt_rel_m=12)
MODULES = {Victim.FLIGHT: "edge.flight", Victim.UPLINK: "edge.uplink"}
"""A victim's place on its command line; the supervisor begins these two anew."""


def fly_real(seed: int) -> End:
    case = make_case(seed)
    case = replace(case, scene=NEAR, back_s=case.back_s if case.back_s < AWAY_S else NEVER_S)
    with tempfile.TemporaryDirectory(prefix="airbeat-kills-") as folder:
        port = free_port(SOCK_STREAM)
        broker = _start_broker(port)
        try:
            with Rig(Path(folder), port, case.weather, supervised=True) as rig:
                return _Story(case, rig, broker, port).fly()
        finally:
            broker.kill()
            broker.wait()


def _start_broker(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ingest.broker", str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class _Story:
    def __init__(self, case: Case, rig: Rig, broker: subprocess.Popen[bytes], port: int) -> None:
        self.case, self.rig, self.broker, self.port = case, rig, broker, port
        self.began_s = self.since_s = time.monotonic()
        self.stage: str | None = None
        self.launched_s = self.began_s
        self.launch: UUID | None = None
        self.errand_done = False
        self.killed_in, self.kill_s, self.back_s = "", NEVER_S, NEVER_S
        self.down_alive: bool | None = None
        self.log: list[str] = []

    def fly(self) -> End:
        rig, rested_s = self.rig, None
        while (now_s := time.monotonic()) - self.began_s < LONGEST_S and not (rested_s and now_s - rested_s > SETTLE_S):
            time.sleep(0.05)
            self._note(now_s)
            self._kill(now_s)
            if now_s >= self.back_s:
                self._revive()
            if self._is_alive():
                self._dispatch(now_s)
            rested_s = (rested_s or now_s) if self._is_at_rest() else None
        rests = str(self.stage) if self._is_alive() else "dead"
        by = {None: "", True: "box", False: "autopilot"}[self.down_alive]
        told = self._ended(rested_s)
        wrong = tuple(self._wrong(rested_s))
        return End(self.case, self.killed_in, told, by, rests, wrong, now_s - self.began_s, (*self.log, rig.tail()))

    def _note(self, now_s: float) -> None:
        told = self.rig.vehicle.stage if self.rig.vehicle else None
        if told != self.stage:
            self.stage, self.since_s = told, now_s
            self._say(f"stage {told}")
        if self.down_alive is None and any(line["kind"] == "touchdown" for line in self.rig.truth):
            self.down_alive = self._is_alive()

    def _kill(self, now_s: float) -> None:
        passed_by = self.launch is not None and self.stage in RESTING and now_s - self.launched_s > SETTLE_S
        if self.kill_s == NEVER_S and (self.stage == self.case.stage or passed_by):
            self.kill_s = now_s + self.case.after_s
        if self.killed_in or now_s < self.kill_s:
            return
        self.killed_in = str(self.stage)
        self.back_s = now_s + self.case.back_s
        self._say(f"{self.case.victim} is killed in {self.stage}, back in {self.case.back_s:.1f} s")
        match self.case.victim:
            case Victim.BROKER:
                self.broker.kill()
                self.broker.wait()
            case Victim.SUPERVISOR:
                self.rig.kill()
            case victim:
                self.back_s = NEVER_S
                for process in self._processes(MODULES[victim]):
                    process.kill()

    def _processes(self, module: str) -> Iterator[psutil.Process]:
        assert self.rig.process
        with suppress(psutil.NoSuchProcess):
            yield from (p for p in psutil.Process(self.rig.process.pid).children() if module in p.cmdline())

    def _revive(self) -> None:
        self.back_s = NEVER_S
        self._say("it is back")
        if self.case.victim is Victim.SUPERVISOR:
            self.rig.start()
        if self.case.victim is Victim.BROKER:
            self.broker = _start_broker(self.port)

    def _is_alive(self) -> bool:
        return self.rig.process is not None and self.rig.process.poll() is None

    def _dispatch(self, now_s: float) -> None:
        rig, stayed_s = self.rig, now_s - self.since_s
        match self.stage:
            case Stage.PARKED if self.launch is None and rig.vehicle and rig.vehicle.ready:
                asked = rig.order(self.case.scene)
                with suppress(AssertionError):
                    rig.until(lambda: rig.states(asked), "answered", 5)
                self.launched_s = now_s
                self.launch = asked if OrderState.ACCEPTED in rig.states(asked) else None
            case Stage.ARMING if self.case.errand is Errand.ABORT and not self.errand_done:
                self.errand_done = True
                rig.order(Return())
            case Stage.ON_SCENE if not self.errand_done and stayed_s > WAITS_S and (act := on_scene(self.case)):
                self.errand_done = True
                rig.order(act)
            case Stage.ON_SCENE | Stage.ORBITING | Stage.HOLDING if stayed_s > PATIENCE_S:
                self.since_s = now_s
                rig.order(Return())

    def _is_at_rest(self) -> bool:
        gone = not self._is_alive() and self.back_s == NEVER_S
        mute = self.broker.poll() is not None and self.back_s == NEVER_S  # whatever it does, nobody hears of it
        down = not self.rig.aircraft.armed and not self.rig.aircraft.airborne
        told = self.stage in RESTING and (self.launch is not None or self.broker.poll() is not None)
        return bool(self.killed_in) and down and (gone or mute or told)

    def _ended(self, rested_s: float | None) -> str:
        if rested_s is None:
            return "never"
        if not any(line["kind"] == "touchdown" for line in self.rig.truth):
            return "not flown"
        return "home" if self.rig.aircraft.from_pad_m() < ON_PAD_M else "landed out"

    def _wrong(self, rested_s: float | None) -> Iterator[str]:
        kinds = [line["kind"] for line in self.rig.truth]
        if rested_s is None:
            yield f"not at rest after {LONGEST_S:.0f} s, in {self.stage}"
        if "collision" in kinds or any(line.get("crash") for line in self.rig.truth):
            yield "a collision or a crash"
        if kinds.count("arm") > 1:
            yield f"armed {kinds.count('arm')} times (F28)"

    def _say(self, line: str) -> None:
        self.log.append(f"{time.monotonic() - self.began_s:8.2f}  {line}")
