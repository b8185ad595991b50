"""Names for types in the signatures of the course."""

from typing import Literal

import numpy as np

__all__ = ["Array", "Padding", "Pair", "Pairs"]

Array = np.ndarray
Pair = int | tuple[int, int]  # (y, x), or one number for both
Pairs = tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))
Padding = int | tuple[int, int] | Pairs | Literal["same", "valid"]
