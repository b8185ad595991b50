"""What comes of calling somebody's function: a value, or the reason why there is none."""

import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self, get_args

import numpy as np

from unrolled.judge.guard import Guard
from unrolled.wire import Limits, UnsupportedValueError, copied, lies_on_device

Problem = Literal["", "missing", "untouched", "raised", "forbidden", "unsupported", "timeout", "died"]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)
LONGEST_DETAIL = 300  # characters of an error message that are worth repeating
LONGEST_NAME, MOST_NAMES = 60, 20  # of arguments


@dataclass(frozen=True)
class Outcome:
    """The value that came back, or the problem that kept it from coming.

    Attributes:
        value: what was returned, as plain values and arrays; None when there is a problem.
        problem: ``""`` if a value came; else what happened instead.
        detail: the error's type and message, the forbidden routine, the unsupported type, the seconds waited, or the
            function that is still to be written, where it is known.
        line: the line of the student's code that raised, with its number.
        changed: names of the arguments that the call modified.
        shared: names of the arguments whose memory the returned array looks into.
        place: ``"device"`` if all arrays in the value lay there, ``"both"`` if some did.
    """

    value: Any = None
    problem: Problem = ""
    detail: str = ""
    line: str = ""
    changed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    place: str = ""

    def as_tree(self) -> dict[str, Any]:
        """Return the value, and of the other fields those that are not empty, as most are."""
        return {name: field for name, field in vars(self).items() if name == "value" or field}

    @classmethod
    def of_parts(cls, outcomes: Sequence["Outcome"]) -> Self:
        """Put several outcomes into one, as those of a layer's parts."""
        return cls(value=[outcome.as_tree() for outcome in outcomes])

    def parts(self, count: int) -> "tuple[Outcome, ...]":
        """Take apart what :meth:`of_parts` made; a problem, or another count, is every part's problem."""
        if self.problem:
            return (self,) * count
        try:
            outcomes = tuple(map(Outcome.from_tree, self.value))
        except (TypeError, KeyError):
            outcomes = ()
        return outcomes if len(outcomes) == count else (Outcome(problem="died", detail="it sent no reply"),) * count

    @classmethod
    def from_tree(cls, tree: Any) -> Self:
        """Rebuild an outcome, distrusting every field of the tree.

        Raises:
            TypeError, KeyError: if a field is not what it should be, or the value is missing.
        """
        if not isinstance(tree, dict):
            raise TypeError("an outcome is a dict")
        changed, shared = tree.get("changed", ()), tree.get("shared", ())
        if not isinstance(changed, tuple | list) or not isinstance(shared, tuple | list):
            raise TypeError("an outcome holds a field that is no list of names")
        problem, detail, line, place = (tree.get(field, "") for field in ("problem", "detail", "line", "place"))
        if not all(isinstance(text, str) for text in (problem, detail, line, place, *changed, *shared)):
            raise TypeError("an outcome holds a field that is no text")
        if problem not in PROBLEMS:
            raise TypeError("an outcome holds no known problem")
        return cls(
            value=tree["value"],
            problem=problem,
            detail=detail[:LONGEST_DETAIL],
            line=line[:LONGEST_DETAIL],
            changed=tuple(name[:LONGEST_NAME] for name in changed[:MOST_NAMES]),
            shared=tuple(name[:LONGEST_NAME] for name in shared[:MOST_NAMES]),
            place=place[:LONGEST_NAME],
        )


def run(
    function: Callable[..., Any], args: Mapping[str, Any], file: str = "", forbidden: Sequence[str] = ()
) -> Outcome:
    """Call ``function(**args)`` and tell what came of it; arguments are given back as they were.

    Args:
        function: the student's, or one that calls it.
        args: by name.
        file: where the student's function stands, if ``function`` is another one; its lines are quoted.
        forbidden: routines, such as ``"numpy.correlate"``, that the call must not reach.
    """
    before = {name: np.array(on_host(value)) for name, value in args.items() if _is_array(value)}
    outcome = _came_of(function, args, file or file_of(function), forbidden)
    changed = restore(args, before)
    return outcome if outcome.problem else replace(outcome, changed=changed)


