"""What a check cell says besides the report, and of functions that an answer calls."""

from types import ModuleType
from typing import Any

import pytest

from autograder import cases, specs
from unrolled.bundle import load
from unrolled.check import LocalAnswers, check, not_there
from unrolled.given import strides, windows
from unrolled.judge import judge


@pytest.mark.parametrize("stem", specs.stems())
def test_a_bundle_knows_the_chapters_before_it(stem: str) -> None:
    assert load(stem).earlier == specs.earlier(stem)


bare = ModuleType("bare")
del bare.__name__
THERE: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("windows", {"im2col": strides.im2col, "steps": strides, "n": 3, "odd": object(), "bare": bare}, []),
    ("strides", {"im2col": strides.im2col, "steps": strides}, [("im2col, steps", "unrolled.given.strides")]),
    ("batches", {"conv": windows.conv2d}, [("conv", "unrolled.given.windows")]),
]


@pytest.mark.parametrize(("stem", "names", "found"), THERE)
def test_what_will_not_be_there_is_found_in_a_notebook(
    stem: str, names: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert not_there(names, load(stem).earlier) == found


def test_a_check_says_what_will_not_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    score = check("strides.out_size", {"out_size": strides.out_size})
    assert score is not None
    assert score == score.highest
    said = capsys.readouterr().out
    assert "out_size of unrolled.given.strides will not be there when the notebook is marked" in said


STUBS = """
def correlate(x, weight):
    raise NotImplementedError

def correlate_same(x, weight):
    return correlate(x, weight)

class Layer:
    def forward(self, x):
        raise NotImplementedError

def by_a_method(x, weight):
    return Layer().forward(x)

def by_a_function_inside(x, weight):
    def inside():
        raise NotImplementedError
    return inside()
"""


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ("correlate", "correlate"),
        ("correlate_same", "correlate"),
        ("by_a_method", "Layer.forward"),
        ("by_a_function_inside", "correlate"),  # which was asked for
    ],
)
def test_the_function_that_is_still_to_be_written_is_named(entry: str, named: str) -> None:
    notebook: dict[str, Any] = {"__name__": "__main__"}
    exec(STUBS, notebook)
    spec = specs.load("conv1d")
    question = cases.hidden(spec, spec.question("correlate"), seed=1)
    verdict = judge(question, LocalAnswers({"correlate": notebook[entry]}), {})
    assert (verdict.status, verdict.message) == ("untouched", f"{named} is still to be written")
