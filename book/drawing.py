"""Pictures for the chapters: arrays as squares with numbers in them, and plots, in one set of colours.

Matplotlib draws; the result is inline SVG whose colours are CSS variables, so that a picture follows the page
from light to dark. Positions are counted in cells, (row, column), from the top left corner, as in an array.

    board = Board(height=2, width=6)
    board.cells([4, 1, 3], (1, 2), "input", name="x")
    board.picture("A row of three numbers")
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from io import StringIO
from typing import Any, Literal, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

__all__ = ["LOOKS", "Board", "Picture", "Steps", "legend", "line_color", "picture", "plots", "steps"]

Place = tuple[float, float]


class Look(NamedTuple):
    """How cells of one kind look: (fill, line) on a light page and on a dark one, and the line by itself."""

    light: tuple[str, str]
    dark: tuple[str, str]
    width: float = 1.2
    style: str = "solid"


# The lines differ too, so that nobody needs to see the colours.
LOOKS = {
    "input": Look(("#dcebfd", "#1d5fa9"), ("#173450", "#76b4ef")),
    "kernel": Look(("#ffe5c6", "#a84b06"), ("#472f10", "#f0aa50"), width=2.6),
    "columns": Look(("#d6f1e4", "#0e7350"), ("#123d2f", "#50c89c")),
    "output": Look(("#e9defb", "#6a3eb4"), ("#342651", "#b799f1"), width=1.9),
    "gradient": Look(("#fcdbe4", "#b0254e"), ("#4b1d2c", "#f18ba7"), width=1.7, style="dashed"),
    "zero": Look(("#f0f1f3", "#757c86"), ("#262c35", "#959eaa"), style="dotted"),
}
INK, FAINT = ("#222833", "#d3dae1"), ("#5a6474", "#a0a8b3")  # text and what explains it, light and dark

CELL = 36.0  # points; the page shows one point as one pixel where it has room
NUMBER, NAME, INDEX = 15.0, 14.0, 11.0  # sizes of letters, in points


@dataclass(frozen=True)
class Picture:
    """A finished drawing: shown on a page as SVG, described in words to those who do not see it."""

    alt: str
    svg: str

    def __repr__(self) -> str:
        return f"[picture: {self.alt}]"

    def _repr_html_(self) -> str:
        return STYLE + self.svg


class Board:
    """A drawing surface, ``height`` by ``width`` cells."""

    def __init__(self, height: float, width: float) -> None:
        self._figure = Figure(figsize=(width * CELL / 72, height * CELL / 72))
        self._axes = self._figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self._axes.set_axis_off()

    def cells(
        self,
        values: Any,
        at: Place,
        look: str | Sequence[Any] = "input",
        name: str = "",
        index: bool | Sequence[object] = True,
    ) -> None:
        """Draw a row or a matrix.

        Args:
            values: numbers or words, 1-D for a row, 2-D for a matrix; ``""`` leaves a cell empty, None leaves it out.
            at: (row, column) of the upper left corner.
            look: a key of :data:`LOOKS`, or one for every cell.
            name: stands left of a row, and above the upper left corner of a matrix.
            index: whether to number the columns (above) and a matrix's rows (left); or what to write above.
        """
        array = np.array(values, dtype=object)
        table = np.atleast_2d(array)
        looks = np.broadcast_to(np.array(look, dtype=object), table.shape)
        for (i, j), value in np.ndenumerate(table):
            if value is not None:
                self._cell(value, (at[0] + i, at[1] + j), str(looks[i, j]))
        if index is not False:
            above: Sequence[object] = range(table.shape[1]) if index is True else index
            for j, label in enumerate(above):
                self.text(str(label), (at[0] - 0.29, at[1] + j + 0.5), size=INDEX, faint=True)
        if array.ndim == 2 and index is True:
            for i in range(len(table)):
                self.text(str(i), (at[0] + i + 0.5, at[1] - 0.26), size=INDEX, faint=True)
        if name:
            left = array.ndim < 2
            place = (at[0] + 0.5, at[1] - 0.25) if left else (at[0] - 0.8, at[1])
            self.text(name, place, look=str(looks[0, 0]), align="right" if left else "left", bold=True)

    def frame(self, at: Place, height: float, width: float, look: str = "kernel", style: str = "solid") -> None:
        """Draw a frame around cells: ``height`` by ``width`` of them from ``at``."""
        out = 0.06
        corner, sides = (at[1] - out, at[0] - out), (width + 2 * out, height + 2 * out)
        edge = LOOKS[look].light[1]
        self._axes.add_patch(Rectangle(corner, *sides, fill=False, edgecolor=edge, lw=2.6, ls=style, zorder=2))

    def hatch(self, at: Place, height: float = 1, width: float = 1) -> None:
        """Strike cells through with slanting lines: nothing reads them."""
        patch = Rectangle((at[1], at[0]), width, height, fill=False, edgecolor=FAINT[0], lw=0, hatch="////", zorder=2)
        self._axes.add_patch(patch)

    def line(self, tail: Place, head: Place, look: str = "", arrow: bool = True, bend: float = 0) -> None:
        """Draw a line from ``tail`` to ``head``, with an arrow's point unless told otherwise."""
        color = LOOKS[look].light[1] if look else FAINT[0]
        shape = f"arc3,rad={bend}"
        point = "-|>,head_length=5,head_width=3" if arrow else "-"
        ends = (tail[::-1], head[::-1])
        self._axes.add_patch(
            FancyArrowPatch(
                *ends, arrowstyle=point, connectionstyle=shape, color=color, lw=1.6, shrinkA=0, shrinkB=0, zorder=2
            )
        )

    def text(
        self,
        words: str,
        at: Place,
        *,
        look: str = "",
        size: float = NAME,
        align: Literal["left", "center", "right"] = "center",
        bold: bool = False,
        faint: bool = False,
    ) -> None:
        """Write words; ``at`` is the middle of their height."""
        color = LOOKS[look].light[1] if look else (FAINT if faint else INK)[0]
        weight = "bold" if bold else "normal"
        self._axes.text(at[1], at[0], words, size=size, color=color, ha=align, va="center_baseline", weight=weight)

    def picture(self, alt: str) -> Picture:
        """Finish; ``alt`` says in words what the picture shows."""
        return picture(self._figure, alt)

    def _cell(self, value: object, at: Place, look: str) -> None:
        kind = LOOKS[look]
        fill, edge = kind.light
        self._axes.add_patch(
            Rectangle(
                (at[1], at[0]),
                1,
                1,
                facecolor=fill,
                edgecolor=edge,
                lw=kind.width,
                ls=kind.style,
                zorder=1 + kind.width / 10,  # so that no thin line crosses a thick one
            )
        )
        words = _words(value)
        size = NUMBER if len(words) < 4 else NUMBER * 0.8
        self.text(words, (at[0] + 0.5, at[1] + 0.5), size=size, faint=look == "zero", bold=look == "output")


