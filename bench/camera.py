"""`airbeat bench camera`: what one box's cameras cost, each through the whole pipeline from an RTSP server to reads."""

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench.camera_box import BoxUnderTest, Sample, serve_rtsp
from bench.camera_clip import Clip, Film, street_clip
from wire.errors import UserError
from wire.process import guarded

END_S = 0.5
"""Not measured: the end of the clip, at which the camera opens its stream again."""

PER = {"decode": "frames", "convert": "detections", "detect": "detections", "read": "detections"}


@dataclass(frozen=True)
class Row:
    """One camera. `core`: CPU time of its process over the time that passed; `steps`: the same, by step.

    `ms`: CPU time of one decoded frame, and of one look for what belongs to looks: it stands where a busy machine gives
    the process less than it asks for.

    `passed`: marks that could be read; `told`: of those, how many were read exactly; `other`: all further reads.
    `dropped`: frames that a newer one replaced; `skipped`: not decoded, as the decoder was a second behind.
    `machine`: how busy all cores were, whatever ran beside.
    """

    camera: str
    seconds: float
    core: float
    steps: dict[str, float]
    ms: dict[str, float]
    fps: float
    dropped: int
    skipped: int
    damaged: int
    looks: int
    passed: int
    told: int
    other: int
    rss_mb: float
    machine: float


def main(argv: list[str] | None = None) -> int:
    """airbeat bench camera [--size 1920x1080] [--fps 25] [--seconds 30] [--cameras 1] [--mbit M] [--json]"""
    parser = argparse.ArgumentParser(prog="airbeat bench camera", description=__doc__)
    parser.add_argument("--size", default="1920x1080", metavar="WxH")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--cameras", type=int, default=1)
    parser.add_argument(
        "--mbit", type=float, help="of each stream; without it 4.1 for 1080p at 25 fps, and in proportion"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args))


def size_of(text: str) -> tuple[int, int]:
    """Raises UserError for what no encoder takes: H.264 halves its colours."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()) or min(int(width), int(height)) < 160:
        raise UserError("not a size", where=text, remedy="Write it as 1920x1080, 160 pixels at least")
    if int(width) % 2 or int(height) % 2:
        raise UserError("not a size for H.264", where=text, remedy="Width and height must be even")
    return int(width), int(height)


def _run(args: argparse.Namespace) -> int:
    size = size_of(args.size)
    clips = [street_clip(Film(size, args.fps, args.seconds, n, args.mbit)) for n in range(args.cameras)]
    with ExitStack() as stack:
        base = stack.enter_context(serve_rtsp([clip.path for clip in clips]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        box = stack.enter_context(BoxUnderTest(folder, [f"{base}/cam{n or ''}" for n in range(args.cameras)]))
        rows = measure(box, clips, args)
    for row in rows:
        print(json.dumps(asdict(row)) if args.json else _shown(row))
    return 0


def measure(box: BoxUnderTest, clips: list[Clip], args: argparse.Namespace) -> list[Row]:
    """Until just before the clips end; vehicles still in sight are told as the processes go."""
    first = box.first_sample()
    psutil.cpu_percent()
    samples = box.follow(time.monotonic() + args.seconds - first.figures["frames"] / args.fps - END_S)
    machine = psutil.cpu_percent() / 100
    box.stop()
    return [_row(name, samples[name], box.told(name), clip, machine) for name, clip in zip(samples, clips, strict=True)]


def _row(camera: str, samples: list[Sample], reads: list[str], clip: Clip, machine: float) -> Row:
    """From the first health report to the last."""
    start, end = samples[0], samples[-1]
    seconds = end.t - start.t
    rise = {key: end.figures[key] - start.figures.get(key, 0) for key in end.figures}
    steps = {key[4:-2]: round(rise[key] / seconds, 3) for key in rise if key.startswith("cpu_")}
    ms = {step: round(1e3 * rise[f"cpu_{step}_s"] / max(rise[per], 1), 2) for step, per in PER.items()}
    told, other = len(set(clip.passed) & set(reads)), sum(vrm not in clip.seen for vrm in reads)
    return Row(
        camera, round(seconds, 1), round((end.cpu_s - start.cpu_s) / seconds, 3), steps, ms,
        round(rise["frames"] / seconds, 1), int(rise["dropped"]), int(rise["skipped"]), int(rise["damaged"]),
        int(rise["detections"]), len(clip.passed), told, other, round(end.rss_mb), round(machine, 2),
    )  # fmt: skip


def _shown(row: Row) -> str:
    steps = "  ".join(f"{step} {share:.3f}" for step, share in row.steps.items())
    ms = "  ".join(f"{step} {value:.2f}" for step, value in row.ms.items())
    rest = "  ".join(f"{key} {value}" for key, value in asdict(row).items() if key not in ("steps", "ms"))
    return f"{rest}\n  of the core: {steps}\n  ms a frame or look: {ms}"
