"""Questions with groups of points, about layers and about speed: in the notebook's process, and in the sandbox."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder import cases
from autograder.notebooks import answer_source, stub_source
from autograder.questions import Case, FunctionQuestion, Mistake, Question, Spec
from autograder.sandbox import SandboxLimits, Session
from autograder.source import source_of
from autograder.visible import visible
from tests.grading import kinds
from tests.grading.kinds import AFFINE, EVERY, SPEC, TOTAL, Affine, Rng
from tests.specs import laws
from unrolled.bundle import from_bytes, to_bytes
from unrolled.check import LocalAnswers
from unrolled.judge import Verdict, explain_html, explain_text, judge

QUICK = SandboxLimits(cell_seconds=5, call_seconds=5, total_seconds=60)


Way = Callable[[Question, Any], Verdict]


def locally(question: Question, answer: Any) -> Verdict:
    """Judge on the visible cases, as the notebook does: they have been bytes in between."""
    bundle = from_bytes(*to_bytes(visible(SPEC)))
    return judge(bundle.question(f"conv1d.{question.id}"), LocalAnswers({question.id: answer}), {})


def in_the_sandbox(question: Question, answer: Any) -> Verdict:
    """Judge on hidden cases, as the grader does."""
    with Session("conv1d", ["import time\nSEEN = {}", source_of(answer, question.id)], QUICK) as session:
        return judge(cases.hidden(SPEC, question, 11), session, {})


both = pytest.mark.parametrize("way", [locally, in_the_sandbox])


@both
@pytest.mark.parametrize("question", SPEC.questions, ids=lambda question: question.id)
def test_the_reference_gets_full_marks(question: Question, way: Way) -> None:
    verdict = way(question, laws.reference_of(question))
    assert (verdict.score, verdict.status) == (question.points, "passed"), verdict.message


@both
@pytest.mark.parametrize("question", SPEC.questions, ids=lambda question: question.id)
def test_a_mistake_is_recognised(question: Question, way: Way) -> None:
    for mistake in question.mistakes:
        verdict = way(question, mistake.wrong)
        assert (verdict.mistake, verdict.hint) == (mistake.name, mistake.hint)
        assert verdict.score < question.points


PARTLY = {  # answer, score, and what the message says
    "unpadded": (EVERY, kinds.every_unpadded, 3, "Right: plain, stride; not yet: padding"),
    "unfinished": (EVERY, kinds.every_unfinished, 3, "every is still to be written, or a branch of it"),
    "wrong everywhere": (EVERY, kinds.total, 0, "The result of every is a float, not an array"),
    "averaged": (AFFINE, kinds.AffineAveraged, 4, "Right: y, grad_x, grad_weight; not yet: grad_bias"),
    "accumulating": (
        AFFINE,
        kinds.AffineAccumulating,
        4,
        "The attribute grad_weight adds up over the rounds. Right: y, grad_x, grad_bias",
    ),
    "stale": (AFFINE, kinds.AffineStale, 4, "only when the layer has been used before. Right: y, grad_x, grad_bias"),
    "training": (AFFINE, kinds.AffineTraining, 3, "Layer.backward changes its argument weight, which belongs to"),
    "no way back": (AFFINE, kinds.AffineForward, 1, "Layer.backward is still to be written"),
    "an attribute missing": (AFFINE, kinds.AffineWithoutBias, 3, "The attribute grad_weight has its axes swapped"),
    "a typo": (AFFINE, kinds.AffineRaising, 0, "Layer raised AttributeError"),
    "no class": (AFFINE, kinds.total, 0, "Layer raised TypeError"),
}


@both
@pytest.mark.parametrize(("question", "answer", "score", "said"), PARTLY.values(), ids=PARTLY.keys())
def test_points_are_for_the_groups_that_are_right(
    question: Question, answer: Any, score: float, said: str, way: Way
) -> None:
    verdict = way(question, answer)
    assert (verdict.score, verdict.status == "partial") == (score, score > 0), verdict.message
    assert said in verdict.message
    assert verdict.message.split()[0] in explain_text(verdict)
    assert explain_html(verdict)


def test_a_call_that_hangs_leaves_the_groups_that_were_right() -> None:
    with Session("conv1d", [source_of(kinds.every_hanging, "every")], replace(QUICK, call_seconds=1)) as session:
        verdict = judge(cases.hidden(SPEC, EVERY, 3), session, {})
    assert (verdict.score, verdict.status) == (1, "partial")  # stride has a case after the one that hangs
    assert "did not finish" in verdict.message


def test_without_groups_it_is_all_or_nothing() -> None:
    question = replace(AFFINE, groups={})
    verdict = judge(cases.hidden(SPEC, question, 1), LocalAnswers({"Layer": kinds.AffineAveraged}), {})
    assert (verdict.score, verdict.status, verdict.mistake) == (0, "failed", "averaged")


def test_groups_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 3"):
        replace(EVERY, groups={"plain": 1, "stride": 2})
    with pytest.raises(ValueError, match="must be the parts"):
        replace(AFFINE, groups={"y": 5})
    with pytest.raises(ValueError, match="the cases' groups are"):
        cases.hidden(SPEC, replace(EVERY, groups={"plain": 1, "other": 3}), 1)


def test_the_stub_of_a_layer_shows_what_is_given_and_runs() -> None:
    source = stub_source(AFFINE).replace("class Affine", "class Layer")
    names: dict[str, Any] = {"np": np}
    exec(source, names)
    assert "self.weight, self.bias = weight, bias" in source
    assert "@ self.weight.T" not in source
    assert '"""Return y (n, f)."""' in source
    verdict = judge(cases.hidden(SPEC, AFFINE, 1), LocalAnswers(names), {})
    assert (verdict.status, verdict.score) == ("untouched", 0)


def test_a_solved_layer_stands_alone() -> None:
    names: dict[str, Any] = {}
    exec(answer_source(AFFINE), names)
    assert judge(cases.hidden(SPEC, AFFINE, 1), LocalAnswers(names), {}).score == AFFINE.points


@both
def test_what_is_ruled_out_is_noticed_in_a_layer(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    question = replace(AFFINE, forbidden=("numpy.dot",))
    monkeypatch.setattr("tests.grading.test_kinds.SPEC", Spec("conv1d", (question,)))
    assert way(question, Affine).score == question.points
    verdict = way(question, kinds.AffineReadyMade)
    assert verdict.score == 0
    assert "Layer uses numpy.dot, which this question rules out" in verdict.message


def test_upstream_gradients_are_random_and_never_zero() -> None:
    grads = [one["backward"]["grad_y"] for case in cases.hidden(SPEC, AFFINE, 5).cases for one in case.rounds]
    assert len(grads) == 4
    assert all(grad.all() and len(np.unique(grad)) > 1 for grad in grads)
    assert {grad.dtype.name for grad in grads} == {"float32", "float64"}


SLOW = {
    "slow": (kinds.total_asleep, "times is asked for"),
    "wrong on large arrays": (kinds.total_small_only, "but not on the large arrays"),
    "remembered": (kinds.total_remembered, "but not on the large arrays"),
}


@both
@pytest.mark.parametrize(("answer", "said"), SLOW.values(), ids=SLOW.keys())
def test_what_is_not_fast_gets_no_marks(answer: Any, said: str, way: Way) -> None:
    verdict = way(TOTAL, answer)
    assert (verdict.score, verdict.status) == (0, "failed")
    assert said in verdict.message


def test_a_right_answer_that_is_slow_may_get_some_points() -> None:
    question = replace(
        TOTAL,
        groups={"right": 0.5, "speed": 1.5},
        cases=lambda rng: (replace(case, group="right") for case in kinds.short_rows(rng)),
    )
    data = cases.hidden(SPEC, question, 1)
    verdict = judge(data, LocalAnswers({"total": kinds.total_asleep}), {})
    assert (verdict.score, verdict.status) == (0.5, "partial")
    assert judge(data, LocalAnswers({"total": lambda x: 0.0}), {}).score == 0


CHEATS: Mapping[str, str] = {
    "stopping the clock": "import time\ntime.perf_counter = time.monotonic = time.process_time = lambda: 0.0\n",
    "slowing the rival": "import builtins, time\nbuiltins.range = lambda *a: (time.sleep(1), [0])[1]\n",
    "keeping the processors busy": (
        "import threading, numpy as np\n"
        "def burn():\n    a = np.ones(10**6)\n    while True:\n        a * a\n"
        "for _ in range(8):\n    threading.Thread(target=burn, daemon=True).start()\n"
    ),
}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS.keys())
def test_a_slow_answer_cannot_look_fast(cheat: str) -> None:
    with Session(
        "conv1d", [cheat, source_of(kinds.total_by_loops, "total")], replace(QUICK, call_seconds=2)
    ) as session:
        verdict = judge(cases.hidden(SPEC, TOTAL, 1), session, {})
    assert verdict.score == 0, verdict.message


def images(rng: Rng) -> Iterator[Case]:
    for number in range(12):
        yield Case(
            str(number), {"x": rng.integers(1, 40, (2, 4, 8, 8)) / 10, "weight": rng.integers(1, 40, (4, 4)) / 10}
        )


def mixed(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mix the channels of x (n, c, h, w) by weight (f, c)."""
    y: np.ndarray = np.einsum("nchw,fc->nfhw", x, weight)
    return y


def test_a_chapter_of_large_cases_and_many_mistakes_makes_a_bundle_of_moderate_size() -> None:
    """Two questions of twelve cases of 4 KB and six mistakes each; a chapter of ten takes about 300 KB."""
    wrong = [lambda x, weight, k=k: mixed(x, weight) * k for k in range(2, 8)]
    mistakes = tuple(Mistake(f"times {k}", function, "Why?") for k, function in enumerate(wrong))
    questions = tuple(
        FunctionQuestion(
            id=name, title=name, points=1, section="Here", reference=mixed, cases=images, mistakes=mistakes
        )
        for name in ("one", "two")
    )
    spec = Spec("conv1d", questions)
    data, sources = to_bytes(visible(spec))
    assert len(data) < 65_000
    (one, _) = from_bytes(data, sources).questions
    assert judge(one, LocalAnswers({"one": wrong[3]}), {}).mistake == "times 3"