def plots(heights: Sequence[float], width: float = 11) -> tuple[Figure, list[Axes]]:
    """Return a figure of plots below each other; sizes are in cells, and the horizontal axis is shared."""
    look: dict[Any, Any] = {"font.size": INDEX + 1, "axes.titlesize": NAME}
    for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"):
        look[name] = INK[0]
    with matplotlib.rc_context(look):
        figure = Figure(figsize=(width * CELL / 72, sum(heights) * CELL / 72), layout="constrained")
        rows = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    for axes in rows[:, 0]:
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0)
    return figure, list(rows[:, 0])


def picture(figure: Figure, alt: str) -> Picture:
    """Finish a figure, such as one made by :func:`plots`; ``alt`` says in words what it shows."""
    drawn = StringIO()
    # Letters stay letters (small files, the page's font); the salt keeps the ids of two pictures apart.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": alt, "hatch.linewidth": 1.2}):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    svg = drawn.getvalue()
    body = re.sub(r"<(metadata|style).*?</\1>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", body))
    body = re.sub(r' id="([\w-]+)"', lambda found: found[0] if found[1] in used else "", body)
    body = re.sub(r"font-family: [^;\"]*", "font-family: var(--unrolled-font)", body)
    body = re.sub(r"(\d\.\d\d)\d+", r"\1", re.sub(r"\s+", " ", body))  # a hundredth of a point is fine enough
    for variable, (light, _) in _variables().items():
        body = body.replace(light, f"var({variable})")
    width = figure.get_figwidth() * 72
    opening = f'<svg class="unrolled-picture" role="img" aria-label="{escape(alt)}" style="max-width: {width:.0f}px"'
    box = re.search(r'viewBox="[^"]*"', body)
    assert box, "Matplotlib writes a viewBox into every SVG"
    return Picture(alt, re.sub(r"<svg[^>]*>", f"{opening} {box[0]}>", body, count=1).strip())


