"""Flies one case of `airbeat bench kills` in lockstep: what dies leaves nothing but what was on the disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from bench.kills_plan import NEVER_S, Case, Errand, Victim, on_scene
from bench.lockstep import World
from edge.flight.launch import Stage
from edge.flight.state import Saved, resume, save
from wire.orders import OrderState

LONGEST_S = 600.0
"""Long before the battery alone would bring it home."""
SETTLE_S = 5.0
CLOCK_S = 5.0
"""A new uplink's first measurement of the clock."""
PATIENCE_S, WAITS_S = 15.0, 2.0
"""A dispatcher's next order; a return, where the aircraft stands about."""
ON_PAD_M = 2.0
RESTING = (Stage.PARKED, Stage.LANDED_OUT, Stage.FAULT)


@dataclass(frozen=True)
class End:
    """`by`: who was at work when it touched down; `rests`: the launch table's last stage; `wrong`: why it is no
    return and no landing.
    """

    case: Case
    killed_in: str
    ended: str
    by: str
    rests: str
    wrong: tuple[str, ...]
    simulated_s: float
    log: tuple[str, ...]


def fly(case: Case, world: World | None = None) -> End:
    return _Flight(case, world or World(weather=case.weather)).fly()


class _Flight:
    def __init__(self, case: Case, world: World) -> None:
        self.case, self.world = case, world
        self.log: list[str] = []
        self.disk: list[tuple[float, bytes]] = []
        """What was written when."""
        self.kept = b""
        self.stage, self.since_s = Stage.STARTING, 0.0
        self.launch: UUID | None = None
        self.errand_done = False
        self.killed_in = ""
        self.kill_s: float | None = None
        self.back_s: float | None = None
        self.again_s: float | None = None
        self.clock_s: float | None = None
        self.down_alive: bool | None = None
        self.rested_s: float | None = None
        self.moved = self.told = 0

    def fly(self) -> End:
        world = self.world
        while world.now_s < LONGEST_S and (self.rested_s is None or world.now_s - self.rested_s < SETTLE_S):
            world.run(0.05)
            self._write()
            self._note()
            self._revive()
            self._kill()
            if world.alive and world.room:
                self._dispatch()
            self._rest()
        rests = str(world.sortie.stage) if world.alive else "dead"
        by = {None: "", True: "box", False: "autopilot"}[self.down_alive]
        ended, wrong = self._ended(), tuple(self._wrong())
        return End(self.case, self.killed_in, ended, by, rests, wrong, world.now_s, tuple(self.log))

    def _write(self) -> None:
        kept = save(self.world.sortie).encode()
        if self.world.alive and (not self.disk or self.disk[-1][1] != kept):
            self.disk.append((self.world.now_s, kept))

    def _note(self) -> None:
        world = self.world
        if world.sortie.stage is not self.stage:
            self.stage, self.since_s = world.sortie.stage, world.now_s
        for move in world.moves[self.moved :]:
            self._say(f"stage {move.before} > {move.after}: {move.cause.happened}, {move.cause.text}")
        for _, kind, fields in world.truth[self.told :]:
            self._say(f"truth {kind} {fields}")
            self.down_alive = world.alive if kind == "touchdown" else self.down_alive
        self.moved, self.told = len(world.moves), len(world.truth)

    def _kill(self) -> None:
        world, case = self.world, self.case
        if not world.alive:
            return
        if self.again_s is not None and world.now_s >= self.again_s:
            self.again_s = None
            self._die(Victim.FLIGHT, back_s=2.0)
        elif not self.killed_in:
            passed_by = self.launch is not None and self.stage in RESTING
            if self.kill_s is None and (self.stage is case.stage or passed_by):
                self.kill_s = world.now_s + case.after_s
            if self.kill_s is not None and world.now_s >= self.kill_s:
                self.killed_in = str(world.sortie.stage)
                self.again_s = None
                self._die(case.victim, case.back_s)

    def _die(self, victim: Victim, back_s: float) -> None:
        world = self.world
        self._say(f"{victim} is killed in {world.sortie.stage}, back in {back_s:.1f} s")
        if victim in (Victim.FLIGHT, Victim.SUPERVISOR):
            world.alive = False
            self.kept = next(kept for at_s, kept in reversed(self.disk) if at_s <= world.now_s - self.case.lag_s)
        if victim is not Victim.FLIGHT:
            world.room = False
        if victim in (Victim.SUPERVISOR, Victim.UPLINK):
            world.clock_offset_ms = None
        self.back_s = world.now_s + back_s

    def _revive(self) -> None:
        world, now_s = self.world, self.world.now_s
        if self.clock_s is not None and now_s >= self.clock_s:
            self.clock_s, world.clock_offset_ms = None, 3.0
        if self.back_s is None or now_s < self.back_s:
            return
        self.back_s, world.room = None, True
        self.clock_s = now_s + CLOCK_S if world.clock_offset_ms is None else None
        self._say("it is back")
        if not world.alive:
            world.restart(resume(Saved.model_validate_json(self.kept), now_s))
            first = not any("again" in line for line in self.log)
            if self.case.again_s is not None and first:
                self._say("it will die again")
                self.again_s = now_s + self.case.again_s

    def _dispatch(self) -> None:
        """A launch; the errand on the scene; a return, wherever it then stands about."""
        world, stayed_s = self.world, self.world.now_s - self.since_s
        match self.stage:
            case Stage.PARKED if self.launch is None and stayed_s > WAITS_S:
                self._launch()
            case Stage.ARMING if self.case.errand is Errand.ABORT and not self.errand_done:
                self.errand_done = True
                world.come_home()
            case Stage.ON_SCENE if not self.errand_done and stayed_s > WAITS_S and (act := on_scene(self.case)):
                self.errand_done = True
                world.order(act)
            case Stage.ON_SCENE | Stage.ORBITING | Stage.HOLDING if stayed_s > PATIENCE_S:
                world.come_home()

    def _launch(self) -> None:
        """On the disk before anything moves, as the pilot does it."""
        asked = self.world.order(self.case.scene)
        if OrderState.ACCEPTED in self.world.states(asked):
            self.launch = asked
            self.disk = [(-self.case.lag_s, save(self.world.sortie).encode())]

    def _rest(self) -> None:
        world = self.world
        launched = self.launch is not None or self.back_s == NEVER_S
        over = launched and self.back_s in (None, NEVER_S) and bool(self.killed_in)
        down = not world.vehicle.armed and not world.vehicle.airborne
        still = down and (not world.alive or world.sortie.stage in RESTING) and self.again_s is None
        self.rested_s = (self.rested_s or world.now_s) if over and still else None

    def _ended(self) -> str:
        touchdowns = self.world.happened("touchdown")
        if self.rested_s is None:
            return "never"
        if not touchdowns:
            return "not flown"
        return "home" if touchdowns[-1]["from_pad_m"] < ON_PAD_M else "landed out"

    def _wrong(self) -> Iterator[str]:
        world, launches = self.world, len(self.world.happened("arm"))
        if self.rested_s is None:
            yield f"not at rest after {LONGEST_S:.0f} s, in {world.sortie.stage}"
        if world.happened("collision") or any(down["crash"] for down in world.happened("touchdown")):
            yield "a collision or a crash"
        if launches > 1:
            yield f"armed {launches} times (F28)"
        if world.alive and world.sortie.stage is Stage.PARKED and not world.dock.closed:
            yield "parked under an open lid"
        if world.alive and world.sortie.stage is Stage.FAULT:
            yield "the dock needs a person"

    def _say(self, line: str) -> None:
        self.log.append(f"{self.world.now_s:8.2f}  {line}")
