"""What a network is judged by: scores become probabilities, and the improbability of the truth becomes the loss.

Scores are (n, classes), one row per image; labels (n,) are whole numbers from 0 on. Arguments are left as they were.
"""

import numpy as np

from solutions.arguments import Array, array

__all__ = ["cross_entropy", "cross_entropy_backward", "softmax"]


def softmax(scores: Array) -> Array:
    """Turn the scores of each image into probabilities: exp(score), divided by the sum over classes.

    Args:
        scores: shape (n, classes).

    Returns:
        Probabilities, shape (n, classes), dtype of ``scores``, or float64 for whole numbers; each row adds up to 1.

    Raises:
        ValueError: if ``scores`` does not have two axes.
    """
    scores = array("scores", scores, "n", "classes")
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # the largest power is 1, so none overflows
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def cross_entropy(scores: Array, labels: Array) -> float:
    """Measure how surprised the scores are by the true classes: the mean of -log(probability of the label).

    Args:
        scores: shape (n, classes), before softmax.
        labels: the true class of each image, whole numbers, shape (n,).

    Returns:
        The loss; 0 would be certainty, log(classes) is a blind guess.

    Raises:
        ValueError: if the shapes do not suit, or a label is no class.
        TypeError: if the labels are not whole numbers.
    """
    scores, labels = _labelled(scores, labels)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))  # never the log of a probability, which could have become 0
    return float((log_sums - shifted[np.arange(len(labels)), labels]).mean())


def cross_entropy_backward(scores: Array, labels: Array) -> Array:
    """Go back through :func:`cross_entropy` and softmax at once: probability minus truth, over the number of images.

    Args:
        scores, labels: as in :func:`cross_entropy`.

    Returns:
        grad_scores, shape (n, classes), dtype of ``scores``, or float64 for whole numbers; each row adds up to 0.

    Raises:
        ValueError, TypeError: as :func:`cross_entropy`.
    """
    scores, labels = _labelled(scores, labels)
    grad_scores = softmax(scores)
    grad_scores[np.arange(len(labels)), labels] -= 1
    return grad_scores / len(labels)


def _labelled(scores: Array, labels: Array) -> tuple[Array, Array]:
    scores, labels = array("scores", scores, "n", "classes"), array("labels", labels, "n")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels have dtype {labels.dtype}; whole numbers from 0 on are needed")
    if len(labels) != len(scores):
        raise ValueError(f"there are {len(labels)} labels, but scores of {len(scores)} images; each needs one")
    classes = scores.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}; with {classes} scores, 0 to {classes - 1} are classes"
        )
    return scores, labels
