"""A still picture in, its redacted copy out; what the file said of itself (EXIF, thumbnails, profiles) is dropped."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.redact.clip import mark, split
from edge.redact.cover import Box, Cover, cover, grown
from edge.redact.eyes import PLATE_SURE, Eyes
from edge.redact.plan import MARGIN
from edge.redact.record import Counts
from edge.vision.pictures import load_picture
from edge.vision.stills import StillReader
from wire.vrm import fold, strip

Bgr = NDArray[np.uint8]
QUALITY = 92
LONGEST = 1920
"""px at which faces are looked for at most: beyond it the network costs seconds and the memory gigabytes."""


def redact_still(source: Path, target: Path, eyes: Eyes, secret: int, keep: str | None) -> Counts:
    """Writes `target`. Raises UserError for what is no picture, OSError where the copy can't be written."""
    bgr = load_picture(source)
    plates = [plate.box for plate in eyes.plates.still(bgr, PLATE_SURE)]
    kept = _kept(bgr, keep) if keep else []
    hidden = [box for box in plates if not any(_same(box, other) for other in kept)]
    faces = _faces(bgr, eyes)
    boxes = [grown(box, *MARGIN["plate"]) for box in hidden] + [grown(box, *MARGIN["face"]) for box in faces]
    covered = _covered(bgr, [Cover(box, seed) for seed, box in enumerate(boxes)], secret)
    done, data = cv2.imencode(target.suffix, covered, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OSError(0, "the picture can't be encoded")
    target.write_bytes(data.tobytes())
    return Counts(1, 0, len(faces), len(hidden), len(plates) - len(hidden))


def _kept(bgr: Bgr, keep: str) -> list[Box]:
    """Plates that read as the subject's mark (O = 0, I = 1)."""
    return [read.plate.box for read in StillReader()(bgr) if fold(read.mark.canonical) == fold(strip(keep))]


def _faces(bgr: Bgr, eyes: Eyes) -> list[Box]:
    if eyes.faces is None:
        return []
    factor = max(1.0, max(bgr.shape[:2]) / LONGEST)
    size = max(2, round(bgr.shape[1] / factor)), max(2, round(bgr.shape[0] / factor))
    small = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8) if factor > 1 else bgr
    found = eyes.look_for_faces(small)
    return [(x1 * factor, y1 * factor, x2 * factor, y2 * factor) for x1, y1, x2, y2 in found]


def _covered(bgr: Bgr, covers: list[Cover], secret: int) -> Bgr:
    """The picture, its right and lower edge repeated to even sizes meanwhile."""
    height, width = bgr.shape[:2]
    even = cv2.copyMakeBorder(bgr, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    i420 = np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2YUV_I420), np.uint8)
    planes = split(i420)
    cover(planes, covers, secret)
    mark(planes)
    return np.asarray(cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420), np.uint8)[:height, :width]


def _same(a: Box, b: Box) -> bool:
    """Whether the middle of one lies in the other."""
    x, y = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2
    return b[0] <= x <= b[2] and b[1] <= y <= b[3]
