"""The characters that plates are set in, as ink: the UK's from our own outlines, other countries' from fonts.

In go a type's name and a character, out comes uint8 (64, w) coverage. Fonts come from Debian's packages, for training
only; DIN 1451 and its kin are what most of Europe's plates resemble.
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sim import glyphs
from wire.errors import UserError

Ink = NDArray[np.uint8]
CAP_PX = 64
"""Height of a capital."""
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UK = "uk"
FOLDER = Path("/usr/share/fonts")
PACKAGES = "fonts-opendin fonts-roadgeek fonts-routed-gothic fonts-urw-base35 fonts-bebas-neue fonts-liberation fonts-roboto-unhinted"  # noqa: E501
"""Licences: OFL-1.1, MIT, OFL-1.1, AGPL-3.0 with the font exception, OFL-1.1, OFL-1.1, Apache-2.0."""
FONTS: dict[str, float] = {
    "truetype/opendin/OSP-DIN.ttf": 8,
    "truetype/roadgeek/RG2014B.ttf": 1,
    "truetype/roadgeek/RG2014C.ttf": 2,
    "truetype/roadgeek/RG2014D.ttf": 2,
    "truetype/roadgeek/RG2014E.ttf": 1,
    "truetype/routed-gothic/routed-gothic.ttf": 1,
    "truetype/routed-gothic/routed-gothic-narrow.ttf": 1,
    "opentype/urw-base35/NimbusSans-Bold.otf": 1,
    "opentype/urw-base35/NimbusSans-Regular.otf": 1,
    "opentype/urw-base35/NimbusSansNarrow-Bold.otf": 2,
    "opentype/urw-base35/NimbusSansNarrow-Regular.otf": 1,
    "opentype/bebas-neue/BebasNeue-Regular.otf": 1,
    "opentype/bebas-neue/BebasNeue-Bold.otf": 1,
    "truetype/liberation/LiberationSans-Bold.ttf": 1,
    "truetype/liberation/LiberationSansNarrow-Regular.ttf": 1,
    "truetype/roboto/unhinted/RobotoCondensed-Medium.ttf": 1,
    "truetype/roboto/unhinted/RobotoCondensed-Regular.ttf": 1,
}
"""File -> how often it is chosen among the fonts."""


@lru_cache(maxsize=4096)
def ink(name: str, char: str) -> Ink:
    """The character's coverage, uint8 (64, w), 255 = ink, cut to its own width; read-only."""
    if name == UK:
        drawn = glyphs.ink(char)
        tall = cv2.resize(
            drawn, (round(drawn.shape[1] * CAP_PX / drawn.shape[0]), CAP_PX), interpolation=cv2.INTER_AREA
        )
    else:
        tall = _cap_high(_drawn(name, char))
    tall.setflags(write=False)
    return np.asarray(tall, np.uint8)


@lru_cache(maxsize=64)
def _font(name: str) -> tuple[ImageFont.FreeTypeFont, int, int]:
    """The font at twice the size, and the top and bottom of its H in px."""
    try:
        font = ImageFont.truetype(str(FOLDER / name), CAP_PX * 3)
    except OSError as error:
        raise UserError("a font is missing", where=str(FOLDER / name), remedy=f"apt-get install {PACKAGES}") from error
    box = font.getbbox("H")
    return font, round(box[1]), round(box[3])


def _drawn(name: str, char: str) -> Ink:
    """The character between the top and the foot of the font's capitals."""
    font, top, foot = _font(name)
    left, _, right, _ = font.getbbox(char)
    picture = Image.new("L", (max(4, round(right - left)), foot - top))
    ImageDraw.Draw(picture).text((-left, -top), char, fill=255, font=font)
    return np.asarray(picture, np.uint8)


def _cap_high(drawn: Ink) -> Ink:
    width = max(3, round(drawn.shape[1] * CAP_PX / drawn.shape[0]))
    return np.asarray(cv2.resize(drawn, (width, CAP_PX), interpolation=cv2.INTER_AREA), np.uint8)
