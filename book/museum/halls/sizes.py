"""Exhibits: sizes that come out wrong."""

from museum.exhibit import Exhibit
from solutions.conv1d import out_size


def whole_and_counted(out_size):
    for w in range(1, 12):
        for stride in (1, 2, 3):
            size = out_size(w=w, kw=3, stride=stride)
            assert isinstance(size, int)
            assert size == len(range(0, w - 2, stride))


def size_by_truncation(w, kw, stride):
    return int((w - kw) / stride) + 1  # wrong


def size_by_division(w, kw, stride):
    return (w - kw) / stride + 1  # wrong


def size_of_output(w, kw, stride):
    if w < 1:
        raise ValueError("a row has one pixel at least")
    return out_size(w, kw, stride)


def fits_crossed(h, w, kh, kw):
    return w >= kh and h >= kw  # wrong


def fits(h, w, kh, kw):
    if min(kh, kw) < 1:
        raise ValueError("a kernel has one row and one column at least")
    return h >= kh and w >= kw


def fits_flat_and_tall(fits):
    assert fits(h=2, w=5, kh=1, kw=4)
    assert fits(h=5, w=2, kh=4, kw=1)
    assert not fits(h=2, w=5, kh=4, kw=1)


def even_steps_crossed(h, w, kh, kw, stride):
    if (w - kh) % stride or (h - kw) % stride:  # wrong
        return "steps do not come out even"
    return (h - kh) // stride + 1, (w - kw) // stride + 1


def even_steps(h, w, kh, kw, stride):
    if min(h - kh, w - kw) < 0 or min(kh, kw, stride) < 1:
        raise ValueError("no window fits")
    if (h - kh) % stride or (w - kw) % stride:
        return "steps do not come out even"
    return (h - kh) // stride + 1, (w - kw) // stride + 1


def windows_of_an_oblong_image(sizes):
    assert sizes(h=3, w=6, kh=1, kw=2, stride=2) == (2, 3)
    assert sizes(h=6, w=3, kh=2, kw=1, stride=2) == (3, 2)


def size_without_padding(h, k, stride, padding):
    return 1 + (h - k) // stride  # wrong


def padded_size(h, k, stride, padding):
    if h < 1:
        raise ValueError("an image has one row at least")
    return out_size(h, k, stride, padding)


def padding_makes_it_larger(size):
    assert size(h=4, k=2, stride=2, padding=0) == 2
    assert size(h=4, k=2, stride=2, padding=1) == 3


def half_for_three_only(k):
    return 1  # wrong


def half_of(k):
    if k < 1 or k % 2 == 0:
        raise ValueError("the middle of an odd kernel is asked for")
    return k // 2


def the_middle_of_five(half):
    assert [half(k=k) for k in (1, 3, 5)] == [0, 1, 2]


EXHIBITS = [
    Exhibit(
        id="size-by-truncation",
        theme="Sizes",
        title="An output size that is cut off towards zero",
        where="notes on chapter 7 of Deep Learning from Scratch, a book with public code",
        link="https://github.com/oreilly-japan/deep-learning-from-scratch",
        stood="",
        told="Cutting off the fraction and rounding down agree while the quotient is positive. Where the kernel is "
        "wider than the row, the quotient is negative, and a row into which no window fits is said to give one output.",
        wrong=size_by_truncation,
        right=size_of_output,
        args={"w": 1, "kw": 2, "stride": 2},
        caught_by=whole_and_counted,
    ),
    Exhibit(
        id="size-by-division",
        theme="Sizes",
        title="An output size that is no whole number",
        where="the GitBook chapter on im2col whose code was written for Python 2",
        link="https://leonardoaraujosantos.gitbook.io/artificial-inteligence/machine_learning/deep_learning/"
        "convolution_layer/making_faster",
        stood="",
        told="In Python 2 a slash between whole numbers rounded down. In Python 3 it gives a floating-point number, "
        "even where the division comes out even, and an array cannot be made of that size.",
        wrong=size_by_division,
        right=size_of_output,
        args={"w": 1, "kw": 1, "stride": 1},
        caught_by=whole_and_counted,
    ),
    Exhibit(
        id="fits-names-crossed",
        theme="Sizes",
        title="The image's width is compared with the kernel's height",
        where="Glow, the check of a convolution's sizes (issue 2273)",
        link="https://github.com/pytorch/glow/issues/2273",
        stood="at least until it was reported in January 2019",
        told="With square images and square kernels both versions agree, and most tests use these. A flat kernel on a "
        "flat image is refused although it fits.",
        wrong=fits_crossed,
        right=fits,
        args={"h": 1, "w": 2, "kh": 1, "kw": 2},
        caught_by=fits_flat_and_tall,
    ),
    Exhibit(
        id="even-steps-crossed",
        theme="Sizes",
        title="The check for even steps takes the kernel's other side",
        where="Deeplearning4j (pull request 1363)",
        link="https://github.com/deeplearning4j/deeplearning4j/pull/1363",
        stood="until April 2016",
        told="The check subtracts the kernel's height from the image's width. CS231n's im2col has a check of the same"
        " kind. Layers with square kernels pass it, and a layer with an oblong one is refused though all its "
        "windows fit.",
        wrong=even_steps_crossed,
        right=even_steps,
        args={"h": 2, "w": 1, "kh": 2, "kw": 1, "stride": 2},
        caught_by=windows_of_an_oblong_image,
    ),
    Exhibit(
        id="pool-padding-forgotten",
        theme="Sizes",
        title="Padding is done, and left out of the size",
        where="the pooling layer of Deep Learning from Scratch",
        link="https://github.com/oreilly-japan/deep-learning-from-scratch",
        stood="",
        told="The image is padded, but the output is made as if it were not. While nobody pads a pooling layer, nobody "
        "notices.",
        wrong=size_without_padding,
        right=padded_size,
        args={"h": 1, "k": 1, "stride": 1, "padding": 1},
        caught_by=padding_makes_it_larger,
    ),
    Exhibit(
        id="half-of-three",
        theme="Sizes",
        title="The middle of the kernel is taken to be 1",
        where="PaintbrushJS (pull request 3)",
        link="https://github.com/mezzoblue/PaintbrushJS/pull/3",
        stood="until 2011",
        told="To centre a kernel on a pixel one goes back by half its side. For 3 × 3, that is 1, and 1 was what the "
        "code said. A 5 × 5 blur then shifts the picture.",
        wrong=half_for_three_only,
        right=half_of,
        args={"k": 1},
        caught_by=the_middle_of_five,
    ),
]
