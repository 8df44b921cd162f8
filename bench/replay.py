"""`airbeat bench replay TAPE --site SITE.toml`: a recorded flight through the flight code again, turn by turn (F26)."""

import argparse
from pathlib import Path

from edge.config import SiteConfig
from edge.flight.seen import Site, make_site
from edge.flight.tape import Turn, replay
from wire.baseline import read_sealed
from wire.config import read_config
from wire.errors import UserError
from wire.process import guarded
from wire.signing import load_public

SHOWN = 10


def main(argv: list[str] | None = None) -> int:
    """airbeat bench replay TAPE --site SITE.toml; 1 where a decision differs."""
    parser = argparse.ArgumentParser(prog="airbeat bench replay", description=__doc__)
    parser.add_argument("tape", type=Path, help="of the box's data_dir: flight/tapes/*.jsonl")
    parser.add_argument("--site", type=Path, required=True, metavar="SITE.toml", help="what the box flew by")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.tape, args.site))


def compare(tape: Path, site: Site) -> tuple[int, int, tuple[Turn, ...]]:
    """Turns, decisions among them, and those that differ. Raises UserError where the file is no tape."""
    try:
        turns = list(replay(tape.read_text().splitlines(), site))
    except OSError as error:
        raise UserError(f"cannot read it ({error.strerror})", where=str(tape)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError("this is no flight's tape, or one of another version", where=str(tape)) from error
    return len(turns), sum(turn.then != "{}" for turn in turns), tuple(t for t in turns if t.then != t.now)


def _run(tape: Path, site: Path) -> int:
    config = read_config(site, SiteConfig)
    if config.flight is None:
        raise UserError("the site has no aircraft", where=str(site))
    baseline = read_sealed(config.flight.baseline, load_public(config.box.room_public_key))
    turns, decisions, differing = compare(tape, make_site(config, baseline))
    print(f"{turns} turns, {decisions} decisions, {len(differing)} differ")
    for turn in differing[:SHOWN]:
        print(f"{turn.at_s:.2f}\n  then {turn.then}\n  now  {turn.now}")
    return 1 if differing else 0
