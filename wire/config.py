"""One TOML file a process, read into frozen models that refuse unknown keys; errors name the file and the key."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from wire.errors import UserError


class Section(BaseModel):
    """A section of a config file: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


S = TypeVar("S", bound=Section)


def read_config(path: Path, model: type[S]) -> S:
    """The file as `model`. Raises UserError that names every wrong key."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise UserError(f"cannot read the config ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UserError("the config is not UTF-8 text", where=str(path)) from error
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"not TOML: {error}", where=str(path)) from error
    except ValidationError as error:
        raise UserError(_explain(error), where=str(path), remedy="Correct the keys named") from error


def _explain(error: ValidationError) -> str:
    rows = [f"{'.'.join(map(str, row['loc'])) or 'file'}: {row['msg'].lower()}" for row in error.errors()]
    return "; ".join(rows)
