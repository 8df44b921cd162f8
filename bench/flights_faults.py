"""The faults of a sortie, brought about and healed in the lockstep world."""

from collections.abc import Callable, Iterator

import sim.faults
from bench.flights_plan import Break, Fault
from bench.lockstep import World
from bench.lockstep_senses import Raw
from edge.flight.state import Saved, resume, save
from sim.faults import Kind, strike
from wire.dock import Input, Register

Heal = tuple[float, str, Callable[[], None]]


class Breaker:
    """`heals`: what is still broken and will be well again: when, its name, how."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heals: list[Heal] = []

    def start(self, fault: Break) -> None:
        world = self.world
        match fault.fault:
            case Fault.LINK_LOSS:
                self._switch(fault, "link", False, True)
            case Fault.DOCK_LOST:
                self._switch(fault, "dock_line", False, True)
            case Fault.ROOM_LOST:
                self._switch(fault, "room", False, True)
            case Fault.CLOCK_STEP:
                self._step_clock(fault)
            case Fault.LID_SIGNALS_DISAGREE:
                self._switch(fault, "shows", _lie(fault.size), lambda raw: raw)
            case Fault.RECEIVER_SILENT:
                self._switch(fault, "receives", False, True, world.vehicle.beacons)
            case Fault.REMOTE_ID_SILENT:
                self._switch(fault, "transmits", False, True, world.vehicle.beacons)
            case Fault.AUTOPILOT_REBOOT if world.vehicle.airborne:
                pass  # it would fall, whatever we do
            case Fault.AGENT_KILLED:
                self._kill(fault)
            case _:
                struck = sim.faults.Fault(at_s=fault.at_s, kind=Kind(fault.fault), size=fault.size)
                self._later(fault, strike(struck, world.vehicle, (world.up, world.down), world.dock))

    def heal(self) -> Iterator[str]:
        """Ends what is over; tells each."""
        due = [heal for heal in self.heals if heal[0] <= self.world.now_s]
        self.heals = [heal for heal in self.heals if heal not in due]
        for _, name, mend in due:
            mend()
            yield f"healed {name}"

    def _switch(self, fault: Break, knob: str, broken: object, well: object, of: object = None) -> None:
        setattr(of or self.world, knob, broken)
        self._later(fault, lambda: setattr(of or self.world, knob, well))

    def _later(self, fault: Break, mend: Callable[[], None]) -> None:
        if fault.for_s < 1e5:
            self.heals.append((self.world.now_s + fault.for_s, fault.fault, mend))

    def _step_clock(self, fault: Break) -> None:
        """By an hour; the box measures its offset anew after a while."""
        world, step_s = self.world, 3600.0 * fault.way
        world.wall_step_s += step_s

        def measure() -> None:
            world.wall_step_s -= step_s
            world.clock_offset_ms = (world.clock_offset_ms or 0.0) + step_s * 1000

        self._later(fault, measure)

    def _kill(self, fault: Break) -> None:
        """Nothing but what was on the disk outlives it."""
        world = self.world
        if not world.alive:
            return
        kept = save(world.sortie).encode()
        world.alive = False
        self._later(fault, lambda: world.restart(resume(Saved.model_validate_json(kept), world.now_s)))


def _lie(size: float) -> Callable[[Raw], Raw]:
    """One of the two lid signals no longer tells the truth: a switch that sticks, or an encoder that stands still."""

    def shows(raw: Raw) -> Raw:
        bits, registers = list(raw[0]), list(raw[1])
        match int(size * 5):
            case 0:
                bits[Input.LID_OPEN_SWITCH] = True
            case 1:
                bits[Input.LID_OPEN_SWITCH] = False
            case 2:
                bits[Input.LID_CLOSED_SWITCH] = True
            case 3:
                registers[Register.LID_POSITION_PCT] = 100
            case _:
                registers[Register.LID_POSITION_PCT] = 40
        return bits, registers

    return shows
