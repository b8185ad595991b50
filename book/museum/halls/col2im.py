"""Exhibits: the way back from columns to the image."""

import numpy as np

from museum.exhibit import Exhibit
from solutions.conv1d import col2im_1d, im2col_1d


def added_by_assignment(cols, w):
    kw, ow = cols.shape
    x = np.zeros(w, cols.dtype)
    for j in range(kw):
        x[j : j + ow] = cols[j]  # wrong
    return x


def added_by_index(cols, w):
    kw, ow = cols.shape
    x = np.zeros(w, cols.dtype)
    x[np.arange(kw)[:, None] + np.arange(ow)] += cols  # wrong
    return x


def added(cols, w):
    return col2im_1d(cols, w)


def pixels_hear_from_every_window(col2im):
    assert col2im(np.ones((2, 3), int), 4).tolist() == [1, 2, 2, 1]


def expected_to_be_the_image(x, kw):
    return x.copy()  # wrong


def there_and_back(x, kw):
    return col2im_1d(im2col_1d(x, kw), len(x))


def counts_times_the_image(back):
    assert back(np.array([5, 7, 9]), 2).tolist() == [5, 14, 9]


def gradients_overwritten(windows, grads):
    total = np.zeros(windows.shape[1:])
    for x, grad in zip(windows, grads):
        total = x * grad  # wrong
    return total


def gradients_added(windows, grads):
    if len(windows) != len(grads):
        raise ValueError("one gradient for each image is needed")
    return sum((x * grad for x, grad in zip(windows, grads)), np.zeros(windows.shape[1:]))


def every_image_counts(gradient):
    assert gradient(np.array([[1.0, 2], [10, 20]]), np.array([1.0, 1])).tolist() == [11, 22]


def last_depth_wins(grads, m):
    made = np.zeros(len(grads), grads.dtype)
    for d in range(len(grads)):
        made[m] = grads[d]  # wrong
    return made


def each_depth_its_own(grads, m):
    if m != 0:
        raise ValueError("the first depth is 0")
    return grads.copy()


def depths_are_kept_apart(spread):
    assert spread(np.array([4, 5, 6]), 0).tolist() == [4, 5, 6]


def first_call(places):
    flat = places.ravel()
    flat += np.arange(len(flat))  # wrong
    return places[-1]


def last_place(places):
    if places.ndim != 1:
        raise ValueError("places are a row")
    return places[-1]


def arguments_stay(last):
    places = np.array([0, 0])
    last(places)
    assert places.tolist() == [0, 0]


EXHIBITS = [
    Exhibit(
        id="equals-for-plus-equals",
        theme="col2im",
        title="The last window wins",
        where="code after Deep Learning from Scratch, asked about by a reader (issue 2)",
        link="https://github.com/hguomin/deep-learning-from-scratch/issues/2",
        stood="",
        told="Why does the line say += and not =? Because windows overlap, and a pixel owes something to each of "
        "them. With = the last one to write is the only one heard.",
        wrong=added_by_assignment,
        right=added,
        args={"cols": np.array([[1, 1], [1, 1]]), "w": 3},
        caught_by=pixels_hear_from_every_window,
    ),
    Exhibit(
        id="duplicates-dropped",
        theme="col2im",
        title="An index that occurs twice counts once",
        where="many an attempt without a loop; NumPy's documentation of ufunc.at names the difference",
        link="https://numpy.org/doc/stable/reference/generated/numpy.ufunc.at.html",
        stood="",
        told="x[index] += v first reads all entries, then adds, then writes. Where an index occurs twice, both sums "
        "start from the same old value, and the second one written replaces the first.",
        wrong=added_by_index,
        right=added,
        args={"cols": np.array([[1, 1], [1, 1]]), "w": 3},
        caught_by=pixels_hear_from_every_window,
    ),
    Exhibit(
        id="col2im-as-inverse",
        theme="col2im",
        title="col2im is expected to give the image back",
        where="a report to PyTorch, on fold after unfold (issue 7519)",
        link="https://github.com/pytorch/pytorch/issues/7519",
        stood="",
        told="The code was right, and the expectation was not. Columns to image is the transpose of image to columns,"
        " and each pixel comes back as often as windows have read it.",
        wrong=expected_to_be_the_image,
        right=there_and_back,
        args={"x": np.array([5, 7, 9]), "kw": 2},
        caught_by=counts_times_the_image,
    ),
    Exhibit(
        id="last-image-wins",
        theme="col2im",
        title="The gradient of the last image replaces those before",
        where="LBANN, kernel gradients on the CPU (pull request 1022)",
        link="https://github.com/LBANN/lbann/pull/1022",
        stood="in 2019, between pull requests 996 and 1022",
        told="Columns were made image by image. The buffer for the kernel's gradient has to be scaled once and added "
        "to from then on; a change made it start anew with each image. A batch of one is right.",
        wrong=gradients_overwritten,
        right=gradients_added,
        args={"windows": np.array([[1.0], [10.0]]), "grads": np.array([1.0, 1.0])},
        caught_by=every_image_counts,
    ),
    Exhibit(
        id="the-wrong-counter",
        theme="col2im",
        title="One loop runs, another loop's counter is used",
        where="neon, gradients of convolutions on the CPU (issue 111)",
        link="https://github.com/NervanaSystems/neon/issues/111",
        stood="",
        told="Gradients were written to index m, while the loop counted d. All but the last are lost, and with one "
        "there is nothing to lose.",
        wrong=last_depth_wins,
        right=each_depth_its_own,
        args={"grads": np.array([4, 5]), "m": 0},
        caught_by=depths_are_kept_apart,
    ),
    Exhibit(
        id="ravel-is-a-view",
        theme="col2im",
        title="The stored places are changed while they are used",
        where="Chainer, max pooling's backward pass (pull request 2062)",
        link="https://github.com/chainer/chainer/pull/2062",
        stood="at least until December 2016",
        told="ravel returns a view if it can. Adding offsets to the view in place changed what the layer remembered, "
        "and a second backward pass ran out of bounds.",
        wrong=first_call,
        right=last_place,
        args={"places": np.array([0, 0])},
        caught_by=arguments_stay,
    ),
]
