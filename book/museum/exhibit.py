"""What an exhibit of the bug museum is: wrong code, the smallest input that shows it, and the test that catches it."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, Literal, get_args

import numpy as np

Theme = Literal[
    "Sizes",
    "Axes and order",
    "Stride and dilation",
    "Padding",
    "col2im",
    "Backward",
    "Pooling",
    "Groups and definition",
    "Layout and dtype",
    "GPU and timing",
]
THEMES: tuple[Theme, ...] = get_args(Theme)
MARK = "# wrong"


@dataclass(frozen=True)
class Exhibit:
    """A published bug.

    Attributes:
        id: short, hyphenated; also the anchor on the page.
        theme: the part of the museum that it hangs in.
        title: what is wrong, as a clause.
        where: the project or text that had it.
        link: where that can be read up.
        stood: how long it was there, as a phrase that follows "It stood", or "" where that is not known.
        told: a few sentences: what the code assumes, and when that does not hold; that the program stops, if it does.
        wrong: our own short version; the line at fault ends with ``# wrong``.
        right: what to compare with; takes the same arguments.
        args: the smallest input that shows the bug, by name: no array can lose an entry along an axis, and no number
            be one less, without the bug hiding.
        caught_by: a test that examines a function, as the course's students write them.
    """

    id: str
    theme: Theme
    title: str
    where: str
    link: str
    stood: str
    told: str
    wrong: Callable[..., Any]
    right: Callable[..., Any]
    args: Mapping[str, Any]
    caught_by: Callable[[Callable[..., Any]], None]

    @property
    def code(self) -> str:
        """The wrong code, with its mark."""
        return source_of(self.wrong)

    @property
    def test(self) -> str:
        """The source of the test that catches it."""
        return source_of(self.caught_by)


def result(function: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """Return what a function makes of copies of its arguments, or in words which error it raises."""
    copies = {name: np.array(value) if isinstance(value, np.ndarray) else value for name, value in args.items()}
    try:
        with np.errstate(all="ignore"):
            return function(**copies)
    except Exception as error:  # whatever wrong code does is what the exhibit shows
        return f"{type(error).__name__}: {error}"


def same(one: Any, other: Any) -> bool:
    """Are two results alike: in structure, shape, dtype and, up to rounding, in value?"""
    if isinstance(one, tuple | list):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, str | None) or isinstance(other, str | None):
        return bool(one is other or (type(one) is type(other) and one == other))
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and one.dtype == other.dtype and np.allclose(one, other, equal_nan=True)


def shows(exhibit: Exhibit, args: Mapping[str, Any]) -> bool:
    """Does this input show the bug? Not one that the right code refuses."""
    expected = result(exhibit.right, args)
    return not isinstance(expected, str) and not same(expected, result(exhibit.wrong, args))


def smaller(args: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield inputs that are a step smaller: an array without its last entry along an axis, a number one nearer to 0."""
    for name, value in args.items():
        if isinstance(value, np.ndarray):
            for axis in range(value.ndim):
                if value.shape[axis] > 1:
                    yield {**args, name: np.delete(value, -1, axis)}
        elif isinstance(value, tuple):
            for place, number in enumerate(value):
                if isinstance(number, int) and number > 0:
                    yield {**args, name: (*value[:place], number - 1, *value[place + 1 :])}
        elif isinstance(value, int) and not isinstance(value, bool) and value > 0:
            yield {**args, name: value - 1}


def source_of(function: Callable[..., Any]) -> str:
    """Return a function's source."""
    return dedent(inspect.getsource(function))
