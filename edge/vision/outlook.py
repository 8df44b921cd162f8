"""Does a camera still show the world? A few pixels of its pictures in, what is wrong with them out. Pure."""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SAME = 4
"""Grey levels. A frozen picture that an encoder sends on changes by 3 at most at key frames; a live one with a noise of
one level at the sensor by 5 at some pixel (x264 ultrafast, 1080p, 2 Mbit/s, 8,160 pixels, eight seconds)."""
EVERY_S = 1.0
BLANK_S = 10.0
LEAST_SPREAD = 10.0
"""Grey levels between the darkest twentieth and the brightest: less is a covered, dark or blinded lens."""


class Outlook:
    """`frozen_s`: for how long nothing at all may change."""

    def __init__(self, frozen_s: float) -> None:
        self._frozen_s = frozen_s
        self._reference: Grey | None = None
        self._next_t = self._changed_t = self._detailed_t = float("-inf")
        self._last_t = float("-inf")

    def due(self, t: float) -> bool:
        """Whether a picture taken at `t` seconds is worth a look: once a second is enough."""
        return t >= self._next_t

    def __call__(self, samples: Grey, t: float) -> None:
        """`samples`: uint8 (h, w), some pixels of the picture, always the same ones."""
        self._next_t, self._last_t = t + EVERY_S, t
        reference = self._reference
        if reference is None or reference.shape != samples.shape or _differ(samples, reference):
            self._reference, self._changed_t = samples, t
        if np.subtract(*np.percentile(samples, [95, 5])) >= LEAST_SPREAD or self._detailed_t == float("-inf"):
            self._detailed_t = t

    @property
    def frozen(self) -> bool:
        return self._last_t - self._changed_t >= self._frozen_s

    @property
    def blank(self) -> bool:
        return self._last_t - self._detailed_t >= BLANK_S


def _differ(a: Grey, b: Grey) -> bool:
    return bool(np.abs(a.astype(np.int16) - b).max() > SAME)
