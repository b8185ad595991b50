"""Arrays drawn beside each other, as text and as HTML: small ones whole, large ones where it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

ROWS, COLUMNS = 8, 10  # what fits beside another array on a laptop's screen
LONGEST = 60  # characters of a value that is no array


@dataclass(frozen=True)
class Block:
    """A labelled piece of an array: rows of formatted numbers, marks beside the wrong ones, what was left out."""

    label: str
    rows: list[list[str]]
    wrong: list[list[bool]]
    note: str


def block(
    label: str,
    value: Any,
    wrong: np.ndarray | None = None,
    around: np.ndarray | None = None,
    rows: int = ROWS,
) -> Block:
    """Cut out of an array the piece that is worth showing: a part of one plane of its last two axes.

    Args:
        label: what to call it.
        value: an array, or what can be made one.
        wrong: marks of the same shape; the piece lies around the first, and its marks are drawn.
        around: marks again, for an array that is to be cut at the same place without being marked itself.
        rows: the most to show.
    """
    array = _as_numbers(value)
    if array is None:
        return Block(label, [[short(value)]], [[False]], "")
    if array.size == 0:
        return Block(label, [], [], f"empty, shape {array.shape}")
    marks = np.zeros(array.shape, bool) if wrong is None else np.asarray(wrong, bool)
    centre = marks if around is None or around.shape != array.shape else around
    first = np.unravel_index(centre.argmax(), centre.shape) if centre.any() else (0,) * array.ndim
    plane, window = first[:-2], _window(first, array.shape, rows)
    piece = tuple(slice(start, start + size) for start, size in window)
    numbers = np.atleast_2d(array[plane][piece])
    drawn = [[_number(number) for number in row] for row in numbers]
    return Block(label, drawn, np.atleast_2d(marks[plane][piece]).tolist(), _note(array, plane, piece, numbers.size))


def text(blocks: Iterable[Block]) -> str:
    """Draw blocks below each other; a wrong entry is followed by a star."""
    return "\n".join(line for one in blocks for line in _text_lines(one))


def html(blocks: Iterable[Block]) -> str:
    """Draw blocks beside each other as tables; a wrong entry is bold, framed and starred."""
    return f'<div class="unrolled-arrays">{"".join(map(_html_table, blocks))}</div>'


@dataclass(frozen=True)
class Drawing:
    """Something that a notebook draws as HTML and a terminal as text."""

    as_text: str
    as_html: str

    def __repr__(self) -> str:
        return self.as_text

    def _repr_html_(self) -> str:
        return self.as_html


def show(**arrays: Any) -> Drawing:
    """Draw arrays beside each other, each under its name: ``show(x=x, y=y)``."""
    blocks = [block(_title(name, value), value) for name, value in arrays.items()]
    return Drawing(text(blocks), STYLE + html(blocks))


def short(value: Any) -> str:
    """Write a value that is no array in a few words."""
    written = repr(value[:LONGEST] if isinstance(value, str | list | tuple) else value)
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}…"


def _title(name: str, value: Any) -> str:
    array = np.asarray(value)
    return f"{name} {array.shape}" if array.ndim else name


def _as_numbers(value: Any) -> np.ndarray | None:
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    return array if array.dtype.kind in "biufc" else None


def _window(first: tuple[Any, ...], shape: tuple[int, ...], rows: int) -> list[tuple[int, int]]:
    """For each of the last two axes: where to start, and how much to show."""
    sizes = (rows, COLUMNS)[-len(shape[-2:]) :] if shape else ()
    chosen = [
        (int(at), min(size, length), length) for at, size, length in zip(first[-2:], sizes, shape[-2:], strict=True)
    ]
    return [(max(0, min(at - size // 2, length - size)), size) for at, size, length in chosen]


def _note(array: np.ndarray, plane: tuple[Any, ...], piece: tuple[slice, ...], shown: int) -> str:
    """Name the plane and the part of it that are shown, unless it is all there is."""
    if shown == array.size:
        return ""
    parts = [
        ":" if part.stop - part.start == length else f"{part.start}:{part.stop}"
        for part, length in zip(piece, array.shape[-2:], strict=True)
    ]
    return f"[{', '.join([*map(str, map(int, plane)), *parts])}] of shape {array.shape}"


def _number(number: Any) -> str:
    return f"{number:.4g}" if isinstance(number, np.floating | np.complexfloating) else str(number)


def _text_lines(one: Block) -> list[str]:
    cells = [
        [n + ("*" if w else "") for n, w in zip(*pair, strict=True)] for pair in zip(one.rows, one.wrong, strict=True)
    ]
    width = max((len(cell) for row in cells for cell in row), default=0)
    lines = ["  ".join(cell.rjust(width) for cell in row) for row in cells]
    label = one.label.ljust(10)
    drawn = [f"{label if not number else ' ' * len(label)} [ {line} ]" for number, line in enumerate(lines)]
    return [*drawn, *([f"{' ' * len(label)}   {one.note}"] if one.note else [])]


def _html_table(one: Block) -> str:
    rows = "".join(
        f"<tr>{''.join(_html_cell(n, w) for n, w in zip(numbers, marks, strict=True))}</tr>"
        for numbers, marks in zip(one.rows, one.wrong, strict=True)
    )
    note = f"<figcaption>{escape(one.note)}</figcaption>" if one.note else ""
    return f"<figure><b>{escape(one.label)}</b><table>{rows}</table>{note}</figure>"


def _html_cell(number: str, wrong: bool) -> str:
    return f'<td class="unrolled-wrong">{escape(number)}*</td>' if wrong else f"<td>{escape(number)}</td>"


STYLE = """<style>
.unrolled-arrays { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; }
.unrolled-arrays figure { margin: .3rem 0; max-width: 100%; overflow-x: auto; }
.unrolled-arrays table { border-collapse: collapse; margin: .2rem 0; width: auto; }
.unrolled-arrays td { border: 1px solid #8886; padding: .15rem .45rem; text-align: right;
  font: .85em/1.4 monospace; background: none; }
.unrolled-arrays td.unrolled-wrong { font-weight: bold; outline: 2px solid #c44; outline-offset: -2px; }
.unrolled-arrays figcaption { font-size: .8em; opacity: .75; }
.unrolled-verdict { border-left: .3rem solid #888; padding: .1rem 0 .1rem .8rem; margin: .6rem 0; }
.unrolled-passed { border-color: #2a8a4a; } .unrolled-failed { border-color: #c44; }
.unrolled-verdict p { margin: .3rem 0; }
</style>
"""
