"""The plate detector's network: a picture in, one map of stride 8 out. The only other users of torch are its trainers.

Plain 3 x 3 convolutions down to stride 32, there spread out so that a cell sees 463 px, enough for both ends of a near
plate; then upwards again by addition to stride 8. Per cell: one heat logit, four distances (left, top, right, bottom,
in cells; as the logarithm of half a cell more, because the centre of the cell that holds a thin plate's centre may lie
outside of the plate) and eight corner shifts in box heights, clockwise from top left.
"""
# mypy: allow-subclassing-any
# torch is installed for training only: without it nn.Module is Any.

import torch
from torch import Tensor, nn

STRIDE = 8
NECK = 48
CHANNELS = 13
PRIOR = -4.6
"""Heat bias at the start: 1 % of cells hold a plate (Lin et al., Focal Loss, section 4.1)."""


def _conv(inputs: int, outputs: int, stride: int = 1, spread: int = 1) -> nn.Sequential:
    """3 x 3, its taps `spread` cells apart."""
    conv = nn.Conv2d(inputs, outputs, 3, stride, spread, spread, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class PlateNet(nn.Module):
    """float32 (n, 3, h, w) BGR 0..255, h and w multiples of 32 -> float32 (n, 13, h/8, w/8)."""

    def __init__(self) -> None:
        super().__init__()
        self.at8 = nn.Sequential(_conv(3, 16, 2), _conv(16, 32, 2), _conv(32, 64, 2), _conv(64, 64))
        self.at16 = nn.Sequential(_conv(64, 96, 2), _conv(96, 96))
        self.at32 = nn.Sequential(_conv(96, 96, 2), _conv(96, 96, spread=2), _conv(96, 96, spread=3))
        self.side8, self.side16, self.side32 = nn.Conv2d(64, NECK, 1), nn.Conv2d(96, NECK, 1), nn.Conv2d(96, NECK, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.merge = _conv(NECK, NECK)
        last = nn.Conv2d(NECK, CHANNELS, 1)
        self.head = nn.Sequential(_conv(NECK, NECK), last)
        if last.bias is not None:
            nn.init.constant_(last.bias[:1], PRIOR)

    def forward(self, picture: Tensor) -> Tensor:
        """Raw map: heat needs a sigmoid, the others `distances`."""
        at8 = self.at8(picture * (1 / 128) - 1)
        at16 = self.at16(at8)
        at32 = self.at32(at16)
        wide = self.up(self.side32(at32)) + self.side16(at16)
        fine = self.up(wide) + self.side8(at8)
        out: Tensor = self.head(self.merge(fine))
        return out


def distances(raw: Tensor) -> Tensor:
    """From the raw map's channels 1 to 4 to cells, -0.5 at least."""
    return raw.clamp(max=6).exp() - 0.5


class Shipped(nn.Module):
    """What is exported: the network with heat as a probability and distances in cells."""

    def __init__(self, net: PlateNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> Tensor:
        out = self.net(picture)
        return torch.cat([out[:, :1].sigmoid(), distances(out[:, 1:5]), out[:, 5:]], 1)
