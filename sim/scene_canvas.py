"""A surface to paint on in metres, y up: shapes in, a premultiplied texture out. Edges are smooth."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.scene_lens import Texture

Colour = tuple[float, float, float]
"""Blue, green, red, 0 to 255."""
Outline = Sequence[tuple[float, float]] | NDArray[np.float64]
"""Corners in metres."""
_TURN = np.linspace(0, 2 * np.pi, 40, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
Stops = Sequence[tuple[float, float]]
"""(place in metres, factor), places rising."""
_SUB = 4


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with so much of `b` in it."""
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


class Canvas:
    """`width_m` x `height_m` at `px_per_m`, the origin at the bottom left; starts empty (clear)."""

    def __init__(self, width_m: float, height_m: float, px_per_m: float) -> None:
        self.width_m, self.height_m, self.px_per_m = width_m, height_m, px_per_m
        size = max(2, round(height_m * px_per_m)), max(2, round(width_m * px_per_m))
        self.bgr = np.zeros((*size, 3), np.uint8)
        self.alpha = np.zeros(size, np.uint8)

    def texture(self) -> Texture:
        share = self.alpha[:, :, None].astype(np.uint16)
        bgr = (self.bgr * share // 255).astype(np.uint8)
        return Texture(np.dstack([bgr, self.alpha]))

    def poly(self, points: Outline, colour: Colour, opacity: float = 1.0) -> None:
        box, mask = self._mask(points)
        if not mask.size:
            return
        share = (mask.astype(np.float32) * (opacity / 255))[:, :, None]
        paint = np.array(colour, np.float32)
        under = np.where(self.alpha[box][:, :, None] == 0, paint, self.bgr[box])
        self.bgr[box] = (under + (paint - under) * share + 0.5).astype(np.uint8)
        self.alpha[box] = np.maximum(self.alpha[box], (mask * opacity).astype(np.uint8))

    def rect(  # noqa: PLR0917 - coordinates, then paint, as in every drawing library
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, opacity: float = 1.0, *, radius: float = 0.0
    ) -> None:
        self.poly(rounded(x0, y0, x1, y1, radius), colour, opacity)

    def ellipse(  # noqa: PLR0917
        self, x: float, y: float, rx: float, ry: float, colour: Colour, opacity: float = 1.0
    ) -> None:
        self.poly(_CIRCLE * (rx, ry) + (x, y), colour, opacity)

    def line(  # noqa: PLR0917
        self, x0: float, y0: float, x1: float, y1: float, width: float, colour: Colour, opacity: float = 1.0
    ) -> None:
        dx, dy = x1 - x0, y1 - y0
        scale = width / 2 / max((dx * dx + dy * dy) ** 0.5, 1e-6)
        nx, ny = -dy * scale, dx * scale
        self.poly([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)], colour, opacity)

    def shade_down(self, stops: Stops) -> None:
        """Multiplies the colours by (height in metres, factor) stops, rising heights, straight between them."""
        rows = (len(self.alpha) - np.arange(len(self.alpha)) - 0.5) / self.px_per_m
        self._multiply(_between(rows, stops)[:, None, None])

    def shade_across(self, stops: Stops) -> None:
        columns = (np.arange(self.alpha.shape[1]) + 0.5) / self.px_per_m
        self._multiply(_between(columns, stops)[None, :, None])

    def grain(self, rng: np.random.Generator, strength: float) -> None:
        """Uneven light: blotches of about 4 px, `strength` in grey levels."""
        h, w = self.alpha.shape
        coarse = rng.normal(0, strength, (h // 4 + 2, w // 4 + 2)).astype(np.float32)
        spots = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)
        self.bgr = np.clip(self.bgr + spots[:, :, None], 0, 255).astype(np.uint8)

    def soften(self, radius_m: float) -> None:
        """Blurs colour and edge alike."""
        size = max(1, round(radius_m * self.px_per_m)) * 2 + 1
        self.bgr = cv2.GaussianBlur(self.bgr, (size, size), 0).astype(np.uint8, copy=False)
        self.alpha = cv2.GaussianBlur(self.alpha, (size, size), 0).astype(np.uint8, copy=False)

    def keep(self, points: Outline) -> None:
        """Clears what lies outside of the outline."""
        inside = np.zeros_like(self.alpha)
        box, mask = self._mask(points)
        inside[box] = mask
        self.alpha = np.minimum(self.alpha, inside)

    def _multiply(self, factors: NDArray[np.float64]) -> None:
        self.bgr = np.clip(self.bgr * factors, 0, 255).astype(np.uint8)

    def _mask(self, points: Outline) -> tuple[tuple[slice, slice], NDArray[np.uint8]]:
        """The shape's cover, and the part of the canvas that it covers."""
        pixels = (np.asarray(points) * (1, -1) + (0, self.height_m)) * self.px_per_m - 0.5
        low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 2, self.alpha.shape[::-1])
        mask = np.zeros(np.maximum(high - low, 0)[::-1], np.uint8)
        if mask.size:
            cv2.fillPoly(mask, [np.round((pixels - low) * 2**_SUB).astype(np.int32)], [255], cv2.LINE_AA, _SUB)
        return (slice(low[1], max(low[1], high[1])), slice(low[0], max(low[0], high[0]))), mask


def _between(at: NDArray[np.floating], stops: Stops) -> NDArray[np.float64]:
    places, factors = zip(*stops, strict=True)
    return np.asarray(np.interp(at, np.array(places), np.array(factors)), np.float64)


def rounded(x0: float, y0: float, x1: float, y1: float, radius: float) -> Outline:
    """A rectangle's outline with round corners."""
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    radius = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    corners = ((x1 - radius, y1 - radius, 0), (x0 + radius, y1 - radius, 90), (x0 + radius, y0 + radius, 180),
               (x1 - radius, y0 + radius, 270))  # fmt: skip
    turns = [(x, y, np.radians(start + step)) for x, y, start in corners for step in range(0, 91, 15)]
    return [(x + radius * float(np.cos(a)), y + radius * float(np.sin(a))) for x, y, a in turns]
