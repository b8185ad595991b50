"""Exhibits: groups, and what is called a convolution."""

import math

import numpy as np

from museum.exhibit import Exhibit


def bias_of_first_group(y, bias, groups):
    size = len(bias) // groups
    return y + np.tile(bias[:size], groups)  # wrong


def bias_of_each_filter(y, bias, groups):
    if groups < 1 or len(bias) % groups or len(y) != len(bias):
        raise ValueError("the filters come in equal groups")
    return y + bias


def each_filter_has_its_bias(added):
    assert added(np.zeros(4), np.array([1, 2, 10, 20]), 2).tolist() == [1, 2, 10, 20]


def one_channel_for_each_group(outputs, groups):
    made = np.zeros(groups)
    for g, part in enumerate(np.split(outputs, groups)):
        made[g : g + 1] = part  # wrong
    return made


def all_channels_of_groups(outputs, groups):
    if groups < 1 or len(outputs) % groups:
        raise ValueError("the channels come in equal groups")
    return outputs.astype(float)


def groups_may_have_two_channels(joined):
    assert joined(np.array([1, 2, 3, 4]), 2).tolist() == [1, 2, 3, 4]


def convolved_where_correlation_is_said(x, weight):
    return np.convolve(x, weight, "valid")  # wrong


def correlated(x, weight):
    if len(weight) > len(x):
        raise ValueError("the kernel is longer than the row")
    return np.correlate(x, weight)


def an_impulse_shows_the_kernel_turned(slide):
    assert slide(np.array([0, 0, 1, 0, 0]), np.array([1, 2, 3])).tolist() == [3, 2, 1]


def taps_of_an_image(window):
    kh, kw = window  # wrong
    return kh * kw


def taps_of_any_window(window):
    if not window or min(window) < 1:
        raise ValueError("a window has one entry or more along each axis")
    return math.prod(window)


def windows_of_rows_and_volumes(taps):
    assert [taps((3,)), taps((3, 2)), taps((3, 2, 2))] == [3, 6, 12]


EXHIBITS = [
    Exhibit(
        id="bias-of-first-group",
        theme="Groups and definition",
        title="Every group gets the first one's bias",
        where="rten, grouped transposed convolution (pull request 1408)",
        link="https://github.com/robertknight/rten/pull/1408",
        stood="at least until it was reported in 2026",
        told="Channels were counted from the start of the group, the biases from the start of all. With one group, or"
        " with equal biases, there is no difference.",
        wrong=bias_of_first_group,
        right=bias_of_each_filter,
        args={"y": np.array([0, 0]), "bias": np.array([1, 2]), "groups": 2},
        caught_by=each_filter_has_its_bias,
    ),
    Exhibit(
        id="one-channel-per-group",
        theme="Groups and definition",
        title="Each group has room for a single channel",
        where="the reference implementation of ONNX (pull request 8446)",
        link="https://github.com/onnx/onnx/pull/8446",
        stood="at least until it was reported in 2026",
        told="In a depthwise layer, groups have one channel each, and depthwise layers are the ones that are tested. "
        "Where a group has two, they do not fit, and the program stops.",
        wrong=one_channel_for_each_group,
        right=all_channels_of_groups,
        args={"outputs": np.array([1, 2]), "groups": 1},
        caught_by=groups_may_have_two_channels,
    ),
    Exhibit(
        id="convolution-or-correlation",
        theme="Groups and definition",
        title="The switch for turning the kernel is described the wrong way round",
        where="NNlib.jl, the documentation of conv (issue 755)",
        link="https://github.com/FluxML/NNlib.jl/issues/755",
        stood="at least until it was reported in 2026",
        told="A symmetric kernel looks the same after half a turn. Whoever tests with a blur cannot tell convolution "
        "from cross-correlation.",
        wrong=convolved_where_correlation_is_said,
        right=correlated,
        args={"x": np.array([1, 2]), "weight": np.array([1, 2])},
        caught_by=an_impulse_shows_the_kernel_turned,
    ),
    Exhibit(
        id="two-axes-always",
        theme="Groups and definition",
        title="Written for any number of axes, right for two",
        where="MyGrad, conv_nd's backward pass (pull request 73)",
        link="https://github.com/rsokl/MyGrad/pull/73",
        stood="at least until July 2018",
        told="A function for windows of any dimension had the two axes of an image written into it. With the one axis"
        " of a row it stopped.",
        wrong=taps_of_an_image,
        right=taps_of_any_window,
        args={"window": (1,)},
        caught_by=windows_of_rows_and_volumes,
    ),
]
