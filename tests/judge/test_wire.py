"""Messages: whatever goes in comes out, and whatever comes in is checked before it is believed."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unrolled.wire import Limits, UnsupportedValueError, WireError, copied, layout_of, pack, unpack

arrays = hnp.arrays(
    dtype=st.sampled_from(["bool", "int8", "uint16", "int64", "float16", "float32", "float64", "complex128"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=9)
)
trees = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and repr(a) == repr(b)


def sent(tree: Any) -> Any:
    return unpack(pack(tree))


WAYS = pytest.mark.parametrize("way", [sent, copied])


@WAYS
@given(tree=trees)
def test_a_message_gives_back_what_was_packed(way: Callable[[Any], Any], tree: Any) -> None:
    assert same(way(tree), tree)


@WAYS
def test_half_a_character_is_replaced(way: Callable[[Any], Any]) -> None:
    assert way({"a\ud800": ["\udfff", "ü😀"]}) == {"a?": ["?", "ü😀"]}


class Text(str):
    """A text that pretends."""

    def __str__(self) -> str:
        return "another"


class Count(int):
    """A number that pretends."""

    def __int__(self) -> int:
        return 7


@WAYS
def test_of_a_subclass_only_the_value_is_left(way: Callable[[Any], Any]) -> None:
    assert same(way([Text("a"), Count(3), Count(2**60), np.float64(0.5)])[:3], ["a", 3, 2**60])
    assert type(way(np.array([[1.0]]).view(np.matrix))) is np.ndarray


@WAYS
def test_an_integer_too_long_for_a_message_is_refused(way: Callable[[Any], Any]) -> None:
    assert way(-(10**39) + 1) == -(10**39) + 1
    with pytest.raises(UnsupportedValueError, match="40 digits"):
        way([10**39])


def test_a_copy_shares_no_memory() -> None:
    array = np.arange(3.0)
    assert not np.shares_memory(copied([array])[0], array)


@WAYS
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_the_memory_layout_survives(layout: str, way: Callable[[Any], Any]) -> None:
    wide = np.arange(24.0).reshape(4, 6)
    array = {"C": wide, "F": np.asfortranarray(wide), "strided": wide[:, ::2]}[layout]
    back = way(array)
    assert layout_of(back) == layout
    assert (back == array).all()


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {1, 2}, np.array([object()]), np.array(["text"]), (i for i in "ab")]
)
@WAYS
def test_other_types_are_refused_by_name(way: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(UnsupportedValueError, match=r"a value of type|an array of dtype"):
        way({"value": [value]})


def message(header: Any, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + data


def about(**changes: Any) -> dict[str, Any]:
    return {"dtype": "float64", "shape": [2], "layout": "C"} | changes


HOSTILE = {
    "empty": b"",
    "a header that is longer than the message": (10**6).to_bytes(4, "little") + b"{}",
    "no JSON": message("")[:4] + b"{]",
    "no header": message([1, 2]),
    "nested too deeply": (2**17).to_bytes(4, "little") + b"[" * 2**17,
    "a million million items": message({"tree": None, "arrays": [about(shape=[10**12])]}),
    "sizes that overflow": message({"tree": None, "arrays": [about(shape=[2**32, 2**32])]}),
    "a huge side beside an empty one": message({"tree": None, "arrays": [about(shape=[10**15, 0])]}),
    "a negative size": message({"tree": None, "arrays": [about(shape=[-1])]}),
    "a size that is no number": message({"tree": None, "arrays": [about(shape=["2"])]}),
    "an object dtype": message({"tree": None, "arrays": [about(dtype="object")]}, b"\0" * 16),
    "a structured dtype": message({"tree": None, "arrays": [about(dtype="f8,i4")]}, b"\0" * 24),
    "too many dimensions": message({"tree": None, "arrays": [about(shape=[1] * 40)]}, b"\0" * 8),
    "data missing": message({"tree": None, "arrays": [about()]}, b"\0" * 15),
    "data left over": message({"tree": None, "arrays": [about()]}, b"\0" * 17),
    "too many arrays": message({"tree": None, "arrays": [about(shape=[0])] * 1001}),
    "an array that is not there": message({"tree": {"array": 3, "scalar": False}, "arrays": []}),
    "an array named twice": message({"tree": [{"array": 0, "scalar": False}] * 2, "arrays": [about()]}, b"\0" * 16),
    "an array from the end": message({"tree": {"array": -1, "scalar": False}, "arrays": [about()]}, b"\0" * 16),
    "an array on the device": message({"tree": {"device": 0}, "arrays": [about(shape=[2])]}, b"\0" * 16),
    "an unknown node": message({"tree": {"pickle": "..."}, "arrays": []}),
    "an integer of a thousand digits": message({"tree": {"int": "9" * 1000}, "arrays": []}),
    "an integer that cannot be sent back": message({"tree": {"int": "9" * 40}, "arrays": []}),
    "an integer in plain JSON": message({"tree": [10**400], "arrays": []}),
    "huge sides beside an empty one": message({"tree": None, "arrays": [about(shape=[0, 2**20, 2**20, 2**20])]}),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_refused(hostile: bytes) -> None:
    with pytest.raises(WireError):
        unpack(hostile, Limits(header=2**18, data=2**20))
