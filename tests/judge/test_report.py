"""A report fits on a screen, whatever the case; what is cut is said, and expected stands beside got."""

from typing import Any

import numpy as np
import pytest

from unrolled.check import LocalAnswers
from unrolled.judge import CaseData, QuestionData, Verdict, explain_html, explain_text, judge, run
from unrolled.show import block, text

SCREEN = 45  # lines
RNG = np.random.default_rng(8)


def verdict_on(reference: Any, answer: Any, **args: Any) -> Verdict:
    case = CaseData("the case", args, run(reference, args))
    question = QuestionData("made", "up", "Made up", "function", 1, "up", "", "Here", (case,))
    return judge(question, LocalAnswers({"up": answer}), {})


def changed_at(place: tuple[int, ...]) -> Any:
    def answer(x: np.ndarray, **rest: Any) -> np.ndarray:
        y = x.copy()
        y[place] += 1
        return y

    return answer


def copied(x: np.ndarray, **rest: Any) -> np.ndarray:
    return x.copy()


MANY: dict[str, dict[str, Any]] = {
    "large arrays": {"x": RNG.normal(size=(300, 400))},
    "many arrays": {"x": RNG.normal(size=(9, 9))} | {f"a{n}": RNG.normal(size=(20, 20)) for n in range(30)},
    "many axes": {"x": RNG.normal(size=(2, 3, 2, 3, 20, 30))},
    "long text": {"x": RNG.normal(size=(3, 3)), "mode": "x" * 10_000},
    "long lists": {"x": RNG.normal(size=(3, 3)), "mode": [1] * 10_000},
    "many scalars": {"x": RNG.normal(size=(3, 3))} | {f"a{n}": n for n in range(100)},
}


@pytest.mark.parametrize("args", MANY.values(), ids=MANY.keys())
def test_a_report_is_never_longer_than_a_screen(args: dict[str, Any]) -> None:
    verdict = verdict_on(copied, changed_at(tuple(size - 1 for size in args["x"].shape)), **args)
    written = explain_text(verdict)
    assert len(written.splitlines()) <= SCREEN
    assert max(map(len, written.splitlines())) < 500
    assert written.count("*") == 1
    assert explain_html(verdict).count("<figure>") <= 6


def test_expected_is_cut_where_got_is() -> None:
    written = explain_text(verdict_on(copied, changed_at((1, 2, 30, 40)), x=RNG.normal(size=(2, 3, 50, 60))))
    assert written.count("[1, 2, 26:34, 35:45] of shape (2, 3, 50, 60)") == 2


def test_a_plane_is_named_by_its_index() -> None:
    cols = np.arange(64.0).reshape((2,) * 6)
    wrong = np.zeros(cols.shape, bool)
    wrong[1, 0, 1, 1, 0, 1] = True
    drawn = text([block("got", cols, wrong)])
    assert f"{cols[1, 0, 1, 1, 0, 1]:g}*" in drawn
    assert "[1, 0, 1, 1, :, :] of shape (2, 2, 2, 2, 2, 2)" in drawn


@pytest.mark.parametrize("value", ["x" * 10**6, [object()] * 10**5, {"a": [1] * 10**5}, None, [[1], [2, 3]]])
def test_what_is_no_array_is_written_in_a_line(value: Any) -> None:
    assert len(text([block("got", value)])) < 100
