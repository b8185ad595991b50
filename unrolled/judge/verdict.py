"""The data that the judge works on and the verdict it returns: plain records, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from unrolled.judge.outcome import Outcome

Kind = Literal["function", "layer", "value", "hunt", "tests", "speed", "kernel", "trained"]
Status = Literal["passed", "partial", "failed", "raised", "missing", "untouched", "timeout", "died"]


@dataclass(frozen=True)
class CaseData:
    """One call of the student's function, or the life of one layer.

    Attributes:
        name: what is special about it, such as "even kernel".
        args: arguments by name.
        expected: what the reference did with them.
        wrong: what each known mistake did with them, by the mistake's name, perhaps sketched; none if it did as the
            reference.
        group: which group of points it counts for.
        rounds: for a layer, the arguments of ``forward`` and of ``backward`` in each round.
    """

    name: str
    args: dict[str, Any]
    expected: Outcome
    wrong: Mapping[str, Outcome] = field(default_factory=dict)
    group: str = ""
    rounds: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class QuestionData:
    """A question with everything that judging an answer needs, apart from the answer.

    Attributes:
        stem, id: chapter, and name within it.
        entry: the name that the notebook gives to the answer.
        anchor, section: where the chapter teaches it: the page's anchor, and the section's title.
        cases: calls to make, smallest first.
        hints: by mistake (for *tests*, by wrong version), in the order in which they are looked for.
        about: what one kind alone needs; see ``unrolled.judge.kinds``.
    """

    stem: str
    id: str
    title: str
    kind: Kind
    points: float
    entry: str
    anchor: str
    section: str
    cases: tuple[CaseData, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.stem}.{self.id}"


@dataclass(frozen=True)
class Shown:
    """The smallest failing case, ready to be drawn."""

    name: str
    args: Mapping[str, Any]
    expected: Any = None
    got: Any = None
    wrong: np.ndarray | None = None


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one answer.

    Attributes:
        message: one sentence on what the data shows.
        hint: a question or nudge, empty if none fits.
        mistake: name of the known mistake that was recognised, or "".
        shown: the smallest failing case, if there is one.
        where: for a kernel that was run, whether on a GPU, and on which; the end of "checked …".
    """

    question: QuestionData
    score: float
    status: Status
    message: str
    hint: str = ""
    mistake: str = ""
    shown: Shown | None = None
    where: str = ""
