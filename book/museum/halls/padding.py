"""Exhibits: borders that are too wide, too narrow, or made of the wrong numbers."""

import numpy as np

from museum.exhibit import Exhibit
from solutions.transposed import conv_transpose2d


def cropped_by_minus_padding(x, padding):
    return x[padding:-padding]  # wrong


def cropped_by_one(x, padding):
    return x[1:-1]  # wrong


def cropped(x, padding):
    if padding < 0 or 2 * padding > len(x):
        raise ValueError("there is not so much to crop")
    return x[padding : len(x) - padding]


def crops_what_was_added(crop):
    for padding in (0, 1, 2):
        assert crop(np.pad(np.array([3, 4]), padding), padding).tolist() == [3, 4]


def same_on_both_ends(x, k):
    return np.pad(x, (k - 1) // 2)  # wrong


def same(x, k):
    if k < 1:
        raise ValueError("a kernel has one tap at least")
    return np.pad(x, ((k - 1) // 2, k // 2))


def as_many_windows_as_pixels(pad):
    for k in (1, 2, 3, 4):
        assert len(pad(np.arange(5), k)) - k + 1 == 5


def output_padding_of_zeros(x, weight, stride, padding, output_padding):
    y = transposed(x, weight, stride, padding, output_padding=0)
    return np.pad(y, (0, output_padding))  # wrong


def transposed(x, weight, stride, padding, output_padding):
    if not 0 <= output_padding < max(stride, 1) or len(weight) < 3:
        raise ValueError("output_padding is less than the stride, and the kernel has three taps or more")
    x, weight = x[None, None, None], weight[None, None, None]
    return conv_transpose2d(x, weight, None, (1, stride), (0, padding), (0, output_padding))[0, 0, 0]


def output_padding_is_not_padding(conv):
    assert conv(np.array([1]), np.array([1, 2, 3]), stride=2, padding=1, output_padding=1).tolist() == [2, 3]


EXHIBITS = [
    Exhibit(
        id="minus-zero",
        theme="Padding",
        title="Nothing is cropped, and nothing is left",
        where="Keras, the layer Cropping1D (pull request 4860)",
        link="https://github.com/keras-team/keras/pull/4860",
        stood="at least until December 2016",
        told="A stop of -padding counts from the end. With padding 0 the stop is -0, which is 0, which is the "
        "beginning: the slice is empty. OpenStereo mended the same slice in February 2024.",
        wrong=cropped_by_minus_padding,
        right=cropped,
        args={"x": np.array([7]), "padding": 0},
        caught_by=crops_what_was_added,
    ),
    Exhibit(
        id="crop-of-one",
        theme="Padding",
        title="A border of one is cut off, whatever the padding",
        where="the GitBook chapter on im2col, in its backward pass",
        link="https://leonardoaraujosantos.gitbook.io/artificial-inteligence/machine_learning/deep_learning/"
        "convolution_layer/making_faster",
        stood="",
        told="The chapter's example has padding 1. Any other padding loses pixels, or keeps zeros.",
        wrong=cropped_by_one,
        right=cropped,
        args={"x": np.array([7]), "padding": 0},
        caught_by=crops_what_was_added,
    ),
    Exhibit(
        id="same-for-even",
        theme="Padding",
        title="“Same” padding for an even kernel, equal at both ends",
        where="ROOT (issue 21873)",
        link="https://github.com/root-project/root/issues/21873",
        stood="",
        told="Two taps need one zero in all. One number for both ends can give none or two, never one, and the output"
        " loses a row or gains one.",
        wrong=same_on_both_ends,
        right=same,
        args={"x": np.array([1]), "k": 2},
        caught_by=as_many_windows_as_pixels,
    ),
    Exhibit(
        id="output-padding",
        theme="Padding",
        title="output_padding is filled with zeros",
        where="a report to PyTorch (issue 8816) and the wording of the ONNX standard (issue 2333)",
        link="https://github.com/onnx/onnx/issues/2333",
        stood="in the standard's text when it was questioned in 2019",
        told="In a transposed convolution, output_padding says which of several possible sizes is meant. Where "
        "padding has cut something off, the added rows hold what the kernel puts there. Zeros are a guess from the "
        "name.",
        wrong=output_padding_of_zeros,
        right=transposed,
        args={"x": np.array([1]), "weight": np.array([1, 2, 3]), "stride": 2, "padding": 1, "output_padding": 1},
        caught_by=output_padding_is_not_padding,
    ),
]
