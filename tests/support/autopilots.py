"""The vehicles that the same flight tests fly: the simulated one, a real ArduCopter, and a PX4 with its own simulation.

`AIRBEAT_SITL` names the binary of a real one: arducopter (of a SITL build) or px4 (of a POSIX build, in whose bin
folder it lies, beside etc); or a script that runs one and hands its arguments on, "arducopter" or "px4" in its name;
or both, with the colon of PATH between. Unset, the real ones are skipped; one that can't be used fails their tests and
says what is wrong with it. Each runs in a process and a folder of its own, on ports that no default instance has.
Sources: ArduPilot, SITL_cmdline.cpp; PX4, platforms/posix main.cpp, and rcS, px4-rc.mavlink, 10040_sihsim_quadx of its
init.d-posix.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from bench.lockstep import DOCK
from edge.flight.geometry import Place
from edge.flight.inspection import Version
from edge.flight.link import Link
from edge.flight.parameters import Reading
from edge.flight.telemetry import Message
from tests.support.processes import ROOT, free_port
from wire.baseline import Baseline, read_parameters, read_rules

DEMO = ROOT / "firmware-configs" / "demo"
INSTANCE = 7
"""Of a real one: its ports are so many steps from those that a person's own uses."""
BOOT_S = 90.0
START_SCRIPT = "init.d-posix/rcS"
"""Of PX4, in etc."""
TAIL_BYTES = 2000
"""Of a dead vehicle's log, for whoever reads the failure."""
SPEED = 2
"""Of the simulated one's clock: six flights take two minutes."""
SHORT = {"RTL_ALT": 1200.0, "RTL_ALT_M": 12.0, "RTL_RETURN_ALT": 12.0}
"""A return at the height of these flights, not at that of the demo site's roofs: they last seconds, not a minute."""
CALIBRATED = {
    "FRAME_CLASS": 1, "COMPASS_OFS_X": 5, "COMPASS_OFS_Y": 13, "COMPASS_OFS_Z": -18, "COMPASS_OFS2_X": 5,
    "COMPASS_OFS2_Y": 13, "COMPASS_OFS2_Z": -18, "COMPASS_OFS3_X": 5, "COMPASS_OFS3_Y": 13, "COMPASS_OFS3_Z": -18,
    "INS_ACCOFFS_X": 0.001, "INS_ACCOFFS_Y": 0.001, "INS_ACCOFFS_Z": 0.001, "INS_ACCSCAL_X": 1.001,
    "INS_ACCSCAL_Y": 1.001, "INS_ACCSCAL_Z": 1.001, "INS_ACC2OFFS_X": 0.001, "INS_ACC2OFFS_Y": 0.001,
    "INS_ACC2OFFS_Z": 0.001, "INS_ACC2SCAL_X": 1.001, "INS_ACC2SCAL_Y": 1.001, "INS_ACC2SCAL_Z": 1.001,
}  # fmt: skip
"""What a SITL needs before anything else (ArduPilot, Tools/autotest/default_params/copter.parm)."""
THREE_CELLS = {"BATT_LOW_VOLT": 10.5, "BATT_CRT_VOLT": 10.2}
"""SITL's quad flies with 12.6 V, the demo site's aircraft with 25.2 V."""


@dataclass(frozen=True)
class Start:
    """`link`: as the box dials it; `env`: beside the environment that is."""

    command: tuple[str, ...]
    link: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A row of the table. `baselines`: for firmware from this one on -> the rules' file, the newest first."""

    name: str
    autopilot: Literal["arducopter", "px4"]
    start: Callable[[Path], Start]
    baselines: Mapping[str, str]
    dock: Place = DOCK
    system_id: int = 1
    fits: Mapping[str, float] = field(default_factory=dict)
    """Where its body or its clock differs from the demo site's."""
    signs_from: str = "0"
    """The first firmware that takes a signing key by SETUP_SIGNING."""


@dataclass(frozen=True)
class Running:
    """A vehicle that speaks. `told`: its firmware; `has`: the parameters it knows, of those that it was asked for."""

    kind: Kind
    link: str
    told: str
    has: frozenset[str] = frozenset()

    @property
    def signs(self) -> bool:
        return _number(self.told) >= _number(self.kind.signs_from)

    def baseline(self) -> Baseline:
        """The one for this firmware, naming it, made for short flights and this body."""
        told = _number(self.told)
        rules = next((rules for least, rules in self.kind.baselines.items() if _number(least) <= told), None)
        assert rules, f"no baseline is as old as {self.told}"
        known = read_rules(DEMO / rules)
        older = [read_rules(DEMO / name).parameters for name in list(self.kind.baselines.values())[1:]]
        spelt = _spelt(known.parameters, older, self.has)
        return Baseline(autopilot=known.autopilot, firmware=self.told, parameters=_fitted(spelt, self.kind))


