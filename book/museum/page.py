"""The museum as HTML: at the entrance a choice of themes, and a hall for each, with what its exhibits compute now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from museum.collection import EXHIBITS
from museum.exhibit import MARK, THEMES, Exhibit, Theme, result
from unrolled.show import STYLE, Block, block, html, short


@dataclass(frozen=True)
class Html:
    """Something that a page shows as HTML."""

    html: str

    def __repr__(self) -> str:
        return f"[{len(self.html)} characters of HTML]"

    def _repr_html_(self) -> str:
        return self.html


def anchor(theme: Theme) -> str:
    """Return the id that the page's section for a theme has."""
    return theme.lower().replace(" ", "-")


def entrance() -> Html:
    """Return the choice of a theme; the browser's own style rules hide the other halls, without a script."""
    choices = [_choice("all", f"All {len(EXHIBITS)}", checked=True)]
    rules = []
    for theme in THEMES:
        count = sum(exhibit.theme == theme for exhibit in EXHIBITS)
        choices.append(_choice(anchor(theme), f"{theme} ({count})"))
        others = ", ".join(f"section#{anchor(other)}" for other in THEMES if other != theme)
        rules.append(f"article:has(#museum-{anchor(theme)}:checked) :is({others}) {{ display: none; }}")
    return Html(
        f"{STYLE}<style>{' '.join(rules)}</style>"
        f'<fieldset class="museum-themes"><legend>Show</legend>{"".join(choices)}</fieldset>'
    )


def habits() -> Html:
    """Count which exhibits would be hidden by habits of testing: by what their smallest inputs have to avoid."""
    rows = "".join(
        f"<tr><td>{escape(habit)}</td><td>{sum(map(breaks, EXHIBITS))}</td></tr>" for habit, breaks in HABITS.items()
    )
    head = f"<thead><tr><th>of {len(EXHIBITS)} smallest inputs</th><th></th></tr></thead>"
    return Html(f"<table>{head}<tbody>{rows}</tbody></table>")


def _arrays(exhibit: Exhibit) -> list[np.ndarray]:
    return [value for value in exhibit.args.values() if isinstance(value, np.ndarray)]


def _numbers(exhibit: Exhibit) -> int:
    return sum(np.size(value) for value in exhibit.args.values())


HABITS: dict[str, Callable[[Exhibit], bool]] = {
    "hold at most four numbers": lambda exhibit: _numbers(exhibit) <= 4,
    "hold an array that is higher than wide, or wider than high": lambda exhibit: any(
        array.ndim > 1 and array.shape[-1] != array.shape[-2] for array in _arrays(exhibit)
    ),
    "hold no array at all": lambda exhibit: not _arrays(exhibit),
}


def hall(theme: Theme) -> Html:
    """Return the exhibits of one theme."""
    return Html("".join(map(_exhibit, (exhibit for exhibit in EXHIBITS if exhibit.theme == theme))))


def _choice(name: str, label: str, *, checked: bool = False) -> str:
    mark = " checked" if checked else ""
    return f'<label><input type="radio" name="museum" id="museum-{name}"{mark}> {escape(label)}</label> '


def _exhibit(exhibit: Exhibit) -> str:
    """Draw one exhibit: where it was, what it says, what it makes of the smallest input, and the test."""
    expected, got = result(exhibit.right, exhibit.args), result(exhibit.wrong, exhibit.args)
    stood = f" It stood {escape(exhibit.stood)}." if exhibit.stood else ""
    return (
        f'<section class="museum-exhibit" id="{exhibit.id}"><h3>{escape(exhibit.title)}'
        f'<a class="headerlink" href="#{exhibit.id}" title="Link to this exhibit">#</a></h3>'
        f'<p>In <a href="{escape(exhibit.link)}">{escape(exhibit.where)}</a>.{stood}</p>'
        f"<p>{escape(exhibit.told)}</p>{_code(exhibit.code)}"
        f"<p>With {_arguments(exhibit)}{_outcome(expected, got)}</p>{html(_blocks(exhibit, expected, got))}"
        f"<details><summary>The test that catches it</summary>{_code(exhibit.test)}</details></section>"
    )


def _arguments(exhibit: Exhibit) -> str:
    """Name the arguments that are no arrays, and the shapes of those that are."""
    named = []
    for name, value in exhibit.args.items():
        about = _kind(value) if isinstance(value, np.ndarray) else short(value)
        named.append(f"<code>{escape(name)}</code> {'' if isinstance(value, np.ndarray) else '= '}{escape(about)}")
    return "; ".join(named)


def _kind(array: np.ndarray) -> str:
    order = "" if array.flags.c_contiguous else ", in memory column by column"
    return f"{array.shape}, {array.dtype}{order}"


def _outcome(expected: object, got: object) -> str:
    """Say what came out, unless both results are arrays, which are drawn."""
    if isinstance(expected, np.ndarray) and isinstance(got, np.ndarray):
        return ":"
    return f", expected is <b>{escape(_said(expected))}</b>, and what comes out is <b>{escape(_said(got))}</b>."


def _said(value: object) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else str(value)


def _blocks(exhibit: Exhibit, expected: object, got: object) -> Iterable[Block]:
    arrays = [(name, value) for name, value in exhibit.args.items() if isinstance(value, np.ndarray)]
    yield from (block(name, value) for name, value in arrays)
    wrong = None
    if isinstance(expected, np.ndarray) and isinstance(got, np.ndarray) and expected.shape == got.shape:
        wrong = ~np.isclose(expected, got, equal_nan=True)
    if isinstance(expected, np.ndarray):
        yield block("expected", expected, around=wrong)
    if isinstance(got, np.ndarray):
        yield block("got", got, wrong)


def _code(source: str) -> str:
    """Highlight code, and the line in it that is wrong."""
    lines = source.splitlines()
    wrong = [number for number, line in enumerate(lines, start=1) if line.endswith(MARK)]
    clean = "\n".join(line.removesuffix(MARK).rstrip() for line in lines)
    return str(highlight(clean, PythonLexer(), HtmlFormatter(wrapcode=True, hl_lines=wrong)))
