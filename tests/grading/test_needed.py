"""Cells that a function does not depend on need not run to call it; whatever may matter does."""

import pytest

from autograder.needed import needed

HELPER, TEST = "def helper(x):\n    return x + size", "def test(candidate):\n    assert helper(candidate(1)) == 4"
SIZE, OTHER = "size = 3", "def other():\n    return 1"


def test_what_is_used_stays_with_what_that_uses() -> None:
    assert needed([SIZE, OTHER, HELPER, TEST], "test") == [SIZE, HELPER, TEST]
    assert needed([TEST, HELPER, OTHER, SIZE], "test") == [TEST, HELPER, SIZE]


@pytest.mark.parametrize(
    "cell",
    [
        "print(1)",
        "%matplotlib inline",
        "from numpy import *",
        "import numpy as np\nnp.seterr(all='raise')",
        "state = open('note')",
        "table[0] = 1",
        "helper.size = 3",
        "@decorated\ndef unused():\n    pass",
        "def unused(x=print(1)):\n    pass",
        "class Unused(metaclass=Meta):\n    pass",
        "class Unused(make()):\n    pass",
        "class Unused:\n    print(1)",
        "if True:\n    size = 4",
        "del size",
    ],
)
def test_a_cell_that_does_something_stays(cell: str) -> None:
    assert cell in needed([SIZE, cell, HELPER, TEST], "test")


@pytest.mark.parametrize(
    "cell",
    ["import math", "answer = [[1, -2], (3, None)]", "Pair = int | tuple[int, int]", "class Unused:\n    size = 1"],
)
def test_a_cell_that_only_defines_what_is_not_used_is_left_out(cell: str) -> None:
    assert needed([cell, TEST, HELPER, SIZE], "test") == [TEST, HELPER, SIZE]


def test_of_what_is_defined_again_and_again_the_last_definitions_stay() -> None:
    early, late = "size = 1", "size = 2"
    assert needed([early, SIZE, HELPER, OTHER, late, TEST], "test") == [SIZE, HELPER, late, TEST]


def test_where_names_are_looked_up_everything_stays() -> None:
    looking = "def test(candidate):\n    assert globals()['helper'](candidate(1)) == 4"
    assert needed([SIZE, OTHER, HELPER, looking], "test") == [SIZE, OTHER, HELPER, looking]


def test_what_a_kept_cell_uses_stays_too() -> None:
    assert needed([SIZE, OTHER, "print(other())", TEST], "test") == [OTHER, "print(other())", TEST]


def test_a_name_that_is_counted_up_or_deleted_is_used() -> None:
    start, helper = "calls = 0", "def helper(x):\n    global calls\n    calls += 1\n    return x"
    assert needed([start, helper, OTHER, TEST], "test") == [start, helper, TEST]
    assert needed([start, "del calls", OTHER, TEST], "test") == [start, "del calls", TEST]


def test_what_a_magic_uses_stays() -> None:
    make, data = "def make():\n    return 4", "%time DATA = make()"
    assert needed([make, OTHER, data, TEST], "test") == [make, data, TEST]


def test_a_meaning_that_is_made_of_the_old_one_needs_it() -> None:
    first, second, size = "size = [1, 2]", "size = size + [3]", "def helper(x):\n    return size"
    assert needed([first, second, OTHER, size, TEST], "test") == [first, second, size, TEST]
    plain, both = "def helper(x):\n    return x", "size = helper(2)\ndef helper(x):\n    return size"
    assert needed([plain, both, OTHER, TEST], "test") == [plain, both, TEST]