def _spelt(newest: Mapping[str, float], older: list[dict[str, float]], has: frozenset[str]) -> dict[str, float]:
    """By the names that this build has: a development version of 4.7 has some of the new ones and some of the old.

    The files name the same parameters in the same order (a test keeps it so); a newer one may name more after them.
    """
    values = dict(newest)
    for before in older:
        for (name, value), (was, old) in zip(newest.items(), before.items(), strict=False):
            if name not in has and was in has:
                del values[name]
                values[was] = old
            else:
                values[name] = value
    return values


def _renamed(kind: Kind) -> tuple[str, ...]:
    """The parameters that only some of the kind's baselines know."""
    files = [read_rules(DEMO / name).parameters for name in kind.baselines.values()]
    everywhere = set.intersection(*map(set, files))
    return tuple(name for file in files for name in file if name not in everywhere)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _fitted(parameters: Mapping[str, float], kind: Kind) -> dict[str, float]:
    return {name: {**SHORT, **kind.fits}.get(name, value) for name, value in parameters.items()}


def _values(kind: Kind, *files: str) -> dict[str, float]:
    return _fitted({name: value for file in files for _, name, value in read_parameters(DEMO / file)}, kind)


def _write(path: Path, values: Mapping[str, float]) -> Path:
    path.write_text("".join(f"{name},{digits(value)}\n" for name, value in values.items()))
    return path


def digits(value: float) -> str:
    """With every digit that it has, a whole one without a point: PX4's shell takes no 14.0 for an INT32."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def binaries(told: str) -> Mapping[str, Path]:
    """Autopilot -> its binary, of what AIRBEAT_SITL says. Raises BadSitl where any of it can't be used."""
    found: dict[str, Path] = {}
    for part in filter(None, told.split(os.pathsep)):
        path = Path(part).expanduser()
        kinds = [name for name in ("arducopter", "px4") if name in path.name.lower()]
        if not path.is_file():
            raise BadSitl(f"{part}: {'a folder' if path.is_dir() else 'no such file'}")
        if not os.access(path, os.X_OK):
            raise BadSitl(f"{part} is not executable")
        if len(kinds) != 1:
            raise BadSitl(f"{part}: the file's name must say which autopilot it is, arducopter or px4")
        if kinds[0] in found:
            raise BadSitl(f"{part}: {found[kinds[0]]} is one already")
        found[kinds[0]] = path.resolve()
    return found


class BadSitl(Exception):
    """AIRBEAT_SITL is set, and what it says can't be used."""

    def __init__(self, why: str) -> None:
        super().__init__(f"AIRBEAT_SITL can't be used: {why}")


def _binary(name: str) -> Path:
    """Skips where AIRBEAT_SITL is not set or names the other autopilot only; fails where it is wrong."""
    told = os.environ.get("AIRBEAT_SITL", "")
    found = binaries(told)
    if name not in found:
        pytest.skip(f"AIRBEAT_SITL names no {name} binary, it is {told!r}" if told else "AIRBEAT_SITL is not set")
    return found[name]


def _etc(binary: Path) -> Path:
    """PX4's start scripts: beside the bin that holds the binary; PX4_ETC names them for a script elsewhere."""
    asked = os.environ.get("PX4_ETC")
    etc = Path(asked).absolute() if asked else binary.parent.parent / "etc"
    if not (etc / START_SCRIPT).is_file():
        raise BadSitl(f"{binary} has no {etc / START_SCRIPT}; PX4_ETC may name the folder etc of its build")
    return etc


def _simulated(folder: Path) -> Start:
    port = free_port(socket.SOCK_STREAM)
    parameters = _write(folder / "simulated.param", _values(SIMULATED, "arducopter.param"))
    where = ("--mavlink", f"tcpin:127.0.0.1:{port}", "--home", f"{DOCK.lat},{DOCK.lon},15", "--powered", "30")
    command = (sys.executable, "-m", "sim", "vehicle", *where, "--params", str(parameters), "--speed", str(SPEED))
    return Start(command, f"tcp:127.0.0.1:{port}", {"PYTHONPATH": str(ROOT)})


