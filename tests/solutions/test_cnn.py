"""A network of our own layers: its parts one by one, then trained on scikit-learn's digits."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

from solutions import cnn, layers


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    data = load_digits()
    return cnn.images_of(data.images), data.target


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def little_network(dtype: str = "float64") -> cnn.Sequential:
    draw = rng(8)
    return cnn.Sequential(
        [
            layers.Conv2d(draw.normal(size=(2, 1, 2, 3)).astype(dtype), draw.normal(size=2).astype(dtype), padding=1),
            layers.ReLU(),
            layers.MaxPool2d(2),
            layers.Flatten(),
            layers.Linear(draw.normal(size=(3, 12)).astype(dtype), draw.normal(size=3).astype(dtype)),
        ]
    )


def weights_of(network: cnn.Sequential) -> list[np.ndarray]:
    return [getattr(layer, name).copy() for layer, name in cnn.parameters(network)]


def test_images_get_one_channel_and_values_from_minus_one_to_one() -> None:
    images = cnn.images_of(np.array([[[0, 16, 8]]]))
    assert images.dtype == "float32"
    assert_array_equal(images, [[[[-1, 1, 0]]]])
    assert_array_equal(cnn.images_of(np.array([[[0, 255]]]), ink=255), [[[[-1, 1]]]])


@pytest.mark.parametrize(("count", "share", "held_out"), [(10, 0.2, 2), (7, 0.5, 4), (2, 0.5, 1), (100, 0.99, 99)])
def test_split_puts_every_image_into_one_part(count: int, share: float, held_out: int) -> None:
    training, held = cnn.split(count, share, rng())
    assert len(held) == held_out
    assert sorted([*training, *held]) == list(range(count))
    assert_array_equal(cnn.split(count, share, rng())[0], training)


@pytest.mark.parametrize(("count", "batch", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 5, [2]), (1, 1, [1])])
def test_minibatches_deal_every_image_out_once(count: int, batch: int, sizes: list[int]) -> None:
    dealt = list(cnn.minibatches(count, batch, rng()))
    assert [len(indices) for indices in dealt] == sizes
    assert sorted(np.concatenate(dealt)) == list(range(count))


def test_minibatches_come_in_a_new_order_each_time() -> None:
    same = rng()
    assert list(next(cnn.minibatches(50, 50, same))) != list(next(cnn.minibatches(50, 50, same)))


@pytest.mark.parametrize("shape", [(500, 6, 2, 3), (400, 50)])
def test_he_weights_keep_the_mean_square_through_relu(shape: tuple[int, ...]) -> None:
    weight = cnn.he_normal(shape, rng())
    assert weight.dtype == "float32"
    assert weight.shape == shape
    x = np.maximum(rng(1).normal(size=(1000, *shape[1:])), 0)
    y = np.tensordot(x, weight, axes=(range(1, x.ndim), range(1, x.ndim)))
    assert (np.maximum(y, 0) ** 2).mean() == pytest.approx((x**2).mean(), rel=0.1)


def test_a_network_is_a_layer_whose_gradients_are_what_nudging_measures() -> None:
    network, x = little_network(), rng().normal(size=(2, 1, 3, 6))
    assert layers.gradient_errors(network, x)["x"] < 1e-7
    grad_y = rng(1).normal(size=(2, 3))
    network.forward(x)
    network.backward(grad_y)
    for layer, name in cnn.parameters(network):
        expected = np.zeros_like(getattr(layer, name))
        kept = getattr(layer, name)
        for index in np.ndindex(kept.shape):
            nudge = np.zeros_like(kept)
            nudge[index] = 1e-5
            ends = []
            for nudged in kept + nudge, kept - nudge:
                setattr(layer, name, nudged)
                ends.append((network.forward(x) * grad_y).sum())
            expected[index] = (ends[0] - ends[1]) / 2e-5
        setattr(layer, name, kept)
        assert_allclose(getattr(layer, f"grad_{name}"), expected, atol=1e-8)


def test_parameters_are_the_weights_and_biases_in_order() -> None:
    network = little_network()
    conv, linear = network.layers[0], network.layers[4]
    assert cnn.parameters(network) == [(conv, "weight"), (conv, "bias"), (linear, "weight"), (linear, "bias")]


def test_momentum_adds_old_gradients_with_falling_weight() -> None:
    linear = layers.Linear(np.array([[1.0]]), np.array([0.0]))
    given = linear.weight
    optimiser = cnn.SGD(cnn.Sequential([linear]), rate=0.1, momentum=0.5)
    seen = []
    for gradient in 1.0, 1.0, 0.0:
        linear.grad_weight, linear.grad_bias = np.array([[gradient]]), np.array([0.0])
        optimiser.step()
        seen.append(linear.weight.item())
    assert_allclose(seen, [1 - 0.1, 1 - 0.1 - 0.15, 1 - 0.1 - 0.15 - 0.075])
    assert given.item() == 1  # the array that was passed in stays as it was


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_goes_downhill_and_keeps_the_dtype(dtype: str) -> None:
    network = little_network(dtype)
    x, labels = rng().normal(size=(4, 1, 3, 6)).astype(dtype), np.array([0, 2, 1, 2])
    kept = x.copy()
    optimiser = cnn.SGD(network, rate=0.01)
    losses = [cnn.train_step(network, optimiser, x, labels) for _ in range(5)]
    assert losses == sorted(losses, reverse=True)
    assert {weight.dtype.name for weight in weights_of(network)} == {dtype}
    assert_array_equal(x, kept)


def test_one_batch_is_learnt_by_heart_even_with_wrong_labels(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x = digits[0][:10]
    labels = rng(3).integers(0, 10, 10)
    network = cnn.digits_network(rng())
    losses = cnn.overfit(network, x, labels)
    assert len(losses) == 100
    assert losses[0] > 1
    assert losses[-1] < 0.01
    assert_array_equal(cnn.predict(network, x), labels)


def test_training_twice_with_one_seed_gives_the_same_weights(digits: tuple[np.ndarray, np.ndarray]) -> None:
    x, labels = digits[0][:100], digits[1][:100]
    networks = [cnn.digits_network(rng(5)) for _ in range(2)]
    losses = [cnn.train(network, x, labels, rng(6), epochs=2) for network in networks]
    assert losses[0] == losses[1]
    for one, other in zip(weights_of(networks[0]), weights_of(networks[1]), strict=True):
        assert_array_equal(one, other)
    assert losses[0] != cnn.train(cnn.digits_network(rng(5)), x, labels, rng(7), epochs=2)


@pytest.mark.parametrize("seed", [0, 1])
def test_held_out_digits_are_read_with_at_least_97_percent(digits: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    images, labels = digits
    source = rng(seed)
    training, held_out = cnn.split(len(images), 0.25, source)
    network = cnn.digits_network(source)
    losses = cnn.train(network, images[training], labels[training], source, epochs=10)
    predicted = cnn.predict(network, images[held_out])
    accuracy = cnn.accuracy(labels[held_out], predicted)
    assert accuracy >= 0.97
    assert len(losses) == 10
    assert losses[-1] < 0.05 < losses[0]
    assert np.trace(cnn.confusion_matrix(labels[held_out], predicted)) == round(accuracy * len(held_out))


def test_the_confusion_matrix_counts_pairs() -> None:
    matrix = cnn.confusion_matrix(np.array([0, 1, 1, 2, 1]), np.array([0, 2, 2, 2, 1]), classes=4)
    assert_array_equal(matrix, [[1, 0, 0, 0], [0, 1, 2, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    assert cnn.accuracy(np.array([0, 1, 1, 2, 1]), np.array([0, 2, 2, 2, 1])) == 0.6


def test_feature_maps_are_what_each_layer_passes_on() -> None:
    network = cnn.digits_network(rng())
    x = rng(1).normal(size=(3, 1, 8, 8)).astype("float32")
    maps = cnn.feature_maps(network, x)
    sizes = [(16, 8, 8), (16, 8, 8), (16, 4, 4), (32, 4, 4), (32, 4, 4), (32, 2, 2), (128,), (10,)]
    assert [(array.shape, array.dtype.name) for array in maps] == [((3, *size), "float32") for size in sizes]
    assert_array_equal(maps[-1], network.forward(x))
    assert_array_equal(maps[1], np.maximum(maps[0], 0))


GREY, LABELS = np.ones((3, 2, 2)), np.array([0, 1, 2])
ERRORS: list[tuple[Any, str]] = [
    (lambda: cnn.images_of(GREY[0]), r"grey has shape \(2, 2\); an array of shape \(n, h, w\) is needed"),
    (lambda: cnn.images_of(17 * GREY), "grey runs from 17.0 to 17.0; values from 0 to ink=16.0 are needed"),
    (lambda: cnn.images_of(-GREY), "grey runs from -1.0"),
    (lambda: cnn.split(10, 0.01, rng()), "share is 0.01, so 0 of 10 images would be held out"),
    (lambda: cnn.split(10, 1.0, rng()), "share is 1.0, so 10 of 10"),
    (lambda: cnn.split(1, 0.5, rng()), "count is 1; it must be 2 or more"),
    (lambda: list(cnn.minibatches(0, 2, rng())), "count is 0"),
    (lambda: list(cnn.minibatches(5, 0, rng())), "batch is 0"),
    (lambda: cnn.SGD(little_network(), 0), "rate is 0, momentum 0.9; rate > 0"),
    (lambda: cnn.SGD(little_network(), 0.1, 1), "rate is 0.1, momentum 1; rate > 0"),
    (lambda: cnn.train(little_network(), GREY[:2], LABELS, rng(), 1), "there are 3 labels for 2 images"),
    (lambda: cnn.train(little_network(), GREY, LABELS, rng(), 0), "epochs is 0; it must be 1 or more"),
    (lambda: cnn.overfit(little_network(), GREY, LABELS, 0), "steps is 0"),
    (lambda: cnn.predict(little_network(), GREY), r"x has shape \(3, 2, 2\)"),
    (lambda: cnn.accuracy(LABELS, LABELS[:2]), "there are 3 labels and 2 predictions"),
    (lambda: cnn.accuracy(GREY, LABELS), r"labels has shape \(3, 2, 2\)"),
    (lambda: cnn.confusion_matrix(LABELS, LABELS[:2]), "there are 3 labels and 2 predictions"),
    (lambda: cnn.confusion_matrix(LABELS, LABELS + 8), "predicted run from 8 to 10; classes are 0 to 9"),
    (lambda: cnn.confusion_matrix(LABELS - 1, LABELS), "labels run from -1 to 1"),
    (lambda: cnn.confusion_matrix(LABELS, LABELS, 0), "classes is 0"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS)
def test_bad_arguments_are_named_with_their_values(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
