"""`airbeat read PHOTO|VIDEO|URL ...`: the arguments of it."""

import argparse

from wire.errors import UserError
from wire.process import guarded


def main(argv: list[str] | None = None) -> int:
    """airbeat read INPUT ... [--json] [--seconds N]"""
    parser = argparse.ArgumentParser(
        prog="airbeat read", description="Reads number plates in pictures, clips, streams."
    )
    parser.add_argument(
        "inputs", nargs="+", metavar="PHOTO|VIDEO|URL", help="rtsp://, http(s)://, tcp://, /dev/videoN too"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a picture, or a read")
    parser.add_argument("--seconds", type=float, help="stop a clip or stream after so many seconds")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.inputs, args.json, args.seconds))


def _run(inputs: list[str], json_out: bool, seconds: float | None) -> int:
    if seconds is not None and seconds <= 0:
        raise UserError("must be over 0", where="--seconds")
    from edge.vision.still import run_read

    return run_read(inputs, json_out=json_out, seconds=seconds)
