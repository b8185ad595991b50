"""Networks for digits: one written as a single layer, and the weights that training leaves."""

import numpy as np

from solutions.arguments import Array
from solutions.cnn import Sequential, digits_network, images_of, overfit, parameters, train
from solutions.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU

__all__ = ["Network", "by_heart", "trained_weights"]


class Network:
    """A small network: convolution with padding 1, ReLU, max pooling of 2 × 2 side by side, linear layer.

    Args:
        conv_weight: shape (f, c, 3, 3).
        conv_bias: shape (f,).
        linear_weight: shape (classes, f·(h // 2)·(w // 2)).
        linear_bias: shape (classes,).
    """

    def __init__(self, conv_weight: Array, conv_bias: Array, linear_weight: Array, linear_bias: Array) -> None:
        """Make the layers."""
        self.conv = Conv2d(conv_weight, conv_bias, padding=1)
        self.linear = Linear(linear_weight, linear_bias)
        self.layers = Sequential([self.conv, ReLU(), MaxPool2d(2), Flatten(), self.linear])

    def forward(self, x: Array) -> Array:
        """Return the scores, shape (n, classes), of images x, shape (n, c, h, w)."""
        return self.layers.forward(x)

    def backward(self, grad_y: Array) -> Array:
        """Return grad_x, shape (n, c, h, w), for the gradient of the scores, shape (n, classes).

        Sets ``grad_conv_weight``, ``grad_conv_bias``, ``grad_linear_weight`` and ``grad_linear_bias``.
        """
        grad_x = self.layers.backward(grad_y)
        self.grad_conv_weight, self.grad_conv_bias = self.conv.grad_weight, self.conv.grad_bias
        self.grad_linear_weight, self.grad_linear_bias = self.linear.grad_weight, self.linear.grad_bias
        return grad_x


def by_heart(images: Array, labels: Array) -> list[Array]:
    """Learn the first 20 images with the labels of the 20 that follow, which say nothing about them.

    Args:
        images: grey values from 0 to 16, shape (n, 8, 8).
        labels: shape (n,).

    Returns:
        The weights and biases of ``digits_network``, in order.
    """
    network = digits_network(np.random.default_rng(0))
    overfit(network, images_of(images[:20]), labels[20:40])
    return [getattr(layer, name) for layer, name in parameters(network)]


def trained_weights(images: Array, labels: Array) -> list[Array]:
    """Train ``digits_network`` on all images, eight times over.

    Args:
        images: grey values from 0 to 16, shape (n, 8, 8).
        labels: shape (n,).

    Returns:
        The weights and biases, in order.
    """
    rng = np.random.default_rng(2)
    network = digits_network(rng)
    train(network, images_of(images), labels, rng, epochs=8)
    return [getattr(layer, name) for layer, name in parameters(network)]
