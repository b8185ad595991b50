"""The digits that ship with the course: all of scikit-learn's, each in one part."""

import numpy as np
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

from autograder import digits as kept
from unrolled.digits import training


def test_students_images_and_the_graders_are_scikit_learns() -> None:
    data, order = load_digits(), np.random.default_rng(0).permutation(1797)
    parts = [training(), kept.shown(), kept.unseen()]
    assert [len(images) for images, _ in parts] == [1200, 200, 397]
    assert np.array_equal(np.concatenate([images for images, _ in parts]), data.images[order])
    assert np.array_equal(np.concatenate([labels for _, labels in parts]), data.target[order])


def test_no_image_is_in_two_parts() -> None:
    images = np.concatenate([part[0].reshape(-1, 64) for part in (training(), kept.shown(), kept.unseen())])
    assert len(np.unique(images, axis=0)) == len(images)


def test_every_digit_is_in_every_part() -> None:
    for images, labels in (training(), kept.shown(), kept.unseen()):
        assert images.dtype == np.uint8
        assert labels.dtype == np.int64
        assert set(labels.tolist()) == set(range(10))
        assert (images.min(), images.max()) == (0, 16)
