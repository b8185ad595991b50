"""Exhibits: strides and dilations that are forgotten, used twice, or meant for the other axis."""

import numpy as np

from museum.exhibit import Exhibit
from solutions.strides import im2col
from solutions.strides import out_size as size_of


def columns(x, kernel, dilation):
    return im2col(x[None, None], kernel, 1, 0, dilation).reshape(kernel[0] * kernel[1], -1)


def columns_dilated_twice_over(x, kernel, dilation):
    return columns(x, kernel, dilation=(dilation[1], dilation[1]))  # wrong


def columns_dilated_crossed(x, kernel, dilation):
    return columns(x, kernel, dilation=(dilation[1], dilation[0]))  # wrong


def columns_dilated(x, kernel, dilation):
    return columns(x, kernel, dilation=dilation)


def each_axis_has_its_own_gap(columns):
    x = np.arange(12).reshape(3, 4)
    assert columns(x, (2, 2), (2, 1))[:, 0].tolist() == [0, 1, 8, 9]
    assert columns(x, (2, 2), (1, 3))[:, 0].tolist() == [0, 3, 4, 7]


def outputs_of_spread_kernel(w, k, dilation):
    spread = dilation * (k - 1) + 1
    return w - (dilation * (spread - 1) + 1) + 1  # wrong


def outputs_with_one_gap_too_many(w, k, dilation):
    span = k if dilation == 1 else k * dilation - 1  # wrong
    return w - span + 1


def outputs_dilated(w, k, dilation):
    if w < dilation * (k - 1) + 1:
        raise ValueError("no window fits")
    return size_of((1, w), (1, k), 1, 0, (1, dilation))[1]


def spans_are_counted(outputs):
    for dilation in (1, 2, 3):
        assert outputs(w=7, k=3, dilation=dilation) == len(range(7)[2 * dilation :])


def same_of_entries(k, dilation):
    return k - 1  # wrong


def same_of_span(k, dilation):
    if min(k, dilation) < 1:
        raise ValueError("a kernel has one tap at least")
    return dilation * (k - 1)


def same_keeps_the_length(zeros):
    for dilation in (1, 2):
        assert 8 + zeros(k=3, dilation=dilation) - dilation * 2 == 8


def strided_pointwise_unstrided(x, weight, stride):
    return weight * x  # wrong


def padded_pointwise_unpadded(x, weight, padding):
    return weight * x  # wrong


def strided_pointwise(x, weight, stride):
    if stride < 1:
        raise ValueError("a stride is 1 or more")
    return weight * x[::stride, ::stride]


def padded_pointwise(x, weight, padding):
    return weight * np.pad(x, padding)


def one_pixel_of_four(conv):
    assert conv(np.array([[1, 2], [3, 4]]), 10, 2).tolist() == [[10]]


def a_frame_of_zeros(conv):
    assert conv(np.array([[1]]), 10, 1).tolist() == [[0, 0, 0], [0, 10, 0], [0, 0, 0]]


def spread_without_stride(grad, stride):
    lost = np.zeros(len(grad) * stride, grad.dtype)
    for i in range(len(grad)):
        lost[i] += grad[i]  # wrong
    return lost


def spread_with_stride(grad, stride):
    if stride < 1:
        raise ValueError("a stride is 1 or more")
    made = np.zeros(len(grad) * stride, grad.dtype)
    made[::stride] = grad
    return made


def gradients_land_where_windows_start(spread):
    assert spread(np.array([1, 10]), 2).tolist() == [1, 0, 10, 0]


