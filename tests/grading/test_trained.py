"""Questions whose marks come from trained parameters: what is accepted, what is refused, and what is said of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from autograder import cases
from autograder.questions import Case, Mistake, Spec, TrainedQuestion
from autograder.sandbox import SandboxLimits, Session
from autograder.visible import visible
from unrolled.bundle import compile_subjects, from_bytes, to_bytes
from unrolled.check import LocalAnswers
from unrolled.judge import Verdict, judge

QUICK = SandboxLimits(cell_seconds=5, call_seconds=5, total_seconds=60)
RIGHT = [np.eye(4), np.zeros(4)]


def linear(parameters: Sequence[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Score images (n, 1, 2, 2) of four classes."""
    weight, bias = parameters
    scores: np.ndarray = x.reshape(len(x), -1) @ weight.T + bias
    return scores


def made(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    return RIGHT


def points() -> tuple[np.ndarray, np.ndarray]:
    """Return 40 images with one bright pixel each, and its number."""
    labels = np.arange(40) % 4
    return np.eye(4)[labels].reshape(-1, 1, 2, 2) * 2 - 1, labels


def bright() -> Case:
    x, labels = points()
    return Case("bright images", {"x": x, "labels": labels})


QUESTION = TrainedQuestion(
    id="weights",
    title="Bright pixels",
    points=4,
    section="Rows",
    reference=made,
    data=points,
    network=linear,
    shapes=((4, 4), (4,)),
    shown=bright,
    unseen=bright,
    thresholds={0.5: 1, 0.75: 3, 1.0: 4},
    mistakes=(Mistake("diverged", made, "Too far?"), Mistake("shifted-labels", made, "Whose labels?")),
)
SPEC = Spec("conv1d", (QUESTION,))


def verdict(answer: object) -> Verdict:
    """Judge on the visible case, as the notebook does: network and images have been bytes in between."""
    bundle = from_bytes(*to_bytes(visible(SPEC)))
    return judge(
        bundle.question("conv1d.weights"),
        LocalAnswers({"weights": answer}),
        compile_subjects(bundle.subjects["weights"]),
    )


def losing(*classes: int) -> list[np.ndarray]:
    """Return parameters with which the network never answers some classes."""
    return [np.eye(4), np.array([-9.0 if number in classes else 0.0 for number in range(4)])]


@pytest.mark.parametrize(("answer", "score"), [(RIGHT, 4), (losing(3), 3), (losing(3, 2), 1), (losing(1, 2, 3), 0)])
def test_points_rise_with_the_share_of_right_answers(answer: list[np.ndarray], score: float) -> None:
    found = verdict(answer)
    assert found.score == score
    assert found.status == ("passed" if score == 4 else "partial" if score else "failed")
    assert f"reads {40 - 10 * (len(answer[1][answer[1] < 0]))} of 40 bright images rightly" in found.message


def test_the_report_names_what_is_confused_and_what_the_next_points_are_for() -> None:
    message = verdict(losing(3)).message
    assert "the next points are for 100 %" in message
    assert "Most often it takes 3 for 0 (10×)" in message


REFUSED = {
    "nothing": (None, "weights is still None"),
    "a number": (3, "should be a list of 2 arrays"),
    "an array": (np.eye(4), "should be a list of 2 arrays"),
    "too few": ([np.eye(4)], "should be a list of 2 arrays"),
    "lists": ([[[1.0]], [0.0]], "weights[0] is not an array; an array of shape (4, 4) is asked for"),
    "another shape": ([np.eye(4), np.zeros((4, 1))], "weights[1] has shape (4, 1); shape (4,) is asked for"),
    "whole numbers": (
        [np.eye(4, dtype=int), np.zeros(4)],
        "weights[0] has dtype int64; float32 or float64 is asked for",
    ),
    "complex numbers": ([np.eye(4) + 0j, np.zeros(4)], "weights[0] has dtype complex128"),
    "objects": ([np.eye(4).astype(object), np.zeros(4)], "weights cannot be used"),
    "a network": (linear, "weights cannot be used"),
    "NaN": ([np.eye(4), np.full(4, np.nan)], "scores that are not finite numbers"),
    "infinity": ([np.full((4, 4), np.inf), np.zeros(4)], "scores that are not finite numbers"),
    "100 megabytes": ([np.zeros((2500, 5000)), np.zeros(4)], "weights cannot be used: it holds"),
}


@pytest.mark.parametrize(("answer", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_set_of_parameters_is_refused_in_a_sentence(answer: object, said: str) -> None:
    found = verdict(answer)
    assert (found.score, found.status) == (0, "untouched" if answer is None else "failed")
    assert said in found.message


def test_a_mistake_is_recognised_by_what_the_network_does() -> None:
    shifted = verdict([np.roll(np.eye(4), 1, axis=0), np.zeros(4)])
    assert (shifted.score, shifted.mistake, shifted.hint) == (0, "shifted-labels", "Whose labels?")
    assert verdict([np.eye(4), np.full(4, np.nan)]).mistake == "diverged"


@pytest.mark.parametrize(
    ("source", "score", "status"),
    [
        ("weights = [np.eye(4), np.zeros(4, 'float32')]", 4, "passed"),
        ("weights = np.eye(4), np.zeros(4)", 4, "passed"),
        ("weights = None", 0, "untouched"),
        ("", 0, "missing"),
        ("weights = [np.zeros((2500, 5000)), np.zeros(4)]", 0, "failed"),
        ("class Fake(np.ndarray):\n    shape = (4, 4)\nweights = [np.ones(3).view(Fake), np.zeros(4)]", 0, "failed"),
    ],
)
def test_parameters_come_out_of_the_sandbox_as_numbers(source: str, score: float, status: str) -> None:
    with Session("conv1d", ["import numpy as np", source], QUICK) as session:
        found = judge(cases.hidden(SPEC, QUESTION, 5), session, cases.subjects(QUESTION))
    assert (found.score, found.status) == (score, status), found.message


SEARCH = """
import os
import sys
from importlib.util import find_spec

walks = [walk for place in sys.path for walk in os.walk(place)]
paths = {os.path.join(place, name) for place, _, names in walks for name in names if name.startswith("digits.")}
packages = sorted({os.path.basename(os.path.dirname(path)) for path in paths if path.endswith("digits.npz")})
collections = [path for path in paths if path.endswith(".csv.gz")]
source = str(getattr(find_spec("sklearn"), "origin", None))"""


def test_the_images_that_marks_come_from_are_not_in_the_sandbox() -> None:
    """A notebook finds the training part in its package, and neither the other part nor the whole collection.

    It looks where Python does; /usr, where nothing of the course lies, can take longer than a cell may.
    """
    with Session("cnn", [SEARCH]) as session:
        assert session.get("packages").value == ["unrolled"]
        assert session.get("collections").value == []
        assert session.get("source").value == "None"


def test_a_question_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="thresholds must rise to 4 points"):
        replace(QUESTION, thresholds={0.5: 4, 0.9: 3})
    with pytest.raises(ValueError, match="no symptom is known of misspelt"):
        replace(QUESTION, mistakes=(Mistake("misspelt", made, ""),))
