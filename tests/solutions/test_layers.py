"""Layers: each gradient is what nudging measures, and what a layer remembers is only its last forward pass."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from solutions import layers, losses
from solutions.averages import avg_pool2d
from solutions.backprop import numerical_gradient, relative_error
from solutions.pooling import max_pool2d
from tests.solutions import oracle
from tests.solutions.drawn import laid_out


def draw(*shape: int, dtype: str = "float64", seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(dtype)


Make = Callable[[str], Any]
LAYERS: list[tuple[str, Make, tuple[int, ...]]] = [  # name, how to make it with a dtype, shape of x
    ("relu", lambda dtype: layers.ReLU(), (3, 2, 4, 5)),
    ("flatten", lambda dtype: layers.Flatten(), (3, 2, 4, 5)),
    ("linear", lambda dtype: layers.Linear(draw(3, 5, dtype=dtype), draw(3, dtype=dtype)), (4, 5)),
    ("conv", lambda dtype: layers.Conv2d(draw(3, 2, 3, 2, dtype=dtype), draw(3, dtype=dtype)), (2, 2, 4, 5)),
    (
        "conv-everything",
        lambda dtype: layers.Conv2d(draw(4, 1, 2, 3, dtype=dtype), draw(4, dtype=dtype), (2, 1), (1, 2), (2, 1), 2),
        (3, 2, 5, 4),
    ),
    (
        "conv-same",
        lambda dtype: layers.Conv2d(draw(2, 1, 2, 2, dtype=dtype), draw(2, dtype=dtype), 2, "same"),
        (1, 1, 5, 6),
    ),
    ("max", lambda dtype: layers.MaxPool2d(2), (2, 3, 4, 6)),
    ("max-overlapping", lambda dtype: layers.MaxPool2d((3, 2), (2, 1), (1, 0), 1, True), (2, 3, 6, 5)),
    ("average", lambda dtype: layers.AvgPool2d(2), (2, 3, 4, 6)),
    ("average-overlapping", lambda dtype: layers.AvgPool2d((3, 2), (2, 1), (1, 0), True, False), (2, 3, 6, 5)),
]
EVERY_LAYER = pytest.mark.parametrize(("make", "shape"), [layer[1:] for layer in LAYERS], ids=[n[0] for n in LAYERS])


@EVERY_LAYER
@pytest.mark.parametrize("seed", [1, 2])
def test_gradients_are_what_nudging_measures_with_random_upstream_gradients(
    make: Make, shape: tuple[int, ...], seed: int
) -> None:
    layer = make("float64")
    errors = layers.gradient_errors(layer, draw(*shape, seed=seed), seed)
    assert set(errors) == {"x"} | ({"weight", "bias"} if hasattr(layer, "weight") else set())
    assert max(errors.values()) < 1e-7


@EVERY_LAYER
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "negative"])
def test_layers_keep_the_dtype_accept_any_layout_and_change_no_argument(
    make: Make, shape: tuple[int, ...], dtype: str, layout: str
) -> None:
    layer, plain = make(dtype), make(dtype)
    x = laid_out(draw(*shape, dtype=dtype), layout)
    kept = x.copy()
    y = layer.forward(x)
    grad_y = laid_out(draw(*y.shape, dtype=dtype, seed=3), layout)
    kept_up = grad_y.copy()
    grad_x = layer.backward(grad_y)
    assert y.dtype == grad_x.dtype == dtype
    assert grad_x.shape == x.shape
    assert not np.shares_memory(y, x)
    assert not np.shares_memory(grad_x, grad_y)
    assert_array_equal(x, kept)
    assert_array_equal(grad_y, kept_up)
    assert_allclose(y, plain.forward(kept), rtol=1e-5)
    assert_allclose(grad_x, plain.backward(kept_up), rtol=1e-5, atol=1e-5)
    for name in "weight", "bias":
        if hasattr(layer, name):
            gradient = getattr(layer, f"grad_{name}")
            assert gradient.dtype == dtype
            assert gradient.shape == getattr(layer, name).shape


@EVERY_LAYER
def test_a_second_round_leaves_nothing_of_the_first(make: Make, shape: tuple[int, ...]) -> None:
    used, fresh = make("float64"), make("float64")
    used.backward(draw(*used.forward(draw(*shape)).shape))
    x = draw(shape[0] + 1, *shape[1:], seed=9)
    grad_y = draw(*used.forward(x).shape, seed=9)
    fresh.forward(x)
    assert_array_equal(used.backward(grad_y), fresh.backward(grad_y))
    for name in "grad_weight", "grad_bias":
        assert hasattr(used, name) == hasattr(fresh, name)
        assert_array_equal(getattr(used, name, 0), getattr(fresh, name, 0))


@pytest.mark.parametrize("name", ["linear", "conv"])
def test_a_gradient_is_that_of_the_weights_that_went_forward(name: str) -> None:
    make, shape = next(layer[1:] for layer in LAYERS if layer[0] == name)
    layer, untouched = make("float64"), make("float64")
    grad_y = draw(*layer.forward(draw(*shape)).shape)
    untouched.forward(draw(*shape))
    layer.weight = 2 * layer.weight
    assert_array_equal(layer.backward(grad_y), untouched.backward(grad_y))


def test_a_wrong_backward_pass_shows_with_random_upstream_gradients_and_not_with_ones() -> None:
    class Reversed(layers.Linear):
        def backward(self, grad_y: np.ndarray) -> np.ndarray:
            return super().backward(grad_y[::-1])

    layer, x = Reversed(draw(3, 5), draw(3)), draw(4, 5)
    assert layers.gradient_errors(layer, x)["x"] > 0.1
    ones = np.ones((4, 3))
    layer.forward(x)
    assert relative_error(layer.backward(ones), numerical_gradient(layer.forward, x, ones)) < 1e-8


def test_gradient_errors_leaves_the_layer_as_it_was() -> None:
    layer = layers.Linear(draw(3, 5), draw(3))
    layers.gradient_errors(layer, draw(4, 5))
    assert_array_equal(layer.weight, draw(3, 5))
    assert_array_equal(layer.bias, draw(3))


def test_conv2d_does_forward_and_backward_what_the_definition_says() -> None:
    weight, bias = draw(4, 1, 2, 3), draw(4)
    layer = layers.Conv2d(weight, bias, (2, 1), (1, 2), (2, 1), 2)
    x = draw(3, 2, 5, 4)
    where = (2, 1), ((1, 1), (2, 2)), (2, 1), 2
    y = layer.forward(x)
    assert_allclose(y, oracle.conv2d(x, weight, bias, *where))
    grad_y = draw(*y.shape, seed=5)
    grad_x, grad_weight, grad_bias = oracle.conv2d_backward(grad_y, x, weight, *where)
    assert_allclose(layer.backward(grad_y), grad_x)
    assert_allclose(layer.grad_weight, grad_weight)
    assert_allclose(layer.grad_bias, grad_bias)


def test_relu_stops_the_gradient_at_zero() -> None:
    layer = layers.ReLU()
    assert_array_equal(layer.forward(np.array([[-1, 0, 2]])), [[0, 0, 2]])
    assert_array_equal(layer.backward(np.array([[5, 6, 7]])), [[0, 0, 7]])


def test_pooling_layers_pool() -> None:
    x = np.array([[[[1.0, 5, 2, 0], [3, 4, 8, 6]]]])
    largest, mean = layers.MaxPool2d(2), layers.AvgPool2d(2)
    assert_array_equal(largest.forward(x), [[[[5, 8]]]])
    assert_array_equal(largest.backward(np.array([[[[10.0, 20]]]])), [[[[0, 10, 0, 0], [0, 0, 20, 0]]]])
    assert_array_equal(mean.forward(x), [[[[3.25, 4]]]])
    assert_array_equal(mean.backward(np.array([[[[4.0, 8]]]])), [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])


def test_pooling_layers_hand_every_setting_on() -> None:
    x = draw(2, 1, 7, 6)
    for more in {}, {"ceil_mode": True}:
        settings: dict[str, Any] = {"kernel_size": (3, 2), "stride": (2, 3), "padding": (1, 0), **more}
        dilated = {**settings, "dilation": (1, 2)}
        assert_array_equal(layers.MaxPool2d(**dilated).forward(x), max_pool2d(x, **dilated))
        for averaged in settings, {**settings, "count_include_pad": False}:
            assert_array_equal(layers.AvgPool2d(**averaged).forward(x), avg_pool2d(x, **averaged))


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99), st.sampled_from(["float16", "float32", "float64"]))
def test_softmax_and_cross_entropy_are_their_definitions(n: int, classes: int, seed: int, dtype: str) -> None:
    scores = (3 * draw(n, classes, seed=seed)).astype(dtype)
    labels = np.random.default_rng(seed).integers(0, classes, n)
    kept = scores.copy(), labels.copy()
    powers = np.exp(scores.astype(float))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    near = 1e-2 if dtype == "float16" else 1e-5
    softmax = losses.softmax(scores)
    assert softmax.dtype == dtype
    assert_allclose(softmax, probabilities, atol=near)
    expected = -sum(np.log(probabilities[image, label]) for image, label in enumerate(labels)) / n
    assert losses.cross_entropy(scores, labels) == pytest.approx(expected, abs=near)
    gradient = losses.cross_entropy_backward(scores, labels)
    assert gradient.dtype == dtype
    truth = np.eye(classes)[labels]
    assert_allclose(gradient, (probabilities - truth) / n, atol=near)
    assert_array_equal(scores, kept[0])
    assert_array_equal(labels, kept[1])


def test_the_loss_layer_goes_back_to_what_nudging_measures() -> None:
    scores, labels, loss = draw(4, 3), np.array([0, 2, 2, 1]), layers.SoftmaxCrossEntropy()
    assert loss.forward(scores, labels) == losses.cross_entropy(scores, labels)
    measured = numerical_gradient(lambda scores: losses.cross_entropy(scores, labels), scores)
    assert relative_error(loss.backward(), measured) < 1e-8


def test_scores_of_any_size_are_no_problem() -> None:
    scores = np.array([[1000.0, 0, -1000]], "float32")
    assert_array_equal(losses.softmax(scores), [[1, 0, 0]])
    assert losses.cross_entropy(scores, np.array([0])) == 0
    assert losses.cross_entropy(scores, np.array([2])) == 2000
    assert losses.cross_entropy(np.zeros((5, 10)), np.arange(5)) == pytest.approx(np.log(10))
    assert losses.softmax(np.array([[0, 0]])).tolist() == [[0.5, 0.5]]


def after_forward(layer: Any, *shape: int) -> Any:
    layer.forward(np.ones(shape))
    return layer


SCORES, LABELS = np.ones((3, 4)), np.array([0, 3, 1])
EARLY = [
    (make("float64"), f"{type(make('float64')).__name__}.backward was called before forward") for _, make, _ in LAYERS
]
ERRORS: list[tuple[Any, str]] = [
    *[(lambda early=layer: early.backward(np.ones((1, 1))), message) for layer, message in EARLY],
    (lambda: layers.SoftmaxCrossEntropy().backward(), "SoftmaxCrossEntropy.backward was called before forward"),
    (
        lambda: after_forward(layers.ReLU(), 2, 3).backward(np.ones((3, 2))),
        r"grad_y has shape \(3, 2\), but the output had \(2, 3\)",
    ),
    (
        lambda: after_forward(layers.Flatten(), 2, 3, 4).backward(np.ones((2, 3, 4))),
        r"grad_y has shape \(2, 3, 4\), but the output had \(2, 12\)",
    ),
    (
        lambda: after_forward(layers.Linear(np.ones((2, 3)), np.ones(2)), 4, 3).backward(np.ones((4, 3))),
        r"grad_y has shape \(4, 3\), but the output had \(4, 2\)",
    ),
    (
        lambda: after_forward(layers.Conv2d(np.ones((1, 1, 2, 2)), np.ones(1)), 1, 1, 3, 3).backward(
            np.ones((1, 1, 3, 3))
        ),
        r"grad_y has shape \(1, 1, 3, 3\), but 1 images of 3 × 3 have 2 × 2 windows each",
    ),
    (lambda: layers.ReLU().forward(np.array(["a"])), "x has dtype <U1"),
    (lambda: layers.Flatten().forward(np.array(3)), r"x has shape \(\)"),
    (lambda: layers.Linear(np.ones(3), np.ones(2)), r"weight has shape \(3,\); an array of shape \(f, c\) is needed"),
    (lambda: layers.Linear(np.ones((2, 3)), np.ones(3)), "bias has 3 entries; it must have 2, one per row of weight"),
    (lambda: layers.Linear(np.ones((2, 3)), np.ones(2)).forward(SCORES), "x has 4 numbers per row, but weight has 3"),
    (lambda: layers.Conv2d(np.ones((2, 3)), np.ones(3)), r"weight has shape \(2, 3\)"),
    (
        lambda: layers.Conv2d(np.ones((1, 2, 2, 2)), np.ones(1)).forward(np.ones((1, 1, 3, 3))),
        "so 2 channels, but a kernel must have 1",
    ),
    (lambda: layers.MaxPool2d(3).forward(np.ones((1, 1, 2, 2))), "kernel height 3 does not fit"),
    (lambda: layers.AvgPool2d(3).forward(np.ones((1, 1, 2, 2))), "kernel height 3 does not fit"),
    (lambda: losses.softmax(LABELS), r"scores has shape \(3,\)"),
    (lambda: losses.cross_entropy(SCORES, LABELS[:2]), "there are 2 labels, but scores of 3 images; each needs one"),
    (lambda: losses.cross_entropy(SCORES, LABELS + 0.5), "labels have dtype float64; whole numbers from 0 on"),
    (lambda: losses.cross_entropy(SCORES, LABELS + 1), "labels run from 1 to 4; with 4 scores, 0 to 3 are classes"),
    (lambda: losses.cross_entropy_backward(SCORES, LABELS - 1), "labels run from -1 to 2"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        call()
