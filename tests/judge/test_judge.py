"""What the judge says of answers that no spec foresees, and that it says nothing the data does not show."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder import cases, specs
from autograder.questions import ValueQuestion
from tests.specs.laws import reference_of
from unrolled.check import LocalAnswers
from unrolled.judge import Outcome, QuestionData, Verdict, explain_html, explain_text, judge
from unrolled.judge.kinds import _samples
from unrolled.judge.outcome import run

SPEC = specs.load("conv1d")


def question(name: str) -> QuestionData:
    return cases.hidden(SPEC, SPEC.question(name), seed=99)


def verdict_on(name: str, answer: Any) -> Verdict:
    return judge(question(name), LocalAnswers({name: answer}), cases.subjects(SPEC.question(name)))


def right(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    y: np.ndarray = np.lib.stride_tricks.sliding_window_view(x, len(weight)) @ weight
    return y.astype(np.result_type(x, weight))


def then(change: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray, np.ndarray], Any]:
    return lambda x, weight: change(right(x, weight))


def into_x(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    y = right(x, weight)
    x[0] = 7
    return y


def with_typo(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return right(x, wieght)  # type: ignore[name-defined]  # noqa: F821


ODD_ANSWERS = {
    "None": (then(lambda y: None), "The result of correlate is None, not an array."),
    "a list": (then(lambda y: y.tolist()), "The result of correlate is a list, not an array."),
    "a string": (then(str), "The result of correlate is a string, not an array."),
    "a generator": (then(lambda y: (v for v in y)), "correlate returned a value of type generator."),
    "an object array": (then(lambda y: y.astype(object)), "correlate returned an array of dtype object."),
    "float16": (then(lambda y: y.astype("float16")), "The result of correlate has dtype float16, not float64."),
    "NaN": (
        then(lambda y: y * np.nan if y.dtype.kind == "f" else y),
        "The result of correlate holds NaN (not a number).",
    ),
    "back to front": (then(lambda y: y[::-1]), "The result of correlate comes out back to front."),
    "the opposite sign": (then(lambda y: -y), "The result of correlate has the opposite sign everywhere."),
    "twice as much": (
        then(lambda y: y * y.dtype.type(2)),
        "The result of correlate is the expected one times a constant.",
    ),
    "zeros": (then(np.zeros_like), "The result of correlate is all zeros."),
    "one too late": (then(lambda y: np.roll(y, 1)), "The result of correlate comes one place too late."),
    "one too early": (then(lambda y: np.roll(y, -1)), "The result of correlate comes one place too early."),
    "a column": (then(lambda y: y[:, None]), "The result of correlate has shape (3, 1), not (3,)."),
    "a changed argument": (into_x, "correlate changes its argument x, which belongs to the caller."),
    "sys.exit": (then(lambda y: sys.exit(1)), "correlate raised SystemExit: 1"),
}


@pytest.mark.parametrize(("answer", "sentence"), ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
def test_an_odd_answer_gets_no_marks_and_a_sentence(answer: Any, sentence: str) -> None:
    verdict = verdict_on("correlate", answer)
    assert verdict.score == 0
    assert sentence in explain_text(verdict).partition("\n")[0]


@pytest.mark.parametrize("name", [question.id for question in SPEC.questions])
@pytest.mark.parametrize("answer", [None, 3, "x", [1, 2], {"a": 1}, np.nan, object(), lambda *a, **k: None])
def test_no_answer_whatever_breaks_the_judge(name: str, answer: Any) -> None:
    verdict = judge(
        question(name), LocalAnswers({name: answer, "exposing": answer}), cases.subjects(SPEC.question(name))
    )
    assert verdict.score == 0
    assert explain_text(verdict)
    assert explain_html(verdict)


def test_an_error_is_quoted_with_its_line() -> None:
    verdict = verdict_on("correlate", with_typo)
    assert verdict.status == "raised"
    assert "NameError: name 'wieght' is not defined" in verdict.message
    assert "return right(x, wieght)" in verdict.message


def test_an_answer_that_is_not_there_is_missing_and_a_stub_untouched() -> None:
    assert judge(question("correlate"), LocalAnswers({}), {}).status == "missing"

    def stub(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    assert verdict_on("correlate", stub).status == "untouched"


def test_a_mistake_in_one_setting_only_is_located() -> None:
    def half_right(x: np.ndarray, weight: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
        return right(np.pad(x, padding), weight)[::stride] + (stride > 1)

    verdict = verdict_on("shifted_sum", half_right)
    assert verdict.message.endswith("but only when stride is not 1")
    assert verdict.mistake == ""
    assert verdict.hint == ""


def test_a_mistake_is_not_named_if_one_case_speaks_against_it() -> None:
    """Flipped for two taps only: the known mistake "flipped" does otherwise on longer kernels."""
    verdict = verdict_on("correlate", lambda x, weight: right(x, weight[::-1] if len(weight) == 2 else weight))
    assert verdict.score == 0
    assert verdict.mistake == ""


HUNTS = {
    "right for this input": ({"x": [1, 2, 3, 4], "weight": [1], "stride": 1}, "gives the right result"),
    "larger than needed": ({"x": [1, 2, 3, 4, 5], "weight": [1], "stride": 2}, "look for a smaller input"),
    "a kernel that does not fit": ({"x": [1], "weight": [1, 2], "stride": 2}, "is not a valid input"),
    "a stride of zero": ({"x": [1, 2, 3], "weight": [1], "stride": 0}, "is not a valid input"),
    "a huge stride": ({"x": [1, 2, 3], "weight": [1], "stride": 10**9}, "stride should be"),
    "an unknown argument": ({"x": [1, 2, 3], "kernel": [1]}, "a dict with the keys x, weight, stride"),
    "an argument missing": ({"x": [1, 2, 3]}, "exposing lacks weight"),
    "a kernel that is too long": ({"x": [1, 2], "weight": [1, 2, 3]}, "is not a valid input"),
    "no dict": ([1, 2, 3], "a dict with the keys x, weight, stride"),
    "text": ({"x": "abc", "weight": [1]}, "x should be a row of numbers"),
    "a ragged row": ({"x": [[1], [2, 3]], "weight": [1]}, "cannot be used"),
    "rows without entries": ({"x": np.zeros((10**6, 0)), "weight": [1], "stride": 2}, "look for a much smaller input"),
    "a pair of huge strides": ({"x": [1, 2, 3], "weight": [1], "stride": [17, 17]}, "whole numbers beyond 16"),
    "a huge pixel": ({"x": [1, 2, -(2**63)], "weight": [1], "stride": 2}, "whole numbers beyond 1000"),
    "a million numbers": ({"x": [0] * 10**6, "weight": [1], "stride": 2}, "look for a much smaller input"),
}


@pytest.mark.parametrize(("exposing", "sentence"), HUNTS.values(), ids=HUNTS.keys())
def test_a_hunt_says_why_an_input_exposes_nothing(exposing: Any, sentence: str) -> None:
    hunt = SPEC.question("strided")
    answers = LocalAnswers({"strided": cases.subjects(hunt)["right"], "exposing": exposing})
    verdict = judge(question("strided"), answers, cases.subjects(hunt))
    assert verdict.score == hunt.points / 2
    assert sentence in verdict.message


def test_a_test_that_rejects_everything_gets_nothing() -> None:
    def reject(candidate: Any) -> None:
        raise AssertionError

    verdict = verdict_on("test_correlate", reject)
    assert (verdict.score, verdict.mistake) == (0, "rejects-right")


def test_a_test_that_accepts_everything_gets_nothing() -> None:
    verdict = verdict_on("test_correlate", lambda candidate: None)
    assert (verdict.score, verdict.status) == (0, "failed")
    assert "rejects 0 of 6" in verdict.message


def test_a_test_that_changes_its_mind_gets_nothing() -> None:
    seen: list[Any] = []
    reference = reference_of(SPEC.question("test_correlate"))

    def lenient_at_last(candidate: Any) -> None:
        seen.append(candidate)
        if len(seen) <= len(question("test_correlate").about["order"]):
            reference(candidate)

    verdict = verdict_on("test_correlate", lenient_at_last)
    assert (verdict.score, verdict.mistake) == (0, "fickle")


def test_a_test_that_passes_lists_is_told_to_pass_arrays() -> None:
    verdict = verdict_on("test_correlate", lambda candidate: candidate([1, 2, 3], [1, 2]))
    assert (verdict.score, verdict.mistake) == (0, "rejects-right")
    assert "[1, 2, 3] is a list; give an array" in verdict.message


@pytest.mark.parametrize("count", range(1, 7))
def test_what_is_asked_once_more_is_the_right_one_among_two_that_were_rejected(count: int) -> None:
    rejected = [f"wrong {number}" for number in range(count)]
    samples = _samples(rejected)
    assert len(samples) == min((count + 1) // 2, 2)
    assert all("right" in sample and 2 <= len(sample) <= 3 for sample in samples)
    drawn = [name for sample in samples for name in sample if name != "right"]
    assert len(drawn) == min(count, 4) == len(set(drawn) & set(rejected))


def test_the_right_one_is_anywhere_among_them() -> None:
    places = [_samples(["a", "b"])[0].index("right") for _ in range(300)]
    assert min(places.count(place) for place in range(3)) > 50  # of 100; 6 standard deviations


def test_a_report_shows_the_smallest_failing_case_with_marks() -> None:
    text = explain_text(verdict_on("correlate", then(lambda y: y + (np.arange(len(y)) == 1))))
    assert "smallest failing case: one tap" in text
    assert text.count("*") == 1
    assert "expected" in text
    assert "got" in text


def test_a_report_escapes_what_came_from_the_student() -> None:
    def raising(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        raise ValueError("<script>alert(1)</script>")

    assert "<script" not in explain_html(verdict_on("correlate", raising))


def test_a_large_array_is_cut_to_a_screenful_around_the_first_wrong_entry() -> None:
    from unrolled.show import block, text  # noqa: PLC0415

    wrong = np.zeros((3, 200, 300), bool)
    wrong[1, 150, 250] = True
    one = block("got", np.arange(180_000).reshape(3, 200, 300), wrong)
    assert len(one.rows) <= 8
    assert len(one.rows[0]) <= 12
    assert f"{1 * 60_000 + 150 * 300 + 250}*" in text([one])
    assert one.note.startswith("[1, ")


def test_a_value_of_long_axes_and_no_numbers_is_refused_at_once() -> None:
    """Of lists, it would be 2⁵² empty ones."""
    values = [question for question in SPEC.questions if isinstance(question, ValueQuestion)]
    verdict = judge(question(values[0].id), LocalAnswers({values[0].id: np.empty((2**26, 2**26, 0))}), {})
    assert (verdict.score, verdict.status) == (0, "failed")


@pytest.mark.parametrize("field", ["changed", "shared"])
def test_an_outcome_whose_names_are_no_list_is_refused(field: str) -> None:
    with pytest.raises(TypeError):
        Outcome.from_tree(Outcome().as_tree() | {field: np.empty((2, 0))})


def test_arguments_are_given_back_after_an_error_too() -> None:
    x = np.arange(3.0)

    def failing(x: np.ndarray) -> None:
        x[...] = 7
        raise ValueError

    assert run(failing, {"x": x}).problem == "raised"
    assert x.tolist() == [0, 1, 2]
