"""Wrong answers to the questions of ``cnn``, each as somebody might really write it."""

import math

import numpy as np

from solutions.arguments import whole
from solutions.cnn import Sequential, digits_network, images_of, overfit, parameters, train
from unrolled.given.backprop import Conv2d, Flatten, Linear, MaxPool2d, ReLU

# he_scaled


def scaled_by_outputs(noise):
    return noise * math.sqrt(2 / (noise.size / noise.shape[1]))


def scaled_by_channels(noise):
    return noise * math.sqrt(2 / noise.shape[1])


def scaled_without_two(noise):
    return noise * math.sqrt(1 / math.prod(noise.shape[1:]))


def scaled_by_variance(noise):
    return noise * (2 / math.prod(noise.shape[1:]))


def scaled_by_numpy_float(noise):
    return noise * np.sqrt(np.array([2 / math.prod(noise.shape[1:])]))


# Network


class NetworkRight:
    """Not a mistake: the layers one by one, for the mistakes below to differ from."""

    def __init__(self, conv_weight, conv_bias, linear_weight, linear_bias):
        self.conv = Conv2d(conv_weight, conv_bias, padding=1)
        self.relu, self.pool, self.flatten = ReLU(), MaxPool2d(2), Flatten()
        self.linear = Linear(linear_weight, linear_bias)

    def forward(self, x):
        maps = self.pool.forward(self.relu.forward(self.conv.forward(x)))
        return self.linear.forward(self.flatten.forward(maps))

    def backward(self, grad_y):
        grad_x = self.to_x(self.flatten.backward(self.linear.backward(grad_y)))
        self.keep()
        return grad_x

    def to_x(self, grad):
        return self.conv.backward(self.relu.backward(self.pool.backward(grad)))

    def keep(self):
        self.grad_conv_weight, self.grad_conv_bias = self.conv.grad_weight, self.conv.grad_bias
        self.grad_linear_weight, self.grad_linear_bias = self.linear.grad_weight, self.linear.grad_bias


class NetworkReluForgottenBack(NetworkRight):
    def to_x(self, grad):
        return self.conv.backward(self.pool.backward(grad))


class NetworkWithoutRelu(NetworkRight):
    def forward(self, x):
        return self.linear.forward(self.flatten.forward(self.pool.forward(self.conv.forward(x))))

    def to_x(self, grad):
        return self.conv.backward(self.pool.backward(grad))


class NetworkAccumulating(NetworkRight):
    def keep(self):
        old = getattr(self, "grad_conv_weight", 0), getattr(self, "grad_linear_weight", 0)
        super().keep()
        self.grad_conv_weight = self.grad_conv_weight + old[0]
        self.grad_linear_weight = self.grad_linear_weight + old[1]


class NetworkAveraging(NetworkRight):
    def backward(self, grad_y):
        return super().backward(grad_y / grad_y.dtype.type(len(grad_y)))


class NetworkChannelsLast(NetworkRight):
    def forward(self, x):
        maps = self.pool.forward(self.relu.forward(self.conv.forward(x)))
        return self.linear.forward(self.flatten.forward(maps.transpose(0, 2, 3, 1)))

    def to_x(self, grad):
        return super().to_x(grad.transpose(0, 3, 1, 2))


class NetworkReluAtTheEnd(NetworkRight):
    def __init__(self, conv_weight, conv_bias, linear_weight, linear_bias):
        super().__init__(conv_weight, conv_bias, linear_weight, linear_bias)
        self.last = ReLU()

    def forward(self, x):
        return self.last.forward(super().forward(x))

    def backward(self, grad_y):
        return super().backward(self.last.backward(grad_y))


# momentum_steps


def steps_without_momentum(weight, gradients, rates, momentum=0.9):
    for gradient, rate in zip(gradients, rates, strict=True):
        weight = weight - rate * gradient
    return weight


def steps_rate_in_velocity(weight, gradients, rates, momentum=0.9):
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity - rate * gradient
        weight = weight + velocity
    return weight


def steps_averaged(weight, gradients, rates, momentum=0.9):
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + (1 - momentum) * gradient
        weight = weight - rate * velocity
    return weight


def steps_looking_ahead(weight, gradients, rates, momentum=0.9):
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + gradient
        weight = weight - rate * (gradient + momentum * velocity)
    return weight


def steps_uphill(weight, gradients, rates, momentum=0.9):
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + gradient
        weight = weight + rate * velocity
    return weight


def steps_in_place(weight, gradients, rates, momentum=0.9):
    velocity = np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + gradient
        weight -= rate * velocity
    return weight


# dealt


