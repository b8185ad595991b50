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


def fits_with_names_crossed(h, w, kh, kw):
    return w >= kh and h >= kw  # wrong


def window_fits(h, w, kh, kw):
    """Tell whether a kernel of one row and column or more fits into an image."""
    if min(kh, kw) < 1:
        raise ValueError("a kernel has one row and one column at least")
    return h >= kh and w >= kw


def fits_wide_and_tall(fits):
    assert fits(h=2, w=5, kh=1, kw=4)
    assert fits(h=5, w=2, kh=4, kw=1)
    assert not fits(h=2, w=5, kh=4, kw=1)


EXHIBITS = [
    Exhibit(
        id="size-by-truncation",
        theme="Sizes",
        title="An output size that is cut off towards zero",
        where="notes on chapter 7 of Deep Learning from Scratch",
        link="https://github.com/oreilly-japan/deep-learning-from-scratch/issues/30",
        stood="",
        told="Cutting off the fraction and rounding down agree while the quotient is positive. Where the kernel is "
        "wider than the row, the quotient is negative, and a row into which no window fits is said to give one output.",
        wrong=size_by_truncation,
        right=lambda w, kw, stride: out_size(w, kw, stride),
        args={"w": 1, "kw": 2, "stride": 2},
        caught_by=whole_and_counted,
    ),
    Exhibit(
        id="fits-names-crossed",
        theme="Sizes",
        title="The image's width is compared with the kernel's height",
        where="Glow, the check of a convolution's sizes (issue 2273)",
        link="https://github.com/pytorch/glow/issues/2273",
        stood="until it was reported in January 2019",
        told="With square images and square kernels both versions agree, and most tests use these. A flat kernel on a "
        "flat image is refused although it fits.",
        wrong=fits_with_names_crossed,
        right=window_fits,
        args={"h": 1, "w": 2, "kh": 1, "kw": 2},
        caught_by=fits_wide_and_tall,
    ),
]
