"""Exhibits: largest and mean."""

import math

import numpy as np

from museum.exhibit import Exhibit


def windows_of(x, k, stride):
    ends = range(0, len(x) - k + 1, stride)
    if k < 1 or stride < 1 or not ends:
        raise ValueError("no window fits")
    return [x[i : i + k] for i in ends]


def max_over_zeros(x, k, padding):
    padded = np.pad(x, padding)  # wrong
    return np.array([window.max() for window in windows_of(padded, k, stride=k)])


def max_over_pixels(x, k, padding):
    if not 0 <= 2 * padding <= k:
        raise ValueError("padding is half a window at most")
    padded = np.pad(x, padding, constant_values=-np.inf)
    return np.array([window.max() for window in windows_of(padded, k, stride=k)])


def negative_numbers_have_a_maximum(pool):
    assert pool(np.array([-3.0, -2.0]), 2, 1).tolist() == [-3, -2]


def windows_by_ceil(h, k, stride):
    return math.ceil((h - k) / stride) + 1  # wrong


def windows_with_a_pixel(h, k, stride):
    if min(h, k, stride) < 1 or k > h:
        raise ValueError("no window fits")
    count = math.ceil((h - k) / stride) + 1
    return count - 1 if (count - 1) * stride >= h else count


def every_window_starts_in_the_image(count):
    for h, k, stride in (6, 1, 2), (5, 2, 2), (6, 2, 3), (7, 1, 4):
        assert (count(h, k, stride) - 1) * stride < h


def mean_by_kernel(x, k):
    return np.array([x[i : i + k].sum() / k for i in range(0, len(x), k)])  # wrong


def mean_by_count(x, k):
    if k < 1:
        raise ValueError("a window has one entry at least")
    return np.array([x[i : i + k].mean() for i in range(0, len(x), k)])


def a_constant_stays_constant(mean):
    assert np.allclose(mean(np.full(5, 3.0), 2), 3)


def mask_by_closeness(window, grad):
    return grad * (abs(window - window.max()) < 0.01)  # wrong


def mask_by_equality(window, grad):
    return grad * (window == window.max())  # wrong


def mask_by_argmax(window, grad):
    made = np.zeros(len(window))
    made[window.argmax()] = grad
    return made


def no_gradient_is_made_from_nothing(back):
    for window in ([0.500, 0.504, 0.497], [1.0, 1.0, 0.0]):
        assert back(np.array(window), 2.0).sum() == 2


def overlapping_back_by_assignment(grad_y, places, w):
    grad_x = np.zeros(w)
    grad_x[places] = grad_y  # wrong
    return grad_x


def overlapping_back(grad_y, places, w):
    if len(places) != len(grad_y) or places.max() >= w:
        raise ValueError("each gradient needs a place in the row")
    return np.bincount(places, grad_y, w)


def one_pixel_wins_two_windows(back):
    assert back(np.array([1.0, 2.0]), np.array([1, 1]), 3).tolist() == [0, 3, 0]


EXHIBITS = [
    Exhibit(
        id="max-over-zeros",
        theme="Pooling",
        title="A border of zeros wins against negative numbers",
        where="the pooling layer of Deep Learning from Scratch; PyTorch's documentation once described it so (issue "
        "41294)",
        link="https://github.com/pytorch/pytorch/issues/41294",
        stood="in PyTorch's documentation, for some of its layers until October 2022",
        told="PyTorch's code pads with minus infinity and was right; its page said zeros. After a ReLU nothing is "
        "negative, and both agree.",
        wrong=max_over_zeros,
        right=max_over_pixels,
        args={"x": np.array([-3.0]), "k": 2, "padding": 1},
        caught_by=negative_numbers_have_a_maximum,
    ),
    Exhibit(
        id="window-in-the-padding",
        theme="Pooling",
        title="A window without a pixel",
        where="PyTorch, max_pool2d with ceil_mode (issue 45357)",
        link="https://github.com/pytorch/pytorch/issues/45357",
        stood="at least until it was reported in 2020",
        told="Rounding up allows a last window that hangs over the edge. If it begins behind the edge, its maximum is"
        " minus infinity.",
        wrong=windows_by_ceil,
        right=windows_with_a_pixel,
        args={"h": 2, "k": 1, "stride": 2},
        caught_by=every_window_starts_in_the_image,
    ),
    Exhibit(
        id="mean-by-kernel",
        theme="Pooling",
        title="A clipped window is divided by the whole kernel",
        where="ONNX Runtime, average pooling (issue 16203)",
        link="https://github.com/microsoft/onnxruntime/issues/16203",
        stood="in some versions of the operator until July 2026, three years after the report",
        told="The last window held one number and was divided by two. The rim of a constant image becomes darker.",
        wrong=mean_by_kernel,
        right=mean_by_count,
        args={"x": np.array([6.0]), "k": 2},
        caught_by=a_constant_stays_constant,
    ),
    Exhibit(
        id="mask-by-closeness",
        theme="Pooling",
        title="Whoever is close to the largest gets the gradient",
        where="mni-ml (pull request 22)",
        link="https://github.com/mni-ml/framework/pull/22",
        stood="in a proposal of April 2026",
        told="The way back of a maximum was a mask: all within 0.01 of the largest. Of one gradient, several are made.",
        wrong=mask_by_closeness,
        right=mask_by_argmax,
        args={"window": np.array([0.5, 0.504]), "grad": 1.0},
        caught_by=no_gradient_is_made_from_nothing,
    ),
    Exhibit(
        id="every-tie-wins",
        theme="Pooling",
        title="Every pixel that equals the largest gets the whole gradient",
        where="Theano (issue 5248) and, for max, MXNet (issue 18563)",
        link="https://github.com/Theano/Theano/issues/5248",
        stood="in Theano when it was reported in November 2016",
        told="Ties are rare among measured numbers and common after a ReLU, where many are 0. Libraries that agree "
        "forwards then disagree backwards.",
        wrong=mask_by_equality,
        right=mask_by_argmax,
        args={"window": np.array([1.0, 1.0]), "grad": 1.0},
        caught_by=no_gradient_is_made_from_nothing,
    ),
    Exhibit(
        id="overlapping-maxima",
        theme="Pooling",
        title="A pixel that wins two windows is paid once",
        where="joey, max pooling with a stride smaller than the window (pull request 5)",
        link="https://github.com/devitocodes/joey/pull/5",
        stood="",
        told="While windows lie side by side, each pixel can win one. With overlap it can win several, and what it "
        "gets has to be added up, as in col2im. The report names the wrong results; ours is one way to them.",
        wrong=overlapping_back_by_assignment,
        right=overlapping_back,
        args={"grad_y": np.array([1.0, 2.0]), "places": np.array([0, 0]), "w": 1},
        caught_by=one_pixel_wins_two_windows,
    ),
]
