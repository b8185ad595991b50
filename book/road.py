"""The picture on the first page: every chapter of the course in order, each a link to its page."""

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from drawing import Picture


class Station(NamedTuple):
    """A chapter: its stem, what it is about, and an emblem of small squares, one letter each (see ``LOOKS``)."""

    stem: str
    about: str
    emblem: tuple[str, ...]


LOOKS = {"x": "input", "k": "kernel", "c": "columns", "y": "output", "g": "gradient", "0": "zero"}
ROAD = (
    Station("conv1d", "one row of numbers", ("kkkxx", "     ", "yyy  ")),
    Station("conv2d", "images, one channel", ("kkxx", "kkxx", "xxxx")),
    Station("im2col", "windows become columns", ("kccc", "kccc", "kccc", "kccc")),
    Station("batches", "channels, images, one product", ("xx xx", "xx xx", "     ", "xx xx", "xx xx")),
    Station("strides", "stride, padding, dilation", ("00000", "0kxk0", "0xxx0", "0kxk0", "00000")),
    Station("windows", "the same without copying", ("kkk  ", " kkk ", "  kkk")),
    Station("pooling", "largest, mean", ("kkxx", "kkxx", "xxkk", "xxkk")),
    Station("col2im", "the way back adds up", ("ggg ", "gggg", "gggg", " ggg")),
    Station("backprop", "gradients of a layer", ("   yy", "   yy", "gg   ", "gg   ")),
    Station("cnn", "a network that learns", ("x    ", "x k  ", "x k y", "x k  ", "x    ")),
    Station("transposed", "transposed, grouped, depthwise", ("y0y0y", "00000", "y0y0y", "00000", "y0y0y")),
    Station("speed", "how fast NumPy can go", ("ccccc", "     ", "cc   ", "     ", "k    ")),
    Station("cupy_arrays", "the same arrays on a GPU", ("xx cc", "xx cc", "xx cc")),
    Station("cuda_kernels", "kernels of your own", ("yyyyy", "yykyy", "yyyyy", "yyyyy")),
)

WIDTH, HEIGHT = 370, 46  # of the picture, and of one chapter in it
LINE, EMBLEM, WORDS = 14, 44, 102  # where the road, the emblems and the words stand
SQUARE = 7.5


def road() -> Picture:
    """Draw the road; each chapter is a station on it, and its name leads there."""
    alt = f"The road through the course: {', '.join(station.stem for station in ROAD)}."
    height = HEIGHT * len(ROAD)
    parts = [f'<path d="M{LINE} {HEIGHT / 2}V{height - HEIGHT / 2}" stroke="var(--unrolled-faint)" stroke-width="2"/>']
    for number, station in enumerate(ROAD):
        parts += _station(station, HEIGHT * number + HEIGHT / 2)
    opening = (
        f'<svg class="unrolled-picture" role="img" aria-label="{escape(alt)}" viewBox="0 0 {WIDTH} {height}" '
        f'style="max-width: {WIDTH}px" fill="var(--unrolled-ink)" font-family="var(--unrolled-font)" font-size="14">'
    )
    return Picture(alt, f"{opening}{''.join(parts)}</svg>")


def _station(station: Station, middle: float) -> Iterator[str]:
    yield f'<circle cx="{LINE}" cy="{middle}" r="7" fill="var(--unrolled-output-line)"/>'
    top = middle - SQUARE * len(station.emblem) / 2
    for i, row in enumerate(station.emblem):
        for j, letter in enumerate(row):
            if letter != " ":
                yield _square(EMBLEM + SQUARE * j, top + SQUARE * i, LOOKS[letter])
    name = f'<text x="{WORDS}" y="{middle - 4}" font-weight="bold">{station.stem}</text>'
    yield f'<a href="{station.stem}.html" fill="var(--pst-color-link)">{name}</a>'
    yield f'<text x="{WORDS}" y="{middle + 14}" fill="var(--unrolled-faint)">{escape(station.about)}</text>'


def _square(x: float, y: float, look: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{SQUARE}" height="{SQUARE}" fill="var(--unrolled-{look}-fill)" '
        f'stroke="var(--unrolled-{look}-line)"/>'
    )