def _arducopter(folder: Path) -> Start:
    """Each release takes its own names of the two files and leaves the other's aside."""
    binary = _binary("arducopter")
    values = CALIBRATED | _values(ARDUCOPTER, "arducopter.param", "arducopter-4.7.param")
    defaults = _write(folder / "defaults.param", values)
    home = ("--home", f"{DOCK.lat},{DOCK.lon},15,0")
    command = (str(binary), "-S", "-w", "-I", str(INSTANCE), "--model", "quad", *home, "--defaults", str(defaults))
    return Start(command, f"tcp:127.0.0.1:{5760 + 10 * INSTANCE}")


def _px4(_folder: Path) -> Start:
    """No Gazebo: SIH flies inside the binary. Its start script sets PX4_PARAM_name before the modules begin."""
    binary = _binary("px4")
    env = {f"PX4_PARAM_{name}": digits(value) for name, value in _values(PX4, "px4-1.16.params").items()}
    command = (str(binary), "-d", "-i", str(INSTANCE), "-s", f"etc/{START_SCRIPT}", str(_etc(binary)))
    env |= {"PX4_SIM_MODEL": "sihsim_quadx", "PX4_SIMULATOR": "sihsim"}
    return Start(command, f"udpin:127.0.0.1:{14540 + INSTANCE}", env)


SIMULATED = Kind(
    "simulated", "arducopter", _simulated, {"4.6": "arducopter.toml"}, fits={"FS_GCS_TIMEOUT": 5.0 * SPEED}
)
ARDUCOPTER = Kind(
    "arducopter", "arducopter", _arducopter, {"4.7": "arducopter-4.7.toml", "4.6": "arducopter.toml"}, fits=THREE_CELLS
)
PX4 = Kind(
    "px4", "px4", _px4, {"1.16": "px4-1.16.toml", "1.15": "px4.toml"}, dock=Place(47.397742, 8.545594),
    system_id=1 + INSTANCE, signs_from="1.18",
)  # fmt: skip
"""It stands where SIH_LOC_LAT0 and SIH_LOC_LON0 put it by default: their unit changed after 1.15. A key counts on every
link as soon as it is given (docs.px4.io v1.18, MAVLink Message Signing)."""
KINDS = (SIMULATED, ARDUCOPTER, PX4)


@contextmanager
def started(kind: Kind, folder: Path) -> Iterator[Running]:
    """Runs until the end of the context; its words lie in vehicle.log."""
    folder.mkdir()
    start = kind.start(folder)
    with (folder / "vehicle.log").open("wb") as said:
        process = subprocess.Popen(
            start.command,
            cwd=folder,
            env={**os.environ, **start.env},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # a script's own child has to end with it
        )
    try:
        told, has = asyncio.run(_ask(start.link, kind, lambda: _left(process, folder / "vehicle.log")))
        yield Running(kind, start.link, told, has)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """And whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _left(process: subprocess.Popen[bytes], log: Path) -> str:
    """What a vehicle that is no more said last; "" while it runs."""
    if process.poll() is None:
        return ""
    said = log.read_bytes()[-TAIL_BYTES:].decode(errors="replace")
    return f"it has ended with {process.returncode}, its last words in {log}:\n{said}"


async def _ask(address: str, kind: Kind, left: Callable[[], str] = str) -> tuple[str, frozenset[str]]:
    """Its firmware, and which names it has, by our own link and questions; who still boots is asked again."""
    link, version, names = Link(address, kind.system_id), Version(), [Reading((name,)) for name in _renamed(kind)]

    def heard(message: Message) -> None:
        nonlocal version
        now_s = time.monotonic()
        version, _ = version.heard(message, now_s)
        names[:] = [name.heard(message, now_s)[0] for name in names]

    await link.start(heard)
    end_s = time.monotonic() + BOOT_S
    while not (gone := left()) and time.monotonic() < end_s and not (version.told and all(n.ended for n in names)):
        link.heartbeat()
        if not version.told:
            version, sends = (Version() if version.ended else version).turn(time.monotonic())
            for send in sends:
                link.send(send)
        else:
            for at, name in enumerate(names):
                names[at], asks = name.turn(time.monotonic())
                for ask in asks:
                    link.send(ask)
        await asyncio.sleep(0.1)
    await link.close()
    assert not gone, f"{kind.name} is not there: {gone}"
    assert version.told, f"{address} does not tell its firmware in {BOOT_S:.0f} s"
    return version.told, frozenset(name for reading in names for name in reading.values)
