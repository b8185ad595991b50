"""Questions as data: what a chapter asks, the reference it is measured by, and the mistakes it knows.

A spec module ``autograder/specs/<stem>.py`` holds one :class:`Spec` named ``SPEC``. From it come the visible
cases that students get (a fixed seed) and the hidden ones that marks come from (a fresh seed): see
:mod:`autograder.cases`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Arguments for one call, and in a few words what is special about them."""

    name: str
    args: Mapping[str, Any]


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
    """

    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Iterable[Case]]
    fresh: bool = False


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
        versions: the wrong versions; ``hint`` is for somebody whose test accepts them.
        visible: how many of them students get.
        hint: for somebody whose test rejects the right version.
        mistakes: poor tests, each named after the first wrong version that it lets through.
    """

    __test__ = False  # pytest takes the class for a test otherwise

    reference: Callable[..., Any]
    right: Callable[..., Any]
    versions: tuple[Mistake, ...]
    visible: int
    hint: str


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
