"""Is what came back what was expected? And if not, in which respect does it differ first?"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from unrolled.judge.outcome import Outcome
from unrolled.judge.sketch import fits, is_sketch

# Largest error that rounding may cause, as a share of the largest entry: sums of a few thousand terms stay below.
TOLERANCES = {"float16": 1e-2, "float32": 2e-5, "float64": 1e-10, "complex64": 2e-5, "complex128": 1e-10}
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Difference:
    """The first respect in which a value differs from the expected one.

    Attributes:
        kind: which respect.
        text: the difference as a clause, such as "has shape (3,), not (4,)".
        wrong: for values, a boolean array that marks the differing entries.
    """

    kind: Literal["problem", "type", "shape", "dtype", "nan", "values"]
    text: str
    wrong: np.ndarray | None = None


def compare(expected: Outcome, got: Outcome, args: Mapping[str, Any] = NOTHING) -> Difference | None:
    """Return how ``got`` differs from ``expected``, or None if it does not; ``args`` are what both were made of."""
    if expected.problem or got.problem:
        if (expected.problem, _error_type(expected)) == (got.problem, _error_type(got)):
            return None
        return Difference("problem", got.detail or "returned a value where an error was expected")
    if expected.place != got.place:
        return Difference("type", _PLACES.get(got.place, "lies in no known place"))
    return compare_values(expected.value, got.value, args)


_PLACES = {
    "": "is not on the device, where it is asked",
    "device": "is on the device, where a NumPy array is asked",
    "both": "is partly on the device and partly not",
}


def compare_values(expected: Any, got: Any, args: Mapping[str, Any] = NOTHING) -> Difference | None:
    """Compare two plain values: arrays entry by entry, up to the rounding that their dtype allows.

    A plain number does not say in which dtype it was computed; there the arrays among ``args`` tell.
    """
    if is_sketch(expected):
        same = fits(expected, got, TOLERANCES.get(expected["sketch"]["dtype"], 0.0))
        return None if same else Difference("values", "is another array")
    if isinstance(expected, tuple | list):
        return _compare_sequences(expected, got, args)
    if isinstance(expected, np.ndarray):
        return _compare_arrays(expected, got)
    if isinstance(expected, bool | str) or expected is None:
        equal = type(got) is type(expected) and got == expected
        return None if equal else Difference("type", f"is {_name(got)}, not {expected!r}")
    return _compare_numbers(expected, got, args)


@np.errstate(all="ignore")  # whatever numbers came back, comparing them is quiet
def close(expected: np.ndarray, got: np.ndarray, *others: Any) -> np.ndarray:
    """Mark the entries of two arrays of one shape that agree up to rounding; NaN agrees with NaN.

    The dtypes of ``others`` may have rounded as well.
    """
    equal = np.asarray(expected == got)
    if equal.all():  # as most are
        return equal
    tolerance = max(TOLERANCES.get(str(getattr(value, "dtype", "")), 0.0) for value in (expected, got, *others))
    if tolerance == 0.0:
        return equal
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    return np.asarray(np.isclose(got, expected, rtol=0.0, atol=tolerance * scale, equal_nan=True))


def _compare_arrays(expected: np.ndarray, got: Any) -> Difference | None:
    if not isinstance(got, np.ndarray):
        return Difference("type", f"is {_name(got)}, not an array")
    if got.shape != expected.shape:
        return Difference("shape", f"has shape {got.shape}, not {expected.shape}")
    if got.dtype != expected.dtype:
        return Difference("dtype", f"has dtype {got.dtype}, not {expected.dtype}")
    wrong = ~close(expected, got)
    if not wrong.any():
        return None
    if got.dtype.kind in "fc" and np.isnan(got[wrong]).any():
        return Difference("nan", "holds NaN (not a number)", wrong)
    return Difference("values", f"differs in {wrong.sum()} of {_entries(wrong.size)}", wrong)


def _compare_numbers(expected: Any, got: Any, args: Mapping[str, Any]) -> Difference | None:
    whole = isinstance(expected, int | np.integer)
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if not isinstance(got, int | float | np.integer | np.floating) or isinstance(got, bool):
        return Difference("type", f"is {_name(got)}, not {'a whole number' if whole else 'a number'}")
    if whole and not isinstance(got, int | np.integer):
        return Difference("type", f"is the floating-point number {got}, not a whole number")
    if bool(close(np.asarray(expected, float), np.asarray(got, float), *(() if whole else args.values()))):
        return None
    return Difference("values", f"is {got}, not {expected}")


def _compare_sequences(expected: tuple[Any, ...] | list[Any], got: Any, args: Mapping[str, Any]) -> Difference | None:
    if not isinstance(got, tuple | list):
        wanted = "a list" if isinstance(expected, list) else f"{len(expected)} values"
        return Difference("type", f"is {_name(got)}, not {wanted}")
    if len(got) != len(expected):
        return Difference("type", f"holds {len(got)} values, not {len(expected)}")
    for number, (one, other) in enumerate(zip(expected, got, strict=True), start=1):
        if difference := compare_values(one, other, args):
            return Difference(difference.kind, f"({number}. value) {difference.text}")
    return None


def _error_type(outcome: Outcome) -> str:
    return outcome.detail.partition(":")[0] if outcome.problem == "raised" else ""


def _name(value: Any) -> str:
    names = {"NoneType": "None", "ndarray": "an array", "str": "a string", "int": "an integer", "dict": "a dict"}
    name = type(value).__name__
    return names.get(name, f"a {name}")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
