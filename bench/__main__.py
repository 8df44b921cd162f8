"""`airbeat bench NAME ...`: every benchmark, each a command that prints what it measured."""

import sys
from importlib import import_module

BENCHES = {
    "backends": "the same networks on every runtime that is installed: cost and agreement",
    "camera": "what one camera costs, from an RTSP server through the whole pipeline to its reads, by step",
    "fleet": "simulated aircraft in one process: how many times real time?",
    "flights": "random sorties with orders and faults through the real flight code, judged on the world's truth",
    "ingest": "events a second from the broker to the database, beside raw COPY in the same run",
    "kills": "each of our processes killed at random stages of a flight: does every one come down?",
    "objects": "people and vehicles found in a folder of pictures, and their cost",
    "mutants": "each flight rule with its code removed: does the flight bench or a test notice?",
    "misread": "does the room know how often its cameras misread, on simulated reads of known truth",
    "orders": "from an order at the broker to the arm command on the wire, and from an abort to its ACK, under a flood",
    "redact": "plates left uncovered in a redacted clip, and what covering costs",
    "replay": "a flight that a box recorded, through the flight code again: the same decisions?",
    "vision": "plates read in a folder of pictures, and their cost, beside a peer in the same run",
}


def main(argv: list[str] | None = None) -> int:
    """airbeat bench NAME ..."""
    args = sys.argv[1:] if argv is None else argv
    asked = args[0] if args else ""
    if asked not in BENCHES:
        rows = "\n".join(f"  {name:<10}{what}" for name, what in BENCHES.items())
        print(f"usage: airbeat bench NAME ...\n\n{rows}", file=sys.stdout if asked in ("-h", "--help") else sys.stderr)
        return 0 if asked in ("-h", "--help") else 2
    return int(import_module(f"bench.{asked}").main(args[1:]))


if __name__ == "__main__":
    sys.exit(main())
