"""Functions on arrays of a device: they get such arrays, must return such arrays, and are judged like any others."""

from collections.abc import Iterator

import numpy as np
import pytest

from autograder import cases
from autograder.questions import Case, FunctionQuestion, LayerCase, LayerQuestion, Mistake, Spec
from autograder.sandbox import SandboxLimits, Session
from autograder.source import source_of
from autograder.visible import visible
from unrolled.bundle import from_bytes, to_bytes
from unrolled.check import LocalAnswers
from unrolled.device import asnumpy, get_array_module, xp
from unrolled.judge import Verdict, explain_text, judge

QUICK = SandboxLimits(cell_seconds=5, call_seconds=5, total_seconds=60)
CELLS = ["import numpy as np\nfrom unrolled.device import asnumpy, get_array_module, scatter_add, xp"]


def clipped(x: np.ndarray, least: float) -> np.ndarray:
    """Return x with every number below ``least`` replaced, on the side where x lies."""
    made: np.ndarray = get_array_module(x).maximum(x, least)
    return made


def clipped_at_home(x: np.ndarray, least: float) -> np.ndarray:
    made: np.ndarray = np.maximum(asnumpy(x), least)
    return made


def clipped_away(x: np.ndarray, least: float) -> np.ndarray:
    made: np.ndarray = xp.maximum(xp.asarray(x), least)
    return made


def clipped_above(x: np.ndarray, least: float) -> np.ndarray:
    made: np.ndarray = get_array_module(x).minimum(x, least)
    return made


def clipped_with_a_hidden_copy(x: np.ndarray, least: float) -> np.ndarray:
    return np.asarray(x).clip(least)


def clipped_in_place(x: np.ndarray, least: float) -> np.ndarray:
    x[x < least] = least
    return x


def sides(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("on the host", {"x": rng.normal(size=4).round(1), "least": 0.05})
    yield Case("on the device", {"x": xp.asarray(rng.normal(size=5).round(1)), "least": 0.05})


CLIPPED = FunctionQuestion(
    id="clipped",
    title="Clip",
    points=2,
    section="Sides",
    reference=clipped,
    cases=sides,
    mistakes=(
        Mistake("at-home", clipped_at_home, "Where does the result lie?"),
        Mistake("away", clipped_away, "And if x lies on the host?"),
        Mistake("above", clipped_above, "Which of two numbers should stay?"),
    ),
)


class Doubled:
    """y = 2x, on the side of x."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x * 2

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        return grad_y * 2


class DoubledAtHome(Doubled):
    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        made: np.ndarray = asnumpy(grad_y) * 2
        return made


class DoubledInPlace(Doubled):
    def forward(self, x: np.ndarray) -> np.ndarray:
        x *= 2
        return x


def layers(rng: np.random.Generator) -> Iterator[LayerCase]:
    first, second = rng.normal(size=(2, 3)).round(1), rng.normal(size=(1, 4)).round(1)
    yield LayerCase("on the host", {}, inputs=(first,))
    yield LayerCase("on both sides", {}, inputs=(xp.asarray(first), second))


DOUBLED = LayerQuestion(
    id="Doubled",
    title="Double",
    points=2,
    section="Sides",
    reference=Doubled,
    cases=layers,
    mistakes=(Mistake("at-home", DoubledAtHome, "Where does the gradient lie?"),),
)
SPEC = Spec("conv1d", (CLIPPED, DOUBLED))


def locally(answer: object, question: FunctionQuestion | LayerQuestion = CLIPPED) -> Verdict:
    bundle = from_bytes(*to_bytes(visible(SPEC)))
    return judge(bundle.question(f"conv1d.{question.id}"), LocalAnswers({question.id: answer}), {})


def in_the_sandbox(answer: object, question: FunctionQuestion | LayerQuestion = CLIPPED) -> Verdict:
    with Session("conv1d", [*CELLS, source_of(answer, question.id)], QUICK) as session:  # type: ignore[arg-type]
        return judge(cases.hidden(SPEC, question, 11), session, {})


both = pytest.mark.parametrize("way", [locally, in_the_sandbox])


@both
def test_what_is_right_on_both_sides_gets_full_marks(way) -> None:  # type: ignore[no-untyped-def]
    assert way(clipped).score == 2


@both
@pytest.mark.parametrize("mistake", CLIPPED.mistakes, ids=lambda mistake: mistake.name)
def test_a_mistake_is_named_also_if_only_the_side_is_wrong(way, mistake: Mistake) -> None:  # type: ignore[no-untyped-def]
    verdict = way(mistake.wrong)
    assert (verdict.score, verdict.mistake) == (0, mistake.name)


@both
def test_a_hidden_copy_is_refused_in_words(way) -> None:  # type: ignore[no-untyped-def]
    verdict = way(clipped_with_a_hidden_copy)
    assert (verdict.score, verdict.status) == (0, "raised")
    assert "lies on the device" in verdict.message


@both
def test_an_array_on_the_device_that_was_changed_is_noticed(way) -> None:  # type: ignore[no-untyped-def]
    verdict = way(clipped_in_place)
    assert verdict.score == 0
    assert "x" in verdict.message


@both
def test_a_layer_gets_images_and_gradients_of_one_side(way) -> None:  # type: ignore[no-untyped-def]
    assert way(Doubled, DOUBLED).score == 2


@both
def test_a_gradient_on_the_wrong_side_is_named(way) -> None:  # type: ignore[no-untyped-def]
    verdict = way(DoubledAtHome, DOUBLED)
    assert (verdict.score, verdict.mistake) == (0, "at-home")


@both
def test_images_that_a_layer_changes_on_the_device_are_noticed(way) -> None:  # type: ignore[no-untyped-def]
    verdict = way(DoubledInPlace, DOUBLED)
    assert verdict.score == 0
    assert "x" in verdict.message


def test_the_report_draws_arrays_from_either_side() -> None:
    report = explain_text(locally(clipped_at_home))
    assert "is not on the device" in report
    assert "expected" in report
