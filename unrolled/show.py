"""Arrays drawn beside each other, as text and as HTML: small ones whole, large ones where it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

ROWS, COLUMNS = 8, 12  # what fits beside another array on a laptop's screen


@dataclass(frozen=True)
class Block:
    """A labelled piece of an array: rows of formatted numbers, marks beside the wrong ones, what was left out."""

    label: str
    rows: list[list[str]]
    wrong: list[list[bool]]
    note: str


def block(label: str, value: Any, wrong: np.ndarray | None = None) -> Block:
    """Cut out of an array the piece that is worth showing: around the first wrong entry, else the beginning."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biufc":
        return Block(label, [[repr(value)[:80]]], [[False]], "")
    if array.size == 0:
        return Block(label, [], [], f"empty, shape {array.shape}")
    marks = np.zeros(array.shape, bool) if wrong is None else np.asarray(wrong, bool)
    first = np.unravel_index(marks.argmax(), marks.shape) if marks.any() else (0,) * array.ndim
    plane = first[:-2]
    where = "".join(f"{index}, " for index in plane)
    corner = [max(0, min(at - size // 2, length - size)) for at, size, length in _window(first, array.shape)]
    piece = tuple(
        slice(start, start + size) for start, (_, size, _) in zip(corner, _window(first, array.shape), strict=True)
    )
    numbers = np.atleast_2d(array[plane][piece])
    note = _note(array, where, piece, numbers.size)
    rows = [[_number(number) for number in row] for row in numbers]
    return Block(label, rows, np.atleast_2d(marks[plane][piece]).tolist(), note)


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


def _title(name: str, value: Any) -> str:
    array = np.asarray(value)
    return f"{name} {array.shape}" if array.ndim else name


def _window(first: tuple[Any, ...], shape: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """For each of the last two axes: position to show, how much of the axis, its length."""
    sizes = (ROWS, COLUMNS)[-len(shape[-2:]) :] if shape else ()
    pairs = zip(first[-2:], sizes, shape[-2:], strict=True)
    return [(int(at), min(size, length), length) for at, size, length in pairs]


def _note(array: np.ndarray, where: str, piece: tuple[slice, ...], shown: int) -> str:
    if shown == array.size:
        return ""
    inner = ", ".join(f"{part.start}:{part.stop}" for part in piece)
    return f"[{where}{inner}] of shape {array.shape}"


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
