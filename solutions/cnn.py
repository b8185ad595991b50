"""A small network of our own layers, and what it takes to train it on images of digits.

Images ``x`` (n, 1, h, w) and whole numbers ``labels`` (n,) come from wherever there are some. The sizes suit
scikit-learn's digits: 8 × 8 pixels with values from 0 to 16. Everything random comes from a generator that the caller
passes in, so that a seed decides the result. Arrays that are passed in stay as they were; a network's weights are
replaced, never written into.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from solutions.arguments import Array, array, whole
from solutions.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, SoftmaxCrossEntropy
from solutions.training import dealt, he_scaled

__all__ = [
    "SGD",
    "Sequential",
    "accuracy",
    "confusion_matrix",
    "digits_network",
    "feature_maps",
    "he_normal",
    "images_of",
    "minibatches",
    "overfit",
    "parameters",
    "predict",
    "split",
    "train",
    "train_step",
]


def images_of(grey: Array, ink: float = 16.0) -> Array:
    """Turn grey values into what the network takes: one channel, float32, from -1 (paper) to 1 (ink).

    Args:
        grey: values from 0 to ``ink``, shape (n, h, w).
        ink: the largest possible value.

    Returns:
        Images, shape (n, 1, h, w), float32.

    Raises:
        ValueError: if ``grey`` does not have three axes, or a value lies outside 0 … ``ink``.
    """
    grey = array("grey", grey, "n", "h", "w")
    if grey.min() < 0 or grey.max() > ink:
        raise ValueError(f"grey runs from {grey.min()} to {grey.max()}; values from 0 to ink={ink} are needed")
    return np.asarray(2 * grey[:, np.newaxis] / ink - 1, np.float32)


def split(count: int, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Choose at random which images are held out: never trained on, only tested with.

    Args:
        count: number of images, 2 or more.
        share: part of them that is held out, between 0 and 1; rounded to a whole number of images.
        rng: source of the order.

    Returns:
        (training, held_out): indices, each image in exactly one of them, neither empty.

    Raises:
        ValueError: if ``share`` would leave one part empty.
    """
    held_out = round(whole("count", count, 2) * share)
    if not 0 < held_out < count:
        raise ValueError(f"share is {share}, so {held_out} of {count} images would be held out; both parts need some")
    order = rng.permutation(count)
    return order[held_out:], order[:held_out]


def minibatches(count: int, batch: int, rng: np.random.Generator) -> Iterator[Array]:
    """Deal all images out once, in random order.

    Args:
        count: number of images.
        batch: images per minibatch; the last minibatch may be smaller.
        rng: source of the order.

    Yields:
        Indices, shape (batch,).

    Raises:
        ValueError: if ``count`` or ``batch`` is less than 1.
    """
    yield from dealt(rng.permutation(whole("count", count, 1)), batch)


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw weights that keep the spread of numbers from layer to layer, when ReLU halves it (He and others, 2015).

    Args:
        shape: (f, c, kh, kw) or (f, c).
        rng: source of the numbers.

    Returns:
        Normal numbers of variance 2 / (inputs per output), of that shape, float32.
    """
    return np.asarray(he_scaled(rng.normal(size=shape)), np.float32)


class Sequential:
    """Layers one behind the other; itself a layer."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def forward(self, x: Array) -> Array:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_y: Array) -> Array:
        for layer in reversed(self.layers):
            grad_y = layer.backward(grad_y)
        return grad_y


def digits_network(rng: np.random.Generator, classes: int = 10, conv: type[Conv2d] = Conv2d) -> Sequential:
    """Build a network for images of 8 × 8: two convolutions, each with ReLU and max pooling, and a linear layer.

    Args:
        rng: source of the first weights.
        classes: how many scores to give.
        conv: the convolutional layer, such as the faster one of the chapter ``speed``.

    Returns:
        The network: (n, 1, 8, 8) → (n, 16, 4, 4) → (n, 32, 2, 2) → (n, classes), float32.
    """
    return Sequential(
        [
            conv(he_normal((16, 1, 3, 3), rng), np.zeros(16, np.float32), padding=1),
            ReLU(),
            MaxPool2d(2),
            conv(he_normal((32, 16, 3, 3), rng), np.zeros(32, np.float32), padding=1),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Linear(he_normal((classes, 32 * 2 * 2), rng), np.zeros(classes, np.float32)),
        ]
    )


def parameters(network: Sequential) -> list[tuple[Layer, str]]:
    """List what can be learned: (layer, "weight") and (layer, "bias") of every layer that has them."""
    return [(layer, name) for layer in network.layers for name in ("weight", "bias") if hasattr(layer, name)]


