"""A sketch recognises the array it was made of, up to rounding, and no other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unrolled.judge.compare import TOLERANCES, compare_values
from unrolled.judge.sketch import SHORTEST, sketched

arrays = hnp.arrays(
    dtype=st.sampled_from(["int64", "float32", "float64", "complex128"]),
    shape=hnp.array_shapes(min_dims=1, max_dims=4, min_side=2, max_side=5),
    elements=st.integers(-1000, 1000),
)


@given(arrays, st.integers(0, 10**6))
@settings(deadline=None)
def test_it_fits_the_array_and_no_array_with_another_entry(array: np.ndarray, place: int) -> None:
    kept = sketched(array)
    assert isinstance(kept, dict) == (array.size >= SHORTEST)
    assert compare_values(kept, array.copy()) is None
    other = array.copy()
    other.flat[place % other.size] += 1 + np.abs(array).max() // 100
    assert compare_values(kept, other) is not None


@given(st.integers(0, 2**32), st.sampled_from(["float32", "float64"]), st.integers(SHORTEST, 2000))
@settings(deadline=None)
def test_it_fits_after_rounding(seed: int, dtype: str, size: int) -> None:
    rng = np.random.default_rng(seed)
    array = rng.normal(size=size).astype(dtype)
    error = rng.uniform(-1, 1, size) * 0.5 * TOLERANCES[dtype] * np.abs(array).max()
    assert compare_values(sketched(array), (array + error).astype(dtype)) is None


X = np.arange(1.0, 25.0).reshape(4, 6)
OTHERS: dict[str, Any] = {
    "transposed": X.T,
    "flipped": X[::-1],
    "permuted": X.reshape(6, 4).T.reshape(4, 6),
    "float32": X.astype("float32"),
    "negative": -X,
    "scaled": X * (1 + 1e-6),
    "NaN": np.where(X == 5, np.nan, X),
    "infinite": np.where(X == 5, np.inf, X),
    "a list": X.tolist(),
    "None": None,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_it_does_not_fit_another(other: Any) -> None:
    assert compare_values(sketched(X), X.copy()) is None
    assert compare_values(sketched(X), other) is not None


def test_nan_is_at_its_place() -> None:
    one, other = np.where(X == 5, np.nan, X), np.where(X == 6, np.nan, X)
    assert compare_values(sketched(one), one.copy()) is None
    assert compare_values(sketched(one), other) is not None


def test_arrays_within_other_values_are_sketched_too() -> None:
    kept = sketched([{"value": X}, (X, 3)])
    assert compare_values(kept[0]["value"], X) is None
    assert kept[1][1] == 3
    assert compare_values(kept[1], (X, 3)) is None
