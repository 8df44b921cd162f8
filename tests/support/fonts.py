"""Tests that render plates skip where the fonts of debian-packages.txt could not be installed."""

import pytest

from train.letters import FOLDER, FONTS, PACKAGES

NEEDS_FONTS = pytest.mark.skipif(
    not all((FOLDER / name).exists() for name in FONTS),
    reason=f"skipped: training fonts ({PACKAGES}) are not installed",
)
