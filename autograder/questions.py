"""Questions as data: what a chapter asks, the reference it is measured by, and the mistakes it knows.

A spec module ``autograder/specs/<stem>.py`` holds one :class:`Spec` named ``SPEC``. From it come the visible
cases that students get (a fixed seed) and the hidden ones that marks come from (a fresh seed): see
:mod:`autograder.cases`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np

from unrolled.judge import trained


@dataclass(frozen=True)
class Case:
    """Arguments for one call, in a few words what is special about them, and which group of points it counts for."""

    name: str
    args: Mapping[str, Any]
    group: str = ""


@dataclass(frozen=True)
class LayerCase:
    """A layer to make, and what goes through it.

    Attributes:
        args: of the constructor.
        inputs: one array ``x`` per round, or the arguments of ``forward`` by name; a round is ``forward(x)``, then
            ``backward(grad_y)``. Two or more rounds on the same layer show what is left over from an earlier one.
        layout: memory layout of the upstream gradients (``"C"``, ``"F"`` or ``"strided"``). They are drawn for each
            round, random, with the shape and dtype of the reference's ``y``.
    """

    name: str
    args: Mapping[str, Any]
    inputs: tuple[np.ndarray | Mapping[str, Any], ...]
    layout: Literal["C", "F", "strided"] = "C"


@dataclass(frozen=True)
class Fresh:
    """Stands for an array of random numbers of this shape and dtype, drawn anew whenever it is needed."""

    shape: tuple[int, ...]
    dtype: str = "float64"


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give.

    Attributes:
        name: short, hyphenated, unique within the question.
        wrong: the wrong answer as code (for a *value* question, the wrong value).
        hint: what to ask somebody who gave it; it leads and does not tell.
        source: where it was published, if it was.
    """

    name: str
    wrong: Any
    hint: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What every kind of question has.

    Attributes:
        id: unique within the chapter; also the check cell's ``grade_id``.
        title: a few words for reports.
        points: full marks.
        section: title of the chapter's section that teaches it.
        mistakes: known wrong answers, the likeliest first.
        forbidden: ready-made routines, such as ``"numpy.correlate"``, that the answer must not reach when it is called.
    """

    id: str
    title: str
    points: float
    section: str
    mistakes: tuple[Mistake, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """Names that the notebook must define; the last one is the function, if there is one."""
        return (self.id,)


@dataclass(frozen=True, kw_only=True)
class FunctionQuestion(Question):
    """Write a function; it is called on cases, drawn with a generator and ordered from small to large.

    Attributes:
        fresh: whether the result must not look into the memory of an argument.
        view: whether it must look there, as the reference's does.
        returns: names of the values, if several are returned, for reports.
        groups: points by group of cases, adding up to ``points``; a group's points are for passing all its cases.
            Every case then names its group. Without groups all cases must pass.
    """

    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Iterable[Case]]
    fresh: bool = False
    view: bool = False
    returns: tuple[str, ...] = ()
    groups: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_sum(self, self.groups)


@dataclass(frozen=True, kw_only=True)
class SpeedQuestion(FunctionQuestion):
    """Write a function that is right on all cases, as in a function question, and then fast.

    Attributes:
        slower: a right version that ships with the notebook's cases; no solution, for students can read it.
        ratio: how many times as fast as ``slower`` the answer must be.
        timed: arguments of the timed calls, with :class:`Fresh` for arrays; so large that ``slower`` takes between
            50 ms and 1 s, for the time that the arrays take to travel is subtracted.
    """

    slower: Callable[..., Any]
    ratio: float
    timed: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LayerQuestion(Question):
    """Write a class with ``forward(x)`` and ``backward(grad_y)``; ``id`` is its name.

    What is compared in every round, in this order, are the *parts*: ``y``, ``grad_x``, and the gradients.

    Attributes:
        reference: a class; a mistake's ``wrong`` is one too.
        cases: layers to make, from small to large.
        gradients: names of the attributes that ``backward`` sets, such as ``("grad_weight", "grad_bias")``.
        groups: points by part, adding up to ``points``; without them all parts must be right.
        upstream: whether ``backward`` gets a gradient; a loss, the end of a network, gets none.
        given: methods that the stub shows in full, such as ``("__init__",)``.
    """

    reference: type
    cases: Callable[[np.random.Generator], Iterable[LayerCase]]
    gradients: tuple[str, ...] = ()
    groups: Mapping[str, float] = field(default_factory=dict)
    upstream: bool = True
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_sum(self, self.groups)
        if self.groups and set(self.groups) != set(self.parts):
            raise ValueError(f"{self.id}: groups must be the parts {', '.join(self.parts)}")

    @property
    def parts(self) -> tuple[str, ...]:
        """What is compared after a round."""
        return ("y", "grad_x", *self.gradients)


@dataclass(frozen=True, kw_only=True)
class KernelQuestion(Question):
    """Write a kernel in CUDA C, a text; ``id`` is what the notebook calls it.

    A mistake's ``wrong`` is another text, or another function that chooses the launch.

    Attributes:
        reference: a right text.
        stub: the text to start from; its parameters have the names of a case's arguments.
        kernel: name of the kernel in the texts, declared ``extern "C"``.
        launch: returns ``(grid, block, bytes of shared memory)`` for those of a case's arguments, all of them whole
            numbers, that it has as parameters.
        asks_launch: whether students write that function too, under its name.
        expected: returns what a case's arguments, by name, should make of the outputs, computed without a kernel.
        outputs: the arrays, of a case's arguments, that are the result; :func:`unrolled.judge.kernels.unwritten` makes
            them. No other array may change.
        cases: arguments in the kernel's order, as an array or NumPy scalar of the parameter's type each.
        options: for the compiler, such as ``"-DTILE=4"``.
        groups: points by group of cases, as for functions.
    """

    reference: str
    stub: str
    kernel: str
    launch: Callable[..., tuple[Any, ...]]
    expected: Callable[..., Any]
    outputs: tuple[str, ...]
    cases: Callable[[np.random.Generator], Iterable[Case]]
    asks_launch: bool = False
    options: tuple[str, ...] = ()
    groups: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_sum(self, self.groups)
        if not self.asks_launch and any(callable(mistake.wrong) for mistake in self.mistakes):
            raise ValueError(f"{self.id}: students do not write the launch, so no mistake can be one")

    def names(self, wrong: Any = None) -> dict[str, Any]:
        """Return what a notebook defines that is right, or right but for what is ``wrong``."""
        text = wrong if isinstance(wrong, str) else self.reference
        return {self.launch.__name__: wrong if callable(wrong) else self.launch, self.id: text}

    @property
    def entries(self) -> tuple[str, ...]:
        return (self.launch.__name__, self.id) if self.asks_launch else (self.id,)


@dataclass(frozen=True, kw_only=True)
class ValueQuestion(Question):
    """Find numbers; students get a fingerprint of the right ones."""

    answer: Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class HuntQuestion(Question):
    """Find an input on which a published version is wrong, then mend it.

    Attributes:
        reference: the right version; marks come from it.
        oracle: the right version once more, written otherwise, for the student's own machine.
        published: the wrong version that the notebook shows.
        exposing: an input that exposes it, by argument; it has the least possible number of entries.
    """

    reference: Callable[..., Any]
    oracle: Callable[..., Any]
    published: Callable[..., Any]
    exposing: Mapping[str, Any]
    cases: Callable[[np.random.Generator], Iterable[Case]]

    @property
    def entries(self) -> tuple[str, ...]:
        return ("exposing", self.id)


@dataclass(frozen=True, kw_only=True)
class TestsQuestion(Question):
    """Write a test; it must accept a right version and reject wrong ones.

    Attributes:
        reference: a test that does.
        right: the right version that is examined, written otherwise than the exercises ask.
        valid: raises an error if arguments are not what versions are made for; annotated, so that arrays are told from
            pairs. Of such arguments every version makes the same.
        versions: the wrong versions; ``hint`` is for somebody whose test accepts them.
        visible: how many of them students get.
        hint: for somebody whose test rejects the right version.
        mistakes: poor tests, each named after the first wrong version that it lets through.
    """

    __test__ = False  # pytest takes the class for a test otherwise

    reference: Callable[..., Any]
    right: Callable[..., Any]
    valid: Callable[..., Any]
    versions: tuple[Mistake, ...]
    visible: int
    hint: str


@dataclass(frozen=True, kw_only=True)
class TrainedQuestion(Question):
    """Train a given network: the notebook leaves its parameters, a list of arrays; images decide what they are worth.

    Attributes:
        reference: makes parameters from the images and labels that ``data`` returns; so does a mistake's ``wrong``.
            A mistake's name is one of the symptoms that :mod:`unrolled.judge.trained` knows.
        data: what students train with; of their own package, for a solved notebook imports it.
        network: returns the scores (n, classes) of images x (n, c, h, w); its source is in the bundle.
        shapes: of the parameters, in order.
        shown: images ``x`` and their ``labels`` for the check cell.
        unseen: those that marks come from; called "unseen digits" or the like.
        thresholds: points in all by the share of right answers, ascending; the last is ``points``.
    """

    reference: Callable[[np.ndarray, np.ndarray], Sequence[np.ndarray]]
    data: Callable[[], tuple[np.ndarray, np.ndarray]]
    network: Callable[[Sequence[np.ndarray], np.ndarray], np.ndarray]
    shapes: tuple[tuple[int, ...], ...]
    shown: Callable[[], Case]
    unseen: Callable[[], Case]
    thresholds: Mapping[float, float]

    def __post_init__(self) -> None:
        if (
            list(self.thresholds.items()) != sorted(self.thresholds.items())
            or self.thresholds[max(self.thresholds)] != self.points
        ):
            raise ValueError(f"{self.id}: thresholds must rise to {self.points} points")
        if unknown := [mistake.name for mistake in self.mistakes if not trained.known(mistake.name)]:
            raise ValueError(f"{self.id}: no symptom is known of {', '.join(unknown)}")

    def train(self, make: Callable[..., Sequence[np.ndarray]]) -> list[np.ndarray]:
        """Return what the reference, or a mistake, makes of the data; each is trained once."""
        return list(_trained(make, self.data))


@dataclass(frozen=True)
class Spec:
    """The questions of one chapter, in the notebook's order."""

    stem: str
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question:
        return next(question for question in self.questions if question.id == name)

    @property
    def max_score(self) -> float:
        return sum(question.points for question in self.questions)


@cache
def _trained(make: Callable[..., Sequence[np.ndarray]], data: Callable[[], tuple[np.ndarray, np.ndarray]]) -> Any:
    return tuple(make(*data()))


def _require_sum(question: Question, groups: Mapping[str, float]) -> None:
    if groups and not math.isclose(sum(groups.values()), question.points):
        raise ValueError(f"{question.id}: the groups' points add up to {sum(groups.values())}, not {question.points}")
