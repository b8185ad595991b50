"""Exhibits: rows and columns, channels and images, in the wrong order."""

import numpy as np

from museum.exhibit import Exhibit
from solutions import im2col as columns


def windows_crossed(image, kh, kw):
    rows, cols = image.shape
    high, wide = cols - kw + 1, rows - kh + 1  # wrong
    made = np.empty((high * wide, kh * kw), image.dtype)
    for i in range(high):
        for j in range(wide):
            made[i * wide + j] = image[i : i + kh, j : j + kw].ravel()
    return made


def windows_as_rows(image, kh, kw):
    return np.ascontiguousarray(columns.im2col_windows(image, (kh, kw)).reshape(kh * kw, -1).T)


def windows_of_an_oblong_image(windows):
    image = np.arange(6).reshape(2, 3)
    assert windows(image, 1, 1).ravel().tolist() == [0, 1, 2, 3, 4, 5]


def inside_crossed(row, column, h, w):
    return 0 <= row < w and 0 <= column < h  # wrong


def inside(row, column, h, w):
    if min(h, w) < 1:
        raise ValueError("an image has one row and one column at least")
    return 0 <= row < h and 0 <= column < w


def corners_are_inside(inside):
    for h, w in (2, 3), (3, 2):
        assert inside(h - 1, w - 1, h, w)
        assert not inside(h, 0, h, w)
        assert not inside(0, w, h, w)


def row_of_last_tap_by_height(kh, kw):
    return (kh - 1) * kh + kw - 1  # wrong


def row_of_last_tap(kh, kw):
    if min(kh, kw) < 1:
        raise ValueError("a kernel has one row and one column at least")
    return (kh - 1) * kw + kw - 1


def taps_are_counted(last):
    assert last(kh=2, kw=5) == 9
    assert last(kh=5, kw=2) == 9


def kernel_rows_channels_last(weight):
    f, c, kh, kw = weight.shape
    return weight.transpose(0, 2, 3, 1).reshape(f, c * kh * kw)  # wrong


def kernel_rows(weight):
    return weight.reshape(len(weight), -1)


def rows_match_the_columns(rows):
    weight = np.arange(24.0).reshape(2, 3, 2, 2)
    windows = np.ones((3, 2, 2)) * np.array([1, 10, 100])[:, None, None]
    assert np.allclose(rows(weight) @ windows.ravel(), (weight * windows).sum(axis=(1, 2, 3)))


def images_and_filters_reshaped(product, n, oh, ow):
    f = len(product)
    return product.reshape(n, f, oh, ow)  # wrong


def images_first(product, n, oh, ow):
    return np.ascontiguousarray(product.reshape(len(product), n, oh, ow).swapaxes(0, 1))


def each_image_by_itself(unpacked):
    product = np.arange(12).reshape(2, 6)  # two filters; of three images of one row and two columns
    assert unpacked(product, 3, 1, 2)[1].tolist() == [[[2, 3]], [[8, 9]]]


def columns_of_settings_crossed(x, kernel, stride, padding):
    return columns_of(x, kernel, stride=padding, padding=stride)  # wrong


def columns_of(x, kernel, stride, padding):
    if min(kernel, stride, padding) < 1 or kernel > len(x) + 2 * padding:
        raise ValueError("kernel, stride and padding are 1 or more here, and a window fits")
    row = np.pad(x, padding)
    return np.array([row[i : i + kernel] for i in range(0, len(row) - kernel + 1, stride)]).T


def stride_and_padding_apart(columns):
    x = np.array([1, 2, 3, 4])
    assert columns(x, 2, 2, 1).tolist() == [[0, 2, 4], [1, 3, 0]]
    assert columns(x, 4, 1, 2).tolist() == [[0, 0, 1, 2, 3], [0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [2, 3, 4, 0, 0]]


EXHIBITS = [
    Exhibit(
        id="window-counts-crossed",
        theme="Axes and order",
        title="As many windows down as fit across",
        where="TheAlgorithms/Python, its im2col (issue 1847)",
        link="https://github.com/TheAlgorithms/Python/issues/1847",
        stood="at least from April to June 2020",
        told="The number of windows below each other was computed from the columns, and the number beside each other "
        "from the rows. In the thread somebody asks for a case in which that matters. A row of two pixels is "
        "enough: the second window is looked for in a second row, which is not there, and the program stops.",
        wrong=windows_crossed,
        right=windows_as_rows,
        args={"image": np.array([[1, 2]]), "kh": 1, "kw": 1},
        caught_by=windows_of_an_oblong_image,
    ),
    Exhibit(
        id="inside-crossed",
        theme="Axes and order",
        title="Rows are compared with the width",
        where="Caffe, im2col on the GPU (pull request 298)",
        link="https://github.com/BVLC/caffe/pull/298",
        stood="until April 2014",
        told="The check whether a place lies inside the image had its bounds crossed. Tests used square images; the "
        "repair began by making them oblong.",
        wrong=inside_crossed,
        right=inside,
        args={"row": 0, "column": 1, "h": 1, "w": 2},
        caught_by=corners_are_inside,
    ),
    Exhibit(
        id="row-times-height",
        theme="Axes and order",
        title="A kernel's row is as long as the kernel is high",
        where="the course CS231n, its im2col in Cython, where a tap's row is ii·kh + jj",
        link="https://cs231n.github.io/",
        stood="",
        told="In row-major order, tap (i, j) of a kernel has number i·kw + j, with the width. CS231n's im2col takes "
        "the height, which is right for square kernels, and the course has no others.",
        wrong=row_of_last_tap_by_height,
        right=row_of_last_tap,
        args={"kh": 2, "kw": 1},
        caught_by=taps_are_counted,
    ),
    Exhibit(
        id="channels-ordered-otherwise",
        theme="Axes and order",
        title="Windows and kernels list their numbers in different orders",
        where="PyDeepFlow (pull request 85)",
        link="https://github.com/ravin-d-27/PyDeepFlow/pull/85",
        stood="until October 2025",
        told="A window was written channel by channel, a kernel place by place. Each is a fine order. The product of "
        "the two pairs numbers that do not belong together, and networks did not learn.",
        wrong=kernel_rows_channels_last,
        right=kernel_rows,
        args={"weight": np.arange(1.0, 5).reshape(1, 2, 2, 1)},
        caught_by=rows_match_the_columns,
    ),
    Exhibit(
        id="images-among-filters",
        theme="Axes and order",
        title="Filters come first, and are read as if images did",
        where="ggml, conv_2d on a batch (pull request 737)",
        link="https://github.com/ggml-org/ggml/pull/737",
        stood="",
        told="A product of kernels and columns has one row per filter. To have images first, two axes must change "
        "places. A reshape gives the right shape and mixes the images; with a single one it is right.",
        wrong=images_and_filters_reshaped,
        right=images_first,
        args={"product": np.array([[1, 2], [3, 4]]), "n": 2, "oh": 1, "ow": 1},
        caught_by=each_image_by_itself,
    ),
    Exhibit(
        id="settings-in-another-order",
        theme="Axes and order",
        title="Stride is passed where padding is expected",
        where="Apache SINGA (pull request 126)",
        link="https://github.com/apache/singa/pull/126",
        stood="until January 2016",
        told="Im2col and col2im were called with their parameters in the wrong order. Ours exchanges stride and "
        "padding. All of these are small whole numbers, so nothing but the result tells.",
        wrong=columns_of_settings_crossed,
        right=columns_of,
        args={"x": np.array([5]), "kernel": 1, "stride": 2, "padding": 1},
        caught_by=stride_and_padding_apart,
    ),
]
