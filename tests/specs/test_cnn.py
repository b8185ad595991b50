"""The questions of ``cnn``."""

import itertools

import numpy as np
import pytest

from autograder import cases
from autograder.questions import HuntQuestion
from autograder.specs.cnn import SPEC
from solutions.cnn import SGD, Sequential, digits_network, images_of, parameters, train_step
from tests.specs.laws import Laws
from unrolled.check import LocalAnswers
from unrolled.digits import training
from unrolled.judge import judge


class TestCnn(Laws):
    """The references pass, every mistake fails and is called by its name."""

    spec = SPEC


def test_no_smaller_input_exposes_the_published_version() -> None:
    """With one step there is one moment; two need five numbers: a weight, two steps, two accuracies."""
    hunt = SPEC.question("best_weights")
    assert isinstance(hunt, HuntQuestion)
    assert sum(map(np.size, hunt.exposing.values())) == 5
    for steps, numbers in itertools.product((1, 2), (1, 2)):
        if numbers + steps * numbers + steps < 5:
            weight, moves = np.arange(1.0, numbers + 1), np.arange(1.0, steps * numbers + 1).reshape(steps, numbers)
            for accuracies in itertools.product((0.0, 0.5, 1.0), repeat=steps):
                args = weight, moves, np.array(accuracies)
                assert np.array_equal(hunt.published(*args), hunt.reference(*args))


class Accumulating(SGD):
    """Adds every gradient to those before, as if nobody had cleared them."""

    def __init__(self, network: Sequential, rate: float) -> None:
        super().__init__(network, rate)
        self.totals = [np.zeros_like(velocity) for velocity in self.velocities]

    def step(self) -> None:
        for total, (layer, name) in zip(self.totals, self.parameters, strict=True):
            np.add(total, getattr(layer, f"grad_{name}"), out=total)
            setattr(layer, f"grad_{name}", total)
        super().step()


def trained_otherwise(optimiser: type[SGD], rate: float, steps: int) -> list[np.ndarray]:
    """Train in the order in which the images come, in minibatches of 16."""
    images, labels = training()
    network, x = digits_network(np.random.default_rng(0)), images_of(images)
    mover = optimiser(network, rate)
    for start in range(0, 16 * steps, 16):
        place = np.arange(start, start + 16) % len(x)
        train_step(network, mover, x[place], labels[place])
    return [getattr(layer, name) for layer, name in parameters(network)]


@pytest.mark.parametrize(
    ("optimiser", "rate", "steps"), [(Accumulating, 0.02, 150), (SGD, 1e-5, 300), (SGD, 1.0, 40)], ids=str
)
@pytest.mark.filterwarnings("ignore:(overflow|invalid):RuntimeWarning")
def test_training_that_went_wrong_in_other_ways_fails_with_a_hint(
    optimiser: type[SGD], rate: float, steps: int
) -> None:
    """Gradients that are never cleared, a rate that is far too small, one that is far too large."""
    question = SPEC.question("weights")
    weights = trained_otherwise(optimiser, rate, steps)
    verdict = judge(cases.hidden(SPEC, question, 5), LocalAnswers({"weights": weights}), cases.subjects(question))
    assert verdict.score == 0
    assert verdict.mistake
    assert verdict.hint
