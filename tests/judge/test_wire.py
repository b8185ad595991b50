"""Messages: whatever goes in comes out, and whatever comes in is checked before it is believed."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from unrolled.wire import Limits, UnsupportedValueError, WireError, layout_of, pack, unpack

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


@given(trees)
def test_a_message_gives_back_what_was_packed(tree: Any) -> None:
    assert same(unpack(pack(tree)), tree)


def test_half_a_character_is_replaced() -> None:
    assert unpack(pack({"a\ud800": ["\udfff", "ü😀"]})) == {"a?": ["?", "ü😀"]}


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_the_memory_layout_survives(layout: str) -> None:
    wide = np.arange(24.0).reshape(4, 6)
    array = {"C": wide, "F": np.asfortranarray(wide), "strided": wide[:, ::2]}[layout]
    back = unpack(pack(array))
    assert layout_of(back) == layout
    assert (back == array).all()


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {1, 2}, np.array([object()]), np.array(["text"]), (i for i in "ab")]
)
def test_other_types_are_refused_by_name(value: Any) -> None:
    with pytest.raises(UnsupportedValueError, match=r"a value of type|an array of dtype"):
        pack({"value": [value]})


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
    "an unknown node": message({"tree": {"pickle": "..."}, "arrays": []}),
    "an integer of a thousand digits": message({"tree": {"int": "9" * 1000}, "arrays": []}),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_refused(hostile: bytes) -> None:
    with pytest.raises(WireError):
        unpack(hostile, Limits(header=2**18, data=2**20))
