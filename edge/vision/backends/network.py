"""What every runtime gives: a network as a function of one picture."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
Network = Callable[[Map], list[Map]]
"""float32 (1, 3, height, width) in; the outputs in the model's order out, each float32."""