class SGD:
    """Go downhill: stochastic gradient descent with momentum.

    The velocity is ``momentum`` times the old one plus the gradient, and a parameter moves by -rate times the velocity,
    as in PyTorch.

    Args:
        network: whose parameters to change.
        rate: learning rate, more than 0.
        momentum: from 0 to less than 1.
    """

    def __init__(self, network: Sequential, rate: float, momentum: float = 0.9) -> None:
        if not (rate > 0 and 0 <= momentum < 1):
            raise ValueError(f"rate is {rate}, momentum {momentum}; rate > 0 and 0 <= momentum < 1 are needed")
        self.parameters, self.rate, self.momentum = parameters(network), rate, momentum
        self.velocities = [np.zeros_like(getattr(layer, name)) for layer, name in self.parameters]

    def step(self) -> None:
        """Move every parameter once, by the gradients of the last backward pass."""
        for i, (layer, name) in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + getattr(layer, f"grad_{name}")
            setattr(layer, name, getattr(layer, name) - self.rate * self.velocities[i])


def train_step(network: Sequential, optimiser: SGD, x: Array, labels: Array) -> float:
    """Learn from one minibatch: forward, loss, backward, step.

    Args:
        network: gives scores (n, classes) for ``x``.
        optimiser: of this network.
        x: images, shape (n, c, h, w).
        labels: their classes, shape (n,).

    Returns:
        The loss before the step.
    """
    loss = SoftmaxCrossEntropy()
    value = loss.forward(network.forward(x), labels)
    network.backward(loss.backward())
    optimiser.step()
    return value


def train(
    network: Sequential,
    x: Array,
    labels: Array,
    rng: np.random.Generator,
    epochs: int,
    batch: int = 16,
    rate: float = 0.02,
) -> list[float]:
    """Show a network all images ``epochs`` times, in minibatches; the rate falls linearly towards a tenth.

    Args:
        network: is changed.
        x: images, shape (n, c, h, w).
        labels: their classes, shape (n,).
        rng: source of the order of images.
        epochs: how often each image is shown, 1 or more.
        batch: images per step.
        rate: learning rate at the start.

    Returns:
        The mean loss of each epoch.

    Raises:
        ValueError: if ``epochs`` or ``batch`` is less than 1, or there are more or fewer labels than images.
    """
    if len(x) != len(labels):
        raise ValueError(f"there are {len(labels)} labels for {len(x)} images; each needs one")
    optimiser = SGD(network, rate)
    losses = []
    for epoch in range(whole("epochs", epochs, 1)):
        optimiser.rate = rate * (1 - 0.9 * epoch / epochs)
        steps = [(train_step(network, optimiser, x[i], labels[i]), len(i)) for i in minibatches(len(x), batch, rng)]
        losses.append(sum(loss * count for loss, count in steps) / len(x))
    return losses


def overfit(network: Sequential, x: Array, labels: Array, steps: int = 100, rate: float = 0.02) -> list[float]:
    """Learn one batch by heart. A network that cannot do this has a bug: try it before any long training.

    Args:
        network: is changed.
        x: a few images, shape (n, c, h, w).
        labels: their classes, shape (n,); any will do, even wrong ones.
        steps: how often the batch is shown.
        rate: learning rate.

    Returns:
        The loss before each step; it ends near 0.
    """
    optimiser = SGD(network, rate)
    return [train_step(network, optimiser, x, labels) for _ in range(whole("steps", steps, 1))]


def predict(network: Sequential, x: Array) -> Array:
    """Return the class with the highest score for each image, shape (n,)."""
    return np.asarray(network.forward(x).argmax(axis=1))


def accuracy(labels: Array, predicted: Array) -> float:
    """Return which part of the predictions is right, from 0 to 1.

    Raises:
        ValueError: if the shapes are not (n,) both.
    """
    labels, predicted = array("labels", labels, "n"), array("predicted", predicted, "n")
    if len(labels) != len(predicted):
        raise ValueError(f"there are {len(labels)} labels and {len(predicted)} predictions; each image needs both")
    return float((labels == predicted).mean())


def confusion_matrix(labels: Array, predicted: Array, classes: int = 10) -> Array:
    """Count how often each class was taken for each other.

    Args:
        labels: true classes, shape (n,).
        predicted: classes by the network, shape (n,).
        classes: how many there are.

    Returns:
        Whole numbers, shape (classes, classes): row by label, column by prediction. What is right is on the diagonal.

    Raises:
        ValueError: if there are more or fewer labels than predictions, or one is no class.
    """
    labels, predicted = array("labels", labels, "n"), array("predicted", predicted, "n")
    if len(labels) != len(predicted):
        raise ValueError(f"there are {len(labels)} labels and {len(predicted)} predictions; each image needs both")
    for name, given in ("labels", labels), ("predicted", predicted):
        if given.min() < 0 or given.max() >= whole("classes", classes, 1):
            raise ValueError(f"{name} run from {given.min()} to {given.max()}; classes are 0 to {classes - 1}")
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (labels, predicted), 1)  # the same pair comes up often: add each time
    return matrix


def feature_maps(network: Sequential, x: Array) -> list[Array]:
    """Return what each layer makes of the images: the outputs of all layers, in order."""
    maps = []
    for layer in network.layers:
        x = layer.forward(x)
        maps.append(x)
    return maps
