"""The stand-in for CuPy: computes what NumPy computes, and refuses what CuPy refuses."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from unrolled.device import Array, asnumpy, get_array_module, scatter_add, xp
from unrolled.judge.outcome import carried

A = np.arange(12.0, dtype="f4").reshape(3, 4)
I = np.array([2, 0, 2])  # noqa: E741


def total_of_squares(a: Any) -> Any:
    xp_ = get_array_module(a)
    return xp_.sqrt((a * a).sum(axis=0)) + 1


COMPUTATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "operators": lambda m, a: (a + 1) * a - a / 2 > 3,
    "matrix product": lambda m, a: a @ a.T,
    "from the right": lambda m, a: 2 - a,
    "in place": lambda m, a: a.__iadd__(a),
    "a function of the module": lambda m, a: m.maximum(a, 5),
    "a function of NumPy's": lambda m, a: np.tanh(a),
    "another function of NumPy's": lambda m, a: np.pad(a, ((1, 0), (0, 2))),
    "methods": lambda m, a: a.reshape(2, -1).transpose(1, 0).sum(axis=1, keepdims=True),
    "a slice": lambda m, a: a[1:, ::2],
    "no axes": lambda m, a: a.sum(),
    "an index array": lambda m, a: a[m.asarray(I)],
    "windows": lambda m, a: m.lib.stride_tricks.sliding_window_view(a, (2, 2)),
    "several arrays": lambda m, a: m.stack([a, a]),
    "several results": lambda m, a: m.divmod(a, 3)[1],
    "new arrays": lambda m, a: m.zeros((2, 3), a.dtype),
    "einsum": lambda m, a: m.einsum("ij,kj->ik", a, a),
    "either module": lambda m, a: total_of_squares(a),
    "the real part": lambda m, a: a.real,
    "strings of types": lambda m, a: a.astype("f8"),
}


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS.keys())
def test_it_computes_what_numpy_computes_and_stays_on_the_device(compute: Callable[[Any, Any], Any]) -> None:
    expected, got = compute(np, A.copy()), compute(xp, xp.asarray(A))
    assert isinstance(got, Array)
    assert asnumpy(got).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(asnumpy(got), expected)


MIXED: dict[str, Callable[[Any], Any]] = {
    "operator": lambda a: a + A,
    "operator from the left": lambda a: A + a,
    "in place on the host": lambda a: np.add(A.copy(), a, out=A.copy()),
    "matrix product": lambda a: a @ A.T,
    "function": lambda a: xp.maximum(a, A),
    "assignment": lambda a: a.__setitem__(0, A[0]),
    "assignment to the host": lambda a: A.copy().__setitem__(0, a[0]),
    "conversion": np.asarray,
    "a list of both": lambda a: xp.stack([a, A]),
    "a function of the math module on many": math.sqrt,
    "scatter_add": lambda a: scatter_add(a, 0, A[0]),
}


@pytest.mark.parametrize("mix", MIXED.values(), ids=MIXED.keys())
def test_what_would_need_a_hidden_copy_is_refused(mix: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        mix(xp.asarray(A))


def test_transfers_copy() -> None:
    host = A.copy()
    device = xp.asarray(host)
    host[0] = 100
    back = asnumpy(device)
    back[1] = 100
    assert asnumpy(device).tolist() == A.tolist()


@pytest.mark.parametrize("name", ["base", "ctypes", "data", "flat"])
def test_nothing_looks_into_host_memory(name: str) -> None:
    assert hasattr(A, name)
    assert not hasattr(xp.asarray(A)[1:], name)


def test_copies_in_other_forms() -> None:
    assert xp.asarray(A).tolist() == A.tolist()
    assert xp.asarray(A).tobytes() == A.tobytes()


def test_slices_are_views_as_in_numpy() -> None:
    device = xp.asarray(A)
    device[1:2][...] = 7
    assert asnumpy(device)[1].tolist() == [7] * 4


def test_scatter_add_counts_an_index_as_often_as_it_occurs() -> None:
    device = xp.zeros(3)
    scatter_add(device, xp.asarray(I), 1)
    assert asnumpy(device).tolist() == [1, 0, 2]


def test_numbers_can_be_had() -> None:
    device = xp.asarray(A)
    assert float(device.sum()) == A.sum()
    assert [int(row[0]) for row in device] == [0, 4, 8]
    assert len(device) == 3
    assert device.sum().item() == A.sum()


def test_the_module_of_arrays_is_found() -> None:
    assert get_array_module(A) is np
    assert get_array_module(A, xp.asarray(A)) is xp


def test_several_results_that_have_names_come_home_as_a_tuple() -> None:
    """NumPy and CuPy give what ``eigh`` finds in a named tuple, which cannot be made of a list."""
    outcome = carried(xp.linalg.eigh(xp.asarray(np.eye(2))))
    assert outcome.place == "device"
    assert [part.shape for part in outcome.value] == [(2,), (2, 2)]
    assert xp.concatenate(xp.linalg.slogdet(xp.asarray(np.eye(2)[None]))).shape == (2,)
