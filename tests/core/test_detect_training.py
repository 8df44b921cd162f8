"""A training run: the same samples in the same order whenever it is started, and it goes on where it was stopped."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed: it is needed for training only")

import torch

from train.course import rate
from train.detector import BATCH, LEAST_RATE, RATE, WIDE_EVERY, Recipe, batch, run
from train.frames import Frame
from train.synthetic import CROP, WIDE
from wire.errors import UserError


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in a run; on a busy machine two threads wait for each other most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    """One drawn frame with one plate's place, in the stead of real ones."""
    path = tmp_path_factory.mktemp("frames") / "frame.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (576, 1024, 3)).astype(np.uint8))
    return [Frame(path, np.array([[400, 300, 480, 320]], np.float32))]


def test_a_batch_depends_on_seed_and_number_alone(frames: list[Frame]) -> None:
    for one, again in zip(batch(frames, 1, 5), batch(frames, 1, 5), strict=True):
        assert torch.equal(one, again)
    assert not torch.equal(batch(frames, 1, 5)[0], batch(frames, 2, 5)[0])
    assert not torch.equal(batch(frames, 1, 5)[0], batch(frames, 1, 6)[0])


def test_wide_batches_cover_the_same_area(frames: list[Frame]) -> None:
    usual, wide = batch(frames, 1, 0), batch(frames, 1, WIDE_EVERY - 1)
    assert usual[0].shape == (BATCH, 3, *CROP)
    assert wide[0].shape[2:] == WIDE
    assert usual[0].numel() == wide[0].numel()
    assert wide[1].shape == (len(wide[0]), WIDE[0] // 8, WIDE[1] // 8)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(frames: list[Frame], tmp_path: Path) -> None:
    recipe = Recipe(samples=2 * BATCH, seed=4)
    whole = run(recipe, frames, resume=False, checkpoint=tmp_path / "whole.pt", workers=0)
    state = torch.load(tmp_path / "whole.pt", weights_only=True)
    run(recipe, frames, resume=False, checkpoint=tmp_path / "parts.pt", workers=0, stop=1)
    resumed = run(recipe, frames, resume=True, checkpoint=tmp_path / "parts.pt", workers=0)
    assert resumed.done == whole.done == 2
    for name, value in resumed.mean.state_dict().items():
        assert torch.equal(value, state["mean"][name]), name


def test_a_checkpoint_of_another_run_is_refused(frames: list[Frame], tmp_path: Path) -> None:
    run(Recipe(samples=BATCH, seed=4), frames, resume=False, checkpoint=tmp_path / "run.pt", workers=0)
    with pytest.raises(UserError, match="--seed 4"):
        run(Recipe(samples=BATCH, seed=5), frames, resume=True, checkpoint=tmp_path / "run.pt")


def test_the_rate_rises_then_falls_with_the_share_of_samples() -> None:
    rates = [rate(RATE, step / 1000, step, LEAST_RATE) for step in range(1000)]
    assert max(rates) == pytest.approx(RATE, rel=0.1)
    assert rates[0] < 0.01 * RATE
    assert rates[-1] == pytest.approx(0.01 * RATE, rel=0.01)
    assert rates[200:] == sorted(rates[200:], reverse=True)