def line_color(look: str) -> str:
    """Return the colour of a look's lines, for use in plots."""
    return LOOKS[look].light[1]


def steps(frames: Sequence[Picture], label: str) -> "Steps":
    """Put pictures behind each other; the reader chooses one with radio buttons, which the arrow keys move."""
    return Steps(tuple(frames), label)


@dataclass(frozen=True)
class Steps:
    """Pictures of which one shows at a time."""

    frames: tuple[Picture, ...]
    label: str

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.frames))

    def _repr_html_(self) -> str:
        group = "steps-" + sha256(self.label.encode()).hexdigest()[:8]
        buttons = "".join(
            f'<input type="radio" name="{group}" id="{group}-{i}"{" checked" if i == 0 else ""}>'
            f'<label for="{group}-{i}">{i}</label>'
            for i in range(len(self.frames))
        )
        shown = ",".join(
            f".{group} > input:nth-of-type({i + 1}):checked ~ svg:nth-of-type({i + 1})" for i in range(len(self.frames))
        )
        return (
            f"{STYLE}<style>{shown} {{ display: block; }}</style>"
            f'<div class="unrolled-steps {group}" role="radiogroup" aria-label="{escape(self.label)}">'
            f"<span>{escape(self.label)}</span>{buttons}{''.join(frame.svg for frame in self.frames)}</div>"
        )


def legend(looks: Iterable[tuple[str, str]]) -> Picture:
    """Draw one cell of each look with words beside it: ``[("input", "x, what goes in"), ...]``."""
    listed = list(looks)
    board = Board(height=1.25 * len(listed), width=9)
    for i, (look, words) in enumerate(listed):
        board.cells([""], (1.25 * i + 0.12, 0.15), look, index=False)
        board.text(words, (1.25 * i + 0.62, 1.5), align="left")
    return board.picture("Legend: " + "; ".join(f"{look}: {words}" for look, words in listed))


def _words(value: object) -> str:
    if isinstance(value, float | np.floating):
        value = f"{value:.3g}"
    return str(value).replace("-", "−")


def _variables() -> dict[str, tuple[str, str]]:
    colors = {"--unrolled-ink": INK, "--unrolled-faint": FAINT}
    for name, look in LOOKS.items():
        colors[f"--unrolled-{name}-fill"] = (look.light[0], look.dark[0])
        colors[f"--unrolled-{name}-line"] = (look.light[1], look.dark[1])
    return colors


def _style() -> str:
    light = "".join(f"{name}:{color};" for name, (color, _) in _variables().items())
    dark = "".join(f"{name}:{color};" for name, (_, color) in _variables().items())
    return f"""<style>
:root {{ --unrolled-font: var(--pst-font-family-base, sans-serif); {light} }}
html[data-theme="dark"] {{ {dark} }}
.unrolled-picture {{ display: block; width: 100%; height: auto; margin: 0 auto; stroke-linejoin: round; }}
.unrolled-steps > svg {{ display: none; }}
.unrolled-steps > span {{ margin-right: .8rem; }}
.unrolled-steps > label {{ margin: 0 .9rem 0 .25rem; }}
@media print {{ .unrolled-steps > svg {{ display: block !important; }} }}
</style>
"""


STYLE = _style()
