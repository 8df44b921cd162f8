"""The plate reader's network: strips of text in, a probability of each character at each column out.

Plain 3 x 3 convolutions down to stride 4 across and 8 down, one that folds what is left of the height, then
convolutions along the line, and a class per column for CTC (Graves et al. 2006): blank, 0-9, A-Z.
"""
# mypy: allow-subclassing-any
# torch is installed for training only: without it nn.Module is Any.

from torch import Tensor, nn

CLASSES = 37
WIDTHS = (24, 40, 64, 112, 144)


def _conv(inputs: int, outputs: int, stride: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def _along(width: int, reach: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, width, (1, reach), padding=(0, reach // 2), bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )


class ReaderNet(nn.Module):
    """float32 (n, 1, 32, w), mean 0 and deviation 1, w a multiple of 4 -> logits float32 (n, w/4, 37)."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.strokes = nn.Sequential(_conv(1, a, (2, 2)), _conv(a, b), _conv(b, c, (2, 2)))
        self.shapes, self.taller = _conv(c, c), _conv(c, d, (2, 1))
        self.parts = _conv(d, d)
        self.fold = nn.Sequential(nn.Conv2d(d, e, (4, 1), bias=False), nn.BatchNorm2d(e), nn.ReLU(inplace=True))
        self.near, self.far = _along(e, 5), _along(e, 5)
        self.last = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(e, CLASSES, 1))

    def forward(self, strips: Tensor) -> Tensor:
        """Logits; the shipped network gives their softmax."""
        strokes = self.strokes(strips)
        shapes = self.taller(strokes + self.shapes(strokes))
        line = self.fold(shapes + self.parts(shapes))
        line = line + self.near(line)
        line = line + self.far(line)
        out: Tensor = self.last(line)
        return out[:, :, 0].transpose(1, 2)


class Shipped(nn.Module):
    """What is exported: probabilities per column."""

    def __init__(self, net: ReaderNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, strips: Tensor) -> Tensor:
        out: Tensor = self.net(strips).softmax(2)
        return out
