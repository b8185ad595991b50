"""Handwritten digits to train on: 1,200 images of 8 × 8 grey values from 0 (paper) to 16 (ink), and what they show.

From "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, licence CC BY 4.0. Of the 1,797 images that scikit-learn ships from that collection,
these are the first 1,200 in an order drawn once; the others are left for questions about unseen images.
"""

from importlib import resources

import numpy as np

from unrolled.vocabulary import Array

__all__ = ["training"]


def training() -> tuple[Array, Array]:
    """Return the images, shape (1200, 8, 8), uint8, and their labels, shape (1200,), whole numbers from 0 to 9."""
    with (resources.files("unrolled") / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)
