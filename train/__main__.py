"""`airbeat train detector|reader|...`: trains and exports a shipped model, or scores one."""

import sys
from importlib import import_module
from importlib.util import find_spec

from wire.errors import UserError
from wire.process import guarded

PARTS = {
    "detector": "train and export the plate detector",
    "quantise": "make the plate detector's 8-bit form",
    "reader": "train and export the plate reader",
    "calibrate": "fit how far the shipped reader may believe itself",
    "score": "measure the shipped detector",
    "reader_score": "measure a checkpoint of the reader",
}


def main(argv: list[str] | None = None) -> int:
    """One of PARTS, with its own arguments."""
    args = sys.argv[1:] if argv is None else argv
    asked = args[0] if args else ""
    if asked not in PARTS:
        rows = "\n".join(f"  {name:<14}{what}" for name, what in PARTS.items())
        print(f"usage: airbeat train PART ...\n\n{rows}", file=sys.stdout if asked in ("-h", "--help") else sys.stderr)
        return 0 if asked in ("-h", "--help") else 2
    return guarded(lambda: _run(asked, args[1:]))


def _run(part: str, argv: list[str]) -> int:
    if part != "score" and find_spec("torch") is None:
        raise UserError("torch is not installed", where="train", remedy="Run: .venv/bin/pip install -e '.[train]'")
    return int(import_module(f"train.{part}").main(argv))


if __name__ == "__main__":
    sys.exit(main())
