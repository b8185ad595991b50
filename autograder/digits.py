"""The digits that students do not get, from the collection that :mod:`unrolled.digits` names: marks come from some."""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("digits.npz")
SHOWN = 200  # images that check cells use; the other 397 are for grading alone


def shown() -> tuple[np.ndarray, np.ndarray]:
    """Return images (200, 8, 8), uint8, and labels (200,), for the visible cases."""
    images, labels = _all()
    return images[:SHOWN], labels[:SHOWN]


def unseen() -> tuple[np.ndarray, np.ndarray]:
    """Return images (397, 8, 8), uint8, and labels (397,), for grading."""
    images, labels = _all()
    return images[SHOWN:], labels[SHOWN:]


def _all() -> tuple[np.ndarray, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)
