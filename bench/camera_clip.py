"""What a roadside camera films: the simulator's street as a clip, with the marks that pass; kept in var/bench."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from sim.h264 import I420
from sim.roadside import passes
from sim.scene import Roadside
from sim.scene_sight import View, view
from sim.town import demo_town
from sim.traffic import Traffic

FOLDER = Path("var/bench")
SEED = 11
STORY_S = 6.0
"""The street has filled by then."""
BITS_PER_PIXEL = 0.08
"""4.1 Mbit/s for 1080p at 25 fps, as cameras of that size are set."""


@dataclass(frozen=True)
class Film:
    """What is wanted. `number`: 0 looks at tails, 1 at fronts, and so on in turn."""

    size: tuple[int, int]
    fps: int
    seconds: int
    number: int = 0
    mbit: float | None = None

    @property
    def bit_s(self) -> int:
        return int(self.mbit * 1e6 if self.mbit else BITS_PER_PIXEL * self.size[0] * self.size[1] * self.fps)

    @property
    def name(self) -> str:
        width, height = self.size
        return f"street{self.number}-{width}x{height}-{self.fps}fps-{self.seconds}s-{self.bit_s // 1000}k"


@dataclass(frozen=True)
class Clip:
    """H.264 High, a key frame every two seconds, no B pictures. `passed`: marks that could be read, as they came.

    `seen`: those, and the ones of which the clip shows only a part.
    """

    path: Path
    passed: tuple[str, ...]
    seen: tuple[str, ...]


def street_clip(film: Film) -> Clip:
    """Rendered when it is first asked for: about a minute for 30 s at 1080p."""
    path, truth = FOLDER / f"{film.name}.mp4", FOLDER / f"{film.name}.json"
    if not truth.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        config = demo_town(SEED).model_copy(update={"duration_s": film.seconds + 60})
        spec, traffic = config.cameras[film.number % len(config.cameras)], Traffic(config)
        eye = view(spec.lat, spec.lon, spec.heading_deg, spec.sees, film.size)
        _encode(path, film, _pictures(Roadside(eye, traffic, spec.name), film))
        truth.write_text(json.dumps(_marks(eye, traffic, film.seconds)))
    marks = json.loads(truth.read_text())
    return Clip(path, tuple(marks["passed"]), tuple(marks["seen"]))


def _marks(eye: View, traffic: Traffic, seconds: int) -> dict[str, list[str]]:
    """A pass that began before the clip may be over when the box looks, and one at its end is cut short."""
    first_s, last_s = STORY_S, STORY_S + seconds - 1
    spans = [(trip.vrm, since_s, until_s) for trip, since_s, until_s in passes(eye, traffic)]
    return {
        "passed": [vrm for vrm, since_s, until_s in spans if first_s < since_s and until_s < last_s],
        "seen": [vrm for vrm, since_s, until_s in spans if first_s < until_s and since_s < last_s + 1],
    }


def _pictures(street: Roadside, film: Film) -> Iterator[I420]:
    for number in range(film.seconds * film.fps):
        since_s = number / film.fps
        yield street.picture(STORY_S + since_s, 1e9 + since_s)


def _encode(path: Path, film: Film, pictures: Iterator[I420]) -> None:
    width, height = film.size
    options = {"profile": "high", "preset": "veryfast", "bf": "0", "threads": "1"}
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=film.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate, stream.gop_size = film.bit_s, 2 * film.fps
        stream.codec_context.time_base = Fraction(1, film.fps)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
