"""`airbeat baseline`: seals an autopilot's baseline for a room's boxes; compares a parameter file with a sealed one."""

import argparse
from pathlib import Path

from wire.baseline import read_parameters, read_rules, read_sealed, write_sealed
from wire.errors import UserError
from wire.process import guarded
from wire.signing import load_private, load_public


def main(argv: list[str] | None = None) -> int:
    """airbeat baseline seal RULES.toml --key room.key --out FILE | compare FILE PARAMETERS --key room.pub"""
    parser = argparse.ArgumentParser(prog="airbeat baseline", description=__doc__)
    what = parser.add_subparsers(required=True, metavar="seal|compare")
    seal = what.add_parser("seal", help="from firmware-configs/SITE/AUTOPILOT.toml and the parameters it names")
    seal.add_argument("rules", type=Path, metavar="RULES.toml")
    seal.add_argument("--key", type=Path, required=True, help="the room's private key")
    seal.add_argument("--out", type=Path, required=True)
    seal.set_defaults(run=lambda args: _seal(args.rules, args.key, args.out))
    compare = what.add_parser("compare", help="exit status 1 and a line a difference where the aircraft's file differs")
    compare.add_argument("baseline", type=Path)
    compare.add_argument("parameters", type=Path, help="as a ground station saves them")
    compare.add_argument("--key", type=Path, required=True, help="the room's public key")
    compare.set_defaults(run=lambda args: _compare(args.baseline, args.parameters, args.key))
    args = parser.parse_args(argv)
    return guarded(lambda: int(args.run(args)))


def _seal(rules: Path, key: Path, out: Path) -> int:
    baseline = read_rules(rules)
    try:
        write_sealed(baseline, out, load_private(key))
    except OSError as error:
        raise UserError(f"cannot write the baseline ({error.strerror})", where=str(out)) from error
    print(f"{out}: {baseline.autopilot} {baseline.firmware}, {len(baseline.parameters)} parameters")
    return 0


def _compare(sealed: Path, parameters: Path, key: Path) -> int:
    baseline = read_sealed(sealed, load_public(key))
    found = baseline.differences({name: value for _, name, value in read_parameters(parameters)})
    print("\n".join(found) or f"all {len(baseline.parameters)} parameters are as the baseline says")
    return 1 if found else 0
