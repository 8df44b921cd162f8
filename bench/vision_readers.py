"""Who reads: Airbeat and its peers behind one seam; each is loaded in the process that is measured, and only there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.vision_truth import Box
from wire.errors import UserError
from wire.vrm import strip

if TYPE_CHECKING:
    from edge.vision.detect import PlateBox
    from edge.vision.vote import Consensus

Bgr = NDArray[np.uint8]
OTHERS = {
    "airbeat-frame": "Airbeat, boxes found in one look as in a camera's frames; a still is looked at in several sizes",
    "rapidocr": "PP-OCR on the whole picture, every line of text counted as if it were a plate",
}
"""Name, a peer's being its package -> what of it is measured. A further one needs a line here and an arm in `load`."""


@dataclass(frozen=True)
class Reader:
    """Three questions to uint8 (h, w, 3) BGR: where are plates, what do they say, what says the one in this box."""

    find: Callable[[Bgr], list[Box]]
    look: Callable[[Bgr], list[str]]
    read: Callable[[Bgr, Box], str]


def load(name: str) -> Reader:
    """`name`: airbeat or one of OTHERS, on one thread. Raises UserError for another."""
    match name:
        case "airbeat":
            return _airbeat()
        case "airbeat-frame":
            return _airbeat(one_look=True)
        case "rapidocr":
            return _rapidocr()
    raise UserError("no such reader", where=name, remedy=f"Choose from {', '.join(OTHERS)}")


def check_installed(name: str) -> None:
    """Raises UserError where the package of a peer is missing."""
    if not name.startswith("airbeat") and find_spec(name) is None:
        remedy = f"Install it: .venv/bin/pip install -c constraints.txt {name}"
        raise UserError("not installed", where=name, remedy=remedy)


def _airbeat(*, one_look: bool = False) -> Reader:
    """The product's own parts as `airbeat read` uses them, each loaded when first asked: it alone is measured then."""
    from edge.vision.detect import load_detector
    from edge.vision.read import PlateReader
    from edge.vision.stills import StillReader

    detect, read, look = (
        cache(partial(load_detector, 1)),
        cache(partial(PlateReader, 1)),
        cache(partial(StillReader, 1)),
    )
    return Reader(
        find=lambda bgr: [plate.box for plate in (detect()(bgr) if one_look else detect().still(bgr))],
        look=lambda bgr: [read.mark.canonical for read in look()(bgr)],
        read=lambda bgr, box: _said(read().look(bgr, _upright(box))),
    )


def _upright(box: Box) -> "PlateBox":
    """A true box has no corners, so it stays upright."""
    from edge.vision.detect import PlateBox

    x1, y1, x2, y2 = box
    return PlateBox(box, 1.0, np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32))


def _said(consensus: "Consensus | None") -> str:
    return consensus.vrm if consensus else ""


def _rapidocr() -> Reader:
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})

    def find(bgr: Bgr) -> list[Box]:
        found = engine(bgr, use_det=True, use_cls=False, use_rec=False).boxes
        return [] if found is None else [(*points.min(axis=0), *points.max(axis=0)) for points in found]

    def read(bgr: Bgr, box: Box) -> str:
        x1, y1, x2, y2 = (max(0, round(edge)) for edge in box)
        return "".join(map(strip, engine(bgr[y1:y2, x1:x2], use_det=False, use_cls=False, use_rec=True).txts or ()))

    return Reader(find, lambda bgr: [strip(text) for text in getattr(engine(bgr), "txts", ()) or ()], read)