def _came_of(function: Callable[..., Any], args: Mapping[str, Any], file: str, forbidden: Sequence[str]) -> Outcome:
    guard = Guard(forbidden)
    try:
        with guard:
            value = function(**args)
    except NotImplementedError as error:
        return Outcome(problem="untouched", detail=_stub(error.__traceback__))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if guard.used:
            return Outcome(problem="forbidden", detail=guard.used)
        return Outcome(problem="raised", detail=describe_error(error), line=_line_of(error.__traceback__, file))
    if guard.used:
        return Outcome(problem="forbidden", detail=guard.used)
    arrays = {name: arg for name, arg in args.items() if isinstance(value, np.ndarray) and _is_array(arg)}
    shared = tuple(name for name, arg in arrays.items() if _overlap(value, arg))
    return replace(carried(value), shared=shared)


def file_of(function: Any) -> str:
    """Return the name of the file, or of what stands for a notebook's cell, that defines a function or a class."""
    for place in (function, getattr(function, "__init__", None), getattr(function, "forward", None)):
        if name := getattr(getattr(place, "__code__", None), "co_filename", ""):
            return str(name)
    return ""


def carried(value: Any) -> Outcome:
    """Reduce a value to what a message carries, so that it looks the same wherever it is judged."""
    try:
        return Outcome(copied(on_host(value), Limits()), place=_place_of(value))
    except UnsupportedValueError as error:
        return Outcome(problem="unsupported", detail=str(error)[:LONGEST_DETAIL])


def describe_error(error: BaseException) -> str:
    """Return an error's type and message in one line of limited length, whatever its ``__str__`` does."""
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    first = message.strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}"[:LONGEST_DETAIL] if first else type(error).__name__


def restore(args: Mapping[str, Any], before: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Give arrays back their former contents, if they kept their shape; return the names of those that had changed."""
    changed = tuple(name for name, old in before.items() if not _same_bytes(old, on_host(args[name])))
    for name in changed:
        if lies_on_device(args[name]):
            args[name].set(before[name])
        elif args[name].shape == before[name].shape:
            args[name][...] = before[name]
    return changed


def on_host(value: Any) -> Any:
    """Return a value with NumPy arrays in the place of those that lie on the device."""
    if lies_on_device(value):
        return value.get()
    if isinstance(value, tuple | list) and any(map(lies_on_device, value)):
        return list(map(on_host, value)) if isinstance(value, list) else tuple(map(on_host, value))
    return value


def _place_of(value: Any) -> str:
    arrays = [item for item in (value if isinstance(value, tuple | list) else [value]) if _is_array(item)]
    there = sum(map(lies_on_device, arrays))
    return "" if not there else "device" if there == len(arrays) else "both"


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or lies_on_device(value)


def _same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _overlap(a: np.ndarray, b: Any) -> bool:
    return a.size > 0 and isinstance(b, np.ndarray) and bool(np.may_share_memory(a, b))


def _stub(trace: TracebackType | None) -> str:
    """Name the function of the notebook, perhaps a method, that raised, if it has a name there."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_globals.get("__name__") != "__main__":
        return ""
    name = trace.tb_frame.f_code.co_qualname
    return name[:LONGEST_NAME] if name.replace(".", "").isidentifier() else ""


def _line_of(trace: TracebackType | None, file: str) -> str:
    """Quote the innermost line that stands in a given file, such as a notebook's cell."""
    quoted = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            text = linecache.getline(file, trace.tb_lineno).strip()
            quoted = f"line {trace.tb_lineno}: {text}" if text else f"line {trace.tb_lineno}"
        trace = trace.tb_next
    return quoted[:LONGEST_DETAIL]
