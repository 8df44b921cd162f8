"""What the plate detector is taught: scenes become maps, and maps against maps become a loss.

Heat is a Gaussian about a plate's centre with the plate's own proportions (Zhou et al., Objects as Points, section 3);
the cells near its top learn the box by its overlap and the corners by their distance in box heights.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.net import STRIDE, distances
from train.synthetic import Scene

SPREAD = 0.16
"""Sigma of the heat over the plate's size."""
TAUGHT = 0.5
"""Cells of this heat and above learn box and corners."""
DOUBT = 0.45
"""In real backdrops an unmarked plate is likely where the net is surer than this: such cells teach nothing."""
MARGIN_PX = 0.2
"""Left round a plate at the network's input: an edge is smeared over a pixel, and people draw around the smear."""
LOOSE_FROM_PX = 26
"""People draw boxes around plates loosely. From this width, px, they are taught as drawn, to be found as people would
mark them; narrower ones, scaled down, teach no box."""


@dataclass(frozen=True)
class Target:
    """Maps for one scene, float32: `heat` (h, w), `near` (h, w) weight of box and corners, `exact` (h, w) of corners,
    `box` (4, h, w) distances in cells, `corners` (8, h, w) shifts in box heights."""

    heat: NDArray[np.float32]
    near: NDArray[np.float32]
    exact: NDArray[np.float32]
    box: NDArray[np.float32]
    corners: NDArray[np.float32]


def target(scene: Scene) -> Target:
    """The maps that a perfect network would give for the scene."""
    rows, columns = scene.bgr.shape[0] // STRIDE, scene.bgr.shape[1] // STRIDE
    ys, xs = np.mgrid[:rows, :columns].astype(np.float32) + 0.5
    maps = Target(*(np.zeros((*lead, rows, columns), np.float32) for lead in ((), (), (), (4,), (8,))))
    margin = MARGIN_PX / STRIDE
    for quad, drawn in zip(scene.corners / STRIDE, scene.drawn, strict=True):
        (x1, y1), (x2, y2) = quad.min(axis=0) - margin, quad.max(axis=0) + margin
        cx, cy, w, h = (x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, 0.5), max(y2 - y1, 0.5)
        sx, sy = max(w * SPREAD, 0.55), max(h * SPREAD, 0.45)
        heat = np.exp(-(((xs - cx) / sx) ** 2 + ((ys - cy) / sy) ** 2) / 2)
        row, column = min(int(cy), rows - 1), min(int(cx), columns - 1)
        heat[row, column] = 1
        own = (heat > maps.heat) & (heat >= TAUGHT)
        np.maximum(maps.heat, heat, out=maps.heat)
        # by its cells alone a near plate would outweigh hundreds of far ones
        weight = heat[own] / np.sqrt(heat[own].sum())
        maps.near[own] = weight if drawn or w * STRIDE >= LOOSE_FROM_PX else 0
        maps.exact[own] = weight if drawn else 0
        maps.box[:, own] = np.stack([xs - x1, ys - y1, x2 - xs, y2 - ys])[:, own]
        ends = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
        maps.corners[:, own] = ((quad - ends) / h).reshape(8, 1)
    return maps


class Truth(NamedTuple):
    """A batch of targets, each with a first axis n; `real` bool (n,): the backdrop may hold unmarked plates."""

    heat: Tensor
    near: Tensor
    exact: Tensor
    box: Tensor
    corners: Tensor
    real: Tensor


def loss(out: Tensor, truth: Truth) -> Tensor:
    """One number from the raw map (n, 13, h, w) and the batch's targets."""
    heat, near, exact, box, corners, real = truth
    found = out[:, 0]
    sure = found.sigmoid().clamp(1e-4, 1 - 1e-4)
    peak = (heat == 1).float()
    # CenterNet's focal loss, equation 1, with its alpha 2 and beta 4
    cost = -torch.where(peak > 0, (1 - sure) ** 2 * sure.log(), (1 - heat) ** 4 * sure**2 * (1 - sure).log())
    doubtful = real[:, None, None] & (heat < 0.05) & (sure.detach() > DOUBT)
    heat_loss = cost.masked_fill(doubtful, 0).sum() / peak.sum().clamp(min=1)
    sides = distances(out[:, 1:5])
    box_loss = ((1 - _overlap(sides, box)) * near).sum() / near.sum().clamp(min=1)
    # the overlap forgives a box that is as much too large as it is unsure; a distance does not
    height = (box[:, 1] + box[:, 3]).clamp(min=0.5)
    edge_loss = ((sides - box).abs().mean(1) / height * exact).sum() / exact.sum().clamp(min=1)
    corner_loss = ((out[:, 5:] - corners).abs().mean(1) * exact).sum() / exact.sum().clamp(min=1)
    return heat_loss + 2 * box_loss + 2 * edge_loss + corner_loss


def _overlap(a: Tensor, b: Tensor) -> Tensor:
    """Generalised IoU of boxes about the same cell, each (n, 4, h, w) distances (Rezatofighi et al. 2019)."""
    low, high = torch.minimum(a, b), torch.maximum(a, b)
    shared = _area(low)
    area = _area(a) + _area(b) - shared
    hull = _area(high).clamp(min=1e-3)
    return shared / area.clamp(min=1e-3) - (hull - area) / hull


def _area(sides: Tensor) -> Tensor:
    return (sides[:, 0] + sides[:, 2]).clamp(min=0) * (sides[:, 1] + sides[:, 3]).clamp(min=0)
