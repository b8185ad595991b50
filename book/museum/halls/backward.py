"""Exhibits: gradients that nearly are."""

import numpy as np

from museum.exhibit import Exhibit


def grad_weight_averaged(x, grad_y):
    return (x * grad_y).sum() / len(x)  # wrong


def grad_weight(x, grad_y):
    if x.shape != grad_y.shape:
        raise ValueError("each output has one gradient")
    return (x * grad_y).sum()


def twice_the_images_twice_the_gradient(gradient):
    x, grad_y = np.array([1.0, 2]), np.array([3.0, 4])
    assert gradient(np.tile(x, 2), np.tile(grad_y, 2)) == 2 * gradient(x, grad_y)


def grad_x_without_turning(grad_y, weight):
    return np.correlate(np.pad(grad_y, len(weight) - 1), weight)  # wrong


def grad_x(grad_y, weight):
    return np.convolve(grad_y, weight)


def one_gradient_brings_the_kernel_back(grad_x):
    assert grad_x(np.array([1.0]), np.array([1.0, 2, 3])).tolist() == [1, 2, 3]


def size_without_dilation(ow, kw, dilation):
    return ow - 1 + kw  # wrong


def size_of_grad_x(ow, kw, dilation):
    if min(ow, kw, dilation) < 1:
        raise ValueError("sizes are 1 or more")
    return ow - 1 + dilation * (kw - 1) + 1


def as_large_as_the_image_was(size):
    for dilation in (1, 2, 3):
        w = 9
        assert size(ow=w - dilation * 2, kw=3, dilation=dilation) == w


def rows_as_long_as_the_image(grad_y, h, w):
    return grad_y.reshape(len(grad_y), h * w)  # wrong


def rows_as_long_as_the_output(grad_y, h, w):
    f, oh, ow = grad_y.shape
    if not (oh <= h and ow <= w):
        raise ValueError("an output without padding is no larger than the image")
    return grad_y.reshape(f, oh * ow)


def outputs_are_counted_not_pixels(rows):
    assert rows(np.ones((3, 2, 4)), 4, 6).shape == (3, 8)


def mean_of_means(losses, batch):
    parts = [losses[i : i + batch] for i in range(0, len(losses), batch)]
    return np.mean([part.mean() for part in parts])  # wrong


def mean_loss(losses, batch):
    if batch < 1:
        raise ValueError("a minibatch has one image at least")
    return losses.mean()


def the_last_minibatch_is_smaller(mean):
    assert np.isclose(mean(np.array([1.0, 1, 4]), 2), 2)


def best_by_reference(weight, steps, scores):
    best, highest = weight, -1.0
    for step, score in zip(steps, scores):
        weight -= step
        if score > highest:
            best, highest = weight, score  # wrong
    return best


def best_by_copy(weight, steps, scores):
    if not len(steps) == len(scores) > 0 or scores.min() < 0:
        raise ValueError("one score for each step is needed")
    reached = weight - np.cumsum(steps, axis=0)
    return reached[scores.argmax()]


def the_best_is_not_the_last(best):
    found = best(np.array([0.0]), np.array([[1.0], [1.0]]), np.array([0.9, 0.1]))
    assert found.tolist() == [-1]


EXHIBITS = [
    Exhibit(
        id="spurious-average",
        theme="Backward",
        title="A division that nobody ordered",
        where="cTensor (issue 3)",
        link="https://github.com/sebgao/cTensor/issues/3",
        stood="",
        told="The kernel's gradient was divided by the number of outputs. All signs are right and the loss falls, "
        "more slowly. Only a comparison of numbers tells.",
        wrong=grad_weight_averaged,
        right=grad_weight,
        args={"x": np.array([1.0, 2.0]), "grad_y": np.array([3.0, 4.0])},
        caught_by=twice_the_images_twice_the_gradient,
    ),
    Exhibit(
        id="kernel-not-turned",
        theme="Backward",
        title="The kernel is not turned on the way back",
        where="a reader's question about numpy-ml, whose code was right (issue 27)",
        link="https://github.com/ddbourgin/numpy-ml/issues/27",
        stood="",
        told="As a convolution over the padded gradient, the way back turns the kernel by half a circle. Adding "
        "windows up turns it already. To turn in both places, or in neither, is wrong for every kernel that is "
        "not symmetric.",
        wrong=grad_x_without_turning,
        right=grad_x,
        args={"grad_y": np.array([1.0]), "weight": np.array([1.0, 2.0])},
        caught_by=one_gradient_brings_the_kernel_back,
    ),
    Exhibit(
        id="dilation-on-the-way-back",
        theme="Backward",
        title="The size of the image, as if taps lay side by side",
        where="PyTorch, conv2d_input (issue 13008)",
        link="https://github.com/pytorch/pytorch/issues/13008",
        stood="",
        told="The function that computes the image's gradient works out the image's size from those of output and "
        "kernel. It forgot the gaps.",
        wrong=size_without_dilation,
        right=size_of_grad_x,
        args={"ow": 1, "kw": 2, "dilation": 2},
        caught_by=as_large_as_the_image_was,
    ),
    Exhibit(
        id="pixels-for-outputs",
        theme="Backward",
        title="Gradients of outputs are counted as if they were pixels",
        where="the GitBook chapter on im2col, in its backward pass",
        link="https://leonardoaraujosantos.gitbook.io/artificial-inteligence/machine_learning/deep_learning/"
        "convolution_layer/making_faster",
        stood="",
        told="The gradient is brought into rows of h·w numbers, where the output has oh·ow. With “same” padding the "
        "two are equal; without padding the program stops.",
        wrong=rows_as_long_as_the_image,
        right=rows_as_long_as_the_output,
        args={"grad_y": np.ones((1, 1, 1)), "h": 2, "w": 1},
        caught_by=outputs_are_counted_not_pixels,
    ),
    Exhibit(
        id="mean-of-means",
        theme="Backward",
        title="A mean of means",
        where="Catalyst (issue 799)",
        link="https://github.com/catalyst-team/catalyst/issues/799",
        stood="",
        told="Losses of minibatches were averaged as if all were equally large. The last one is smaller whenever the "
        "batch does not divide the number of images.",
        wrong=mean_of_means,
        right=mean_loss,
        args={"losses": np.array([1.0, 1.0, 4.0]), "batch": 2},
        caught_by=the_last_minibatch_is_smaller,
    ),
    Exhibit(
        id="best-by-reference",
        theme="Backward",
        title="The best weights go on learning",
        where="a tutorial of PyTorch (pull request 188), and years later PyPOTS (issue 667)",
        link="https://github.com/pytorch/tutorials/pull/188",
        stood="",
        told="To keep weights is to copy them. Another name for the same array follows every later step, so what was "
        "kept as the best is the last.",
        wrong=best_by_reference,
        right=best_by_copy,
        args={"weight": np.array([0.0]), "steps": np.array([[1.0], [1.0]]), "scores": np.array([0.9, 0.1])},
        caught_by=the_best_is_not_the_last,
    ),
]
