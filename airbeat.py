"""The command line: one table of commands. Each command's module is loaded only when it is called."""

import sys
from importlib import import_module
from importlib.metadata import version

COMMANDS: dict[str, tuple[str, str]] = {
    "read": ("edge.vision.command", "Read number plates in pictures, videos and streams"),
    "redact": ("edge.redact.__main__", "Copy a picture or clip with faces and number plates covered"),
    "edge": ("edge.__main__", "Run one box: its cameras, its aircraft, its uplink"),
    "ingest": ("ingest.__main__", "Run the control room, inbound: broker, database, events, incidents"),
    "dashboard": ("dashboard.__main__", "Run the console that dispatchers work with"),
    "account": ("dashboard.accounts_cli", "Create or change a console account"),
    "hotlist": ("ingest.hotlists", "Import a hotlist from a CSV file"),
    "retention": ("ingest.retention", "Drop what is past its retention, and prove it"),
    "models": ("edge.setup.command", "Fetch, convert and pin networks that the release does not contain"),
    "keys": ("wire.keys", "Create an Ed25519 key pair for a box or a room"),
    "baseline": ("wire.baseline_command", "Seal an autopilot's baseline, or compare a parameter file with one"),
    "aircraft-key": ("edge.flight.aircraft_key", "Give the site's MAVLink key to its aircraft, over a cable"),
    "sim": ("sim.__main__", "Run a simulated town: cameras, docks and aircraft over the true protocols"),
    "demo": ("sim.demo", "Run everything, with a simulated town; --headless lets a scripted dispatcher play"),
    "bench": ("bench.__main__", "Measure: each benchmark prints a table"),
    "train": ("train.__main__", "Train and export the shipped models"),
}
"""Command -> the module whose `main(argv) -> exit status` runs it, and what it does."""


def usage() -> str:
    rows = [f"  {name:<11}{purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join(["usage: airbeat COMMAND ...", "", *rows, "", "airbeat COMMAND --help tells more."])


def main(argv: list[str] | None = None) -> int:
    """The exit status: 0 done, 2 wrong use or a world that is not as needed, else the command's own."""
    args = sys.argv[1:] if argv is None else argv
    if args in (["--help"], ["-h"]):
        print(usage())
        return 0
    if args == ["--version"]:
        print(f"airbeat {version('airbeat')}")
        return 0
    if not args or args[0] not in COMMANDS:
        print(usage(), file=sys.stderr)
        return 2
    module = import_module(COMMANDS[args[0]][0])
    status = module.main(args[1:])
    return int(status or 0)


if __name__ == "__main__":
    sys.exit(main())
