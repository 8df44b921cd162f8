"""Our glyphs against readers and real characters that had no part in drawing them."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rapidocr import RapidOCR

from sim import glyphs
from sim.plates import random_vrm, render_plate
from wire.vrm import fold

DATA = Path(os.environ.get("AIRBEAT_DATA", Path(__file__).parents[3] / "shared/data"))
REAL = DATA / "uk_glyphs/uk_glyphs.npz"


def _tight(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The largest piece of ink, scaled to fill 32 x 48, flat: real crops carry a rim and specks."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    x, y, w, h, _ = stats[(best := 1 + stats[1:, cv2.CC_STAT_AREA].argmax())]
    piece = (labels[y : y + h, x : x + w] == best).astype(np.float32)
    return (cv2.resize(piece, (32, 48), interpolation=cv2.INTER_AREA) > 0.5).astype(np.float32).ravel()


@pytest.mark.skipif(not REAL.exists(), reason=f"no {REAL}: real UK characters are not part of the repository")
def test_real_characters_look_most_like_our_glyph_of_the_same_name() -> None:
    with np.load(REAL) as file:
        real, labels = file["glyphs"], file["labels"]
    names = [name for name in sorted(glyphs.GLYPHS) if name not in "O1IQ"]  # twins, a bar, one that is never there
    ours = np.stack([_tight(glyphs.ink(name, 4) > 127) for name in names])
    known = labels != "1"
    theirs = np.stack([_tight(glyph < 128) for glyph in real[known]])
    shared = theirs @ ours.T
    overlap = shared / (theirs.sum(axis=1)[:, None] + ours.sum(axis=1) - shared)
    guessed = np.array(names)[overlap.argmax(axis=1)]
    truth = np.where(labels[known] == "O", "0", labels[known])
    own = overlap[np.arange(len(truth)), [names.index(name) for name in truth]]
    assert np.mean(guessed == truth) >= 0.97
    assert own.mean() >= 0.8


@pytest.fixture(scope="module")
def reader() -> RapidOCR:
    return RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "Global.log_level": "error"})


@pytest.mark.parametrize("width_px", [520, 100])
def test_a_reader_that_others_trained_reads_our_plates(reader: RapidOCR, width_px: int) -> None:
    rng = np.random.default_rng(width_px)
    right = 0
    for index in range(200):
        vrm = random_vrm(rng)
        plate = render_plate(vrm, rear=bool(index % 2))
        if width_px < 520:
            plate = cv2.GaussianBlur(cv2.resize(plate, (width_px, 21), interpolation=cv2.INTER_AREA), (3, 3), 0.6)
        texts = reader(plate, use_det=False, use_cls=False, use_rec=True).txts
        right += bool(texts) and fold(texts[0]) == fold(vrm)
    assert right >= 0.97 * 200
