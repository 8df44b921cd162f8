"""What an aircraft's autopilot must be set to (F18): firmware, parameters and what may differ; sealed by the room.

Its sources lie in firmware-configs/: a parameter file that ground stations load, and beside it a TOML file of rules.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, ValidationError, model_validator

from wire.config import Section, read_config
from wire.errors import UserError
from wire.frozen import Frozen
from wire.signing import BadSeal, seal, unseal

PURPOSE = "baseline"
REMEDY = "Make it with `airbeat baseline seal`"
Range = tuple[float, float]


class Rules(Section):
    """The TOML file. `parameters`: the file beside it."""

    autopilot: Literal["arducopter", "px4"]
    firmware: str = Field(pattern=r"^\d+\.\d+(\.\d+)?$")
    """Major.minor, or with the patch where only that one is allowed."""
    parameters: Path
    safe: dict[str, Range] = {}
    """Name -> what a baseline itself must not leave."""
    allowed: dict[str, Range] = {}
    """Name -> where a single aircraft may differ from the baseline; every other value must equal it."""


class Baseline(Frozen):
    """As the box holds it."""

    autopilot: Literal["arducopter", "px4"]
    firmware: str
    parameters: dict[str, float]
    safe: dict[str, Range] = {}
    allowed: dict[str, Range] = {}

    @model_validator(mode="after")
    def _is_safe(self) -> "Baseline":
        for name, (low, high) in {**self.safe, **self.allowed}.items():
            if name not in self.parameters:
                raise ValueError(f"{name} has a range but no value")
            if not low <= self.parameters[name] <= high:
                raise ValueError(f"{name} is {self.parameters[name]:g}, {low:g} to {high:g} is safe")
        return self

    def differences(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Every parameter of the aircraft that is not as it must be, a line each; `values` are 32-bit floats."""
        return tuple(line for name in self.parameters if (line := self._difference(name, values.get(name))))

    def _difference(self, name: str, value: float | None) -> str:
        wanted = self.parameters[name]
        if value is None:
            return f"{name} was not told, the baseline says {wanted:g}"
        if name in self.allowed:
            low, high = self.allowed[name]
            return "" if low <= value <= high else f"{name} is {value:g}, {low:g} to {high:g} is allowed"
        if math.isclose(value, wanted, rel_tol=1e-5, abs_tol=1e-6):
            return ""
        return f"{name} is {value:g}, the baseline says {wanted:g}"


def read_rules(path: Path) -> Baseline:
    """From its sources. Raises UserError that names the file and the line or key."""
    rules = read_config(path, Rules)
    source = path.parent / rules.parameters
    values = {name: value for _, name, value in read_parameters(source)}
    try:
        return Baseline(parameters=values, **rules.model_dump(exclude={"parameters"}))
    except ValidationError as error:
        raise UserError(error.errors()[0]["msg"].removeprefix("Value error, "), where=str(source)) from error


def write_sealed(baseline: Baseline, path: Path, key: Ed25519PrivateKey) -> None:
    """Raises OSError."""
    path.write_bytes(seal(PURPOSE, baseline.encode(), key))


def read_sealed(path: Path, key: Ed25519PublicKey) -> Baseline:
    """Raises UserError where the file is missing, altered, or sealed by another key."""
    try:
        return Baseline.model_validate_json(unseal(PURPOSE, path.read_bytes(), key))
    except OSError as error:
        raise UserError(f"cannot read the baseline ({error.strerror})", where=str(path), remedy=REMEDY) from error
    except (BadSeal, ValidationError) as error:
        raise UserError(f"no baseline of this room: {error}", where=str(path), remedy=REMEDY) from error


def read_parameters(path: Path) -> Iterator[tuple[str, str, float]]:
    """Yields (file:line, name, value) of Mission Planner's form (NAME,VALUE) or QGroundControl's (5 columns)."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the parameter file ({error})", where=str(path)) from error
    for number, line in enumerate(lines, start=1):
        if words := line.partition("#")[0].replace(",", " ").split():
            yield f"{path}:{number}", *_pair(f"{path}:{number}", words)


def _pair(where: str, words: list[str]) -> tuple[str, float]:
    try:
        name, value = words if len(words) == 2 else words[2:4]
        number = float(value)
    except ValueError as error:
        raise UserError("expected NAME,VALUE or system, component, NAME, VALUE, type", where=where) from error
    if not math.isfinite(number):
        raise UserError(f"{name} is no number", where=where)
    return name, number