def dealt_without_rest(order, batch):
    return [order[i * batch : (i + 1) * batch] for i in range(len(order) // batch)]


def dealt_in_order(order, batch):
    return [np.arange(start, min(start + batch, len(order))) for start in range(0, len(order), batch)]


def dealt_overlapping(order, batch):
    return [order[start : start + batch] for start in range(len(order) - batch + 1)]


def dealt_evenly(order, batch):
    return np.array_split(order, -(-len(order) // batch))


def dealt_into(order, batch):
    return np.array_split(order, batch)


# best_weights: a published pattern, and ways to mend it that do not


def best_published(weight, steps, accuracies):
    weight = weight + 0.0
    best, highest = weight, -1.0
    for step, accuracy in zip(steps, accuracies):
        weight -= step
        if accuracy > highest:
            best, highest = weight, accuracy
    return best


def best_before_the_step(weight, steps, accuracies):
    best, highest = weight, -1.0
    for step, accuracy in zip(steps, accuracies):
        if accuracy > highest:
            best, highest = weight, accuracy
        weight = weight - step
    return best


def best_of_equals_the_last(weight, steps, accuracies):
    best, highest = weight, -1.0
    for step, accuracy in zip(steps, accuracies):
        weight = weight - step
        if accuracy >= highest:
            best, highest = weight, accuracy
    return best


def best_from_zero(weight, steps, accuracies):
    best, highest = weight, 0.0
    for step, accuracy in zip(steps, accuracies):
        weight = weight - step
        if accuracy > highest:
            best, highest = weight, accuracy
    return best


def best_oracle(weight, steps, accuracies):
    """Not a mistake: what is right, all moments at once."""
    weight, steps, accuracies = np.asarray(weight), np.asarray(steps), np.asarray(accuracies)
    if weight.ndim != 1 or accuracies.ndim != 1 or steps.shape != (len(accuracies), len(weight)) or not steps.size:
        raise ValueError("weight must be (k,), steps (m, k) and accuracies (m,), none of them empty")
    return (weight - steps.cumsum(axis=0))[accuracies.argmax()]


# confusion_matrix


def confusion_once(labels, predicted, classes=10):
    matrix = np.zeros((classes, classes), int)
    matrix[labels, predicted] += 1
    return matrix


def confusion_turned(labels, predicted, classes=10):
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (predicted, labels), 1)
    return matrix


def confusion_of_those_that_occur(labels, predicted, classes=10):
    classes = max(labels.max(), predicted.max()) + 1
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def confusion_without_diagonal(labels, predicted, classes=10):
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    np.fill_diagonal(matrix, 0)
    return matrix


def confusion_as_floats(labels, predicted, classes=10):
    matrix = np.zeros((classes, classes))
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


# test_split: a right version, wrong ones to be rejected …


def split_valid(count: int, held_out: int, seed: int) -> None:
    if whole("held_out", held_out, 1) >= whole("count", count, 2):
        raise ValueError("nothing is left to train on")
    whole("seed", seed, 0)


def split_right(count, held_out, seed):
    marks = np.random.default_rng(seed).permutation(count) < held_out
    return np.flatnonzero(~marks), np.flatnonzero(marks)


def split_sharing_one(count, held_out, seed):
    training, held = split_right(count, held_out, seed)
    return np.append(training, held[0]), held


def split_losing_one(count, held_out, seed):
    training, held = split_right(count, held_out, seed)
    return training[:-1], held


def split_at_the_end(count, held_out, seed):
    return np.arange(count - held_out), np.arange(count - held_out, count)


def split_swapped(count, held_out, seed):
    training, held = split_right(count, held_out, seed)
    return held, training


def split_with_repeats(count, held_out, seed):
    held = np.random.default_rng(seed).integers(0, count, held_out)
    held[-1] = held[0]
    return np.setdiff1d(np.arange(count), held), held


def split_without_seed(count, held_out, seed):
    return split_right(count, held_out, None)


# … and poor tests, which let one of them through


def test_lengths_only(candidate):
    _, held = candidate(60, 15, 1)
    assert len(held) == 15


def test_nothing_shared(candidate):
    training, held = candidate(60, 15, 1)
    assert len(held) == len(set(held)) == 15 and not set(training) & set(held)
    assert np.array_equal(candidate(60, 15, 5)[1], candidate(60, 15, 5)[1])
    assert set(candidate(60, 15, 5)[1]) != set(candidate(60, 15, 6)[1])


def test_both_parts(candidate):
    training, held = candidate(60, 15, 1)
    assert len(held) == 15 and sorted([*training, *held]) == list(range(60))
    assert set(candidate(60, 15, 5)[1]) != set(candidate(60, 15, 6)[1])


def test_one_seed(candidate):
    training, held = candidate(60, 15, 1)
    assert len(held) == 15 and sorted([*training, *held]) == list(range(60))
    assert np.array_equal(candidate(60, 15, 5)[1], candidate(60, 15, 5)[1])


def test_of_order(candidate):
    _, held = candidate(60, 15, 1)
    assert held.tolist() == np.random.default_rng(1).permutation(60)[:15].tolist()


# weights: networks trained wrongly, and then


def never_trained(images, labels):
    return _weights(digits_network(np.random.default_rng(0)))


def trained_with_shifted_labels(images, labels):
    return _trained(images_of(images), (labels + 1) % 10)


def trained_on_grey_values(images, labels):
    return _trained(images[:, None].astype(np.float32), labels, rate=0.001)


def trained_in_order_of_classes(images, labels):
    network, order = digits_network(np.random.default_rng(0)), np.argsort(labels[:300], kind="stable")
    for part in np.array_split(order, 10):
        overfit(network, images_of(images[part]), labels[part], 20)
    return _weights(network)


def trained_with_a_huge_rate(images, labels):
    with np.errstate(all="ignore"):
        return _trained(images_of(images[:200]), labels[:200], rate=1e4)


def trained_on_one_batch(images, labels):
    network = digits_network(np.random.default_rng(0))
    overfit(network, images_of(images[:30]), labels[:30])
    return _weights(network)


def by_heart_never(images, labels):
    return never_trained(images, labels)


def by_heart_diverged(images, labels):
    return trained_with_a_huge_rate(images, labels)


def by_heart_few_steps(images, labels):
    network = digits_network(np.random.default_rng(0))
    overfit(network, images_of(images[:20]), labels[20:40], 3)
    return _weights(network)


def _trained(x, labels, rate=0.02):
    rng = np.random.default_rng(0)
    network = digits_network(rng)
    train(network, x, labels, rng, epochs=3, rate=rate)
    return _weights(network)


def _weights(network: Sequential):
    return [getattr(layer, name) for layer, name in parameters(network)]