def same_zeros_by_the_other_stride(h, k, stride):
    _, sx = stride
    return max((-(-h // sx) - 1) * sx + k - h, 0)  # wrong


def same_rows(h, k, stride):
    sy, sx = stride
    if min(h, k, sy, sx) < 1:
        raise ValueError("sizes and strides are 1 or more")
    return max((-(-h // sy) - 1) * sy + k - h, 0)


def rows_go_by_their_own_stride(zeros):
    assert zeros(5, 3, (1, 2)) == 2
    assert zeros(4, 3, (2, 1)) == 1


EXHIBITS = [
    Exhibit(
        id="dilation-used-twice",
        theme="Stride and dilation",
        title="One dilation for both axes",
        where="MXNet (pull request 6986)",
        link="https://github.com/apache/mxnet/pull/6986",
        stood="until 2017",
        told="Im2col was called with dilation[1] in both places. It is right for every kernel with equal gaps, and "
        "these are the ones in use.",
        wrong=columns_dilated_twice_over,
        right=columns_dilated,
        args={"x": np.array([[1], [2], [3]]), "kernel": (2, 1), "dilation": (2, 1)},
        caught_by=each_axis_has_its_own_gap,
    ),
    Exhibit(
        id="dilation-crossed",
        theme="Stride and dilation",
        title="The gaps of the two axes are exchanged",
        where="ND4J (issue 2457)",
        link="https://github.com/deeplearning4j/nd4j/issues/2457",
        stood="until 2018",
        told="Height and width changed places on the way into the dilated im2col. With a square kernel and equal gaps"
        " nothing shows.",
        wrong=columns_dilated_crossed,
        right=columns_dilated,
        args={"x": np.array([[1], [2], [3]]), "kernel": (2, 1), "dilation": (2, 1)},
        caught_by=each_axis_has_its_own_gap,
    ),
    Exhibit(
        id="dilated-twice",
        theme="Stride and dilation",
        title="A spread kernel is spread again",
        where="ROOT, its inference code (issue 22473)",
        link="https://github.com/root-project/root/issues/22473",
        stood="",
        told="Zeros had been written between the taps, and then im2col was told to leave gaps as well. Either would "
        "have done.",
        wrong=outputs_of_spread_kernel,
        right=outputs_dilated,
        args={"w": 3, "k": 2, "dilation": 2},
        caught_by=spans_are_counted,
    ),
    Exhibit(
        id="one-gap-too-many",
        theme="Stride and dilation",
        title="A span that is right for dilations 1 and 2 only",
        where="MXNet, asked about in issue 1457",
        link="https://github.com/apache/mxnet/issues/1457",
        stood="",
        told="k taps span (k - 1)·dilation + 1 places. The formula k·dilation - 1 agrees with that for dilation 2, "
        "which is the dilation that people try, and dilation 1 was treated apart.",
        wrong=outputs_with_one_gap_too_many,
        right=outputs_dilated,
        args={"w": 1, "k": 1, "dilation": 3},
        caught_by=spans_are_counted,
    ),
    Exhibit(
        id="same-without-gaps",
        theme="Stride and dilation",
        title="“Same” padding that forgets the gaps",
        where="ROOT, its Keras parser (issue 21684)",
        link="https://github.com/root-project/root/issues/21684",
        stood="",
        told="The zeros were counted from the taps and not from what the taps span. The output of a dilated layer then "
        "is smaller than its input.",
        wrong=same_of_entries,
        right=same_of_span,
        args={"k": 2, "dilation": 2},
        caught_by=same_keeps_the_length,
    ),
    Exhibit(
        id="pointwise-stride",
        theme="Stride and dilation",
        title="A kernel of one pixel needs no columns, unless there is a stride",
        where="PyTorch, convolution on the GPU (pull request 54080)",
        link="https://github.com/pytorch/pytorch/pull/54080",
        stood="until March 2021",
        told="For a kernel of one pixel the columns are the image itself, and copying can be saved. The short cut "
        "asked for the size of the kernel only.",
        wrong=strided_pointwise_unstrided,
        right=strided_pointwise,
        args={"x": np.array([[1, 2]]), "weight": np.array([[10]]), "stride": 2},
        caught_by=one_pixel_of_four,
    ),
    Exhibit(
        id="pointwise-padding",
        theme="Stride and dilation",
        title="The same short cut, with padding",
        where="PyTorch, found while the stride was mended (pull request 54080)",
        link="https://github.com/pytorch/pytorch/pull/54080",
        stood="until March 2021",
        told="With a kernel of one pixel, padding makes a frame of zeros, or of the bias. It is rarely wanted, but it "
        "is what was asked for.",
        wrong=padded_pointwise_unpadded,
        right=padded_pointwise,
        args={"x": np.array([[1]]), "weight": np.array([[10]]), "padding": 1},
        caught_by=a_frame_of_zeros,
    ),
    Exhibit(
        id="stride-on-the-way-back",
        theme="Stride and dilation",
        title="The way back walks in steps of one",
        where="solutions to a deep-learning course (pull request 34)",
        link="https://github.com/Kulbear/deep-learning-coursera/pull/34",
        stood="",
        told="Window i begins in row i·stride. The forward pass said so, the backward pass said i. With stride 1 "
        "there is no difference.",
        wrong=spread_without_stride,
        right=spread_with_stride,
        args={"grad": np.array([1, 10]), "stride": 2},
        caught_by=gradients_land_where_windows_start,
    ),
    Exhibit(
        id="the-other-stride",
        theme="Stride and dilation",
        title="The zeros above and below by the stride across",
        where="zeta-learn (issue 4)",
        link="https://github.com/jefkine/zeta-learn/issues/4",
        stood="until November 2018",
        told="Of four lines that compute “same” padding, one took the stride of the other axis. A stride pair of "
        "equal numbers hides it.",
        wrong=same_zeros_by_the_other_stride,
        right=same_rows,
        args={"h": 2, "k": 2, "stride": (1, 2)},
        caught_by=rows_go_by_their_own_stride,
    ),
]
