"""The visible cases of a chapter, as data: ``bundles/<stem>.bundle``, built from the spec by the grader's side.

Some answers are compared with functions, not with data: those lie beside it, in ``<stem>.sources``. They could answer
the questions. So students of a class may get that file without the right versions, and a sandbox has neither file.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from unrolled.judge.calls import RIVAL
from unrolled.judge.outcome import Outcome
from unrolled.judge.verdict import CaseData, QuestionData
from unrolled.wire import pack, unpack


class BundleError(LookupError):
    """A question or chapter is asked for that has no visible cases."""


@dataclass(frozen=True)
class Bundle:
    """The questions of one chapter, by question the source text of functions that answers are compared with.

    ``earlier`` are the chapters before it: what they taught is given when a notebook is marked, and nothing later.
    """

    stem: str
    questions: tuple[QuestionData, ...]
    subjects: Mapping[str, Mapping[str, str]]
    earlier: tuple[str, ...]

    def question(self, name: str) -> QuestionData:
        """Return a question, with the version that its answer is raced against, if there is one here."""
        for question in self.questions:
            if question.name == name:
                rivals = {key: text for key, text in self.subjects.get(question.id, {}).items() if key == RIVAL}
                return replace(question, about={**question.about, **rivals})
        known = ", ".join(question.name for question in self.questions)
        raise BundleError(f"there is no question {name!r}; this chapter has {known}")


def load(stem: str) -> Bundle:
    """Read the bundle that ships with this package.

    Raises:
        BundleError: if there is none for this chapter.
    """
    folder = resources.files("unrolled") / "bundles"
    file, sources = folder / f"{stem}.bundle", folder / f"{stem}.sources"
    if not file.is_file():
        raise BundleError(f"the visible cases of {stem} are not here")
    return from_bytes(file.read_bytes(), sources.read_bytes() if sources.is_file() else encoded({}))


def to_bytes(bundle: Bundle) -> tuple[bytes, bytes]:
    """Encode a bundle, cases and sources apart; every array keeps its memory layout, which is part of a case."""
    questions = [{**vars(question), "cases": list(map(_case_tree, question.cases))} for question in bundle.questions]
    about = {"stem": bundle.stem, "questions": questions, "earlier": bundle.earlier}
    return encoded(about), encoded(bundle.subjects)


def from_bytes(cases: bytes, sources: bytes) -> Bundle:
    """Decode what :func:`to_bytes` made."""
    tree = unpack(zlib.decompress(cases))
    questions = tuple(map(_question, tree["questions"]))
    return Bundle(tree["stem"], questions, unpack(zlib.decompress(sources)), tree["earlier"])


def encoded(tree: Mapping[str, Any]) -> bytes:
    """Encode the content of one file."""
    return zlib.compress(pack(dict(tree)), 9)


def _case_tree(case: CaseData) -> dict[str, Any]:
    wrong = {name: outcome.as_tree() for name, outcome in case.wrong.items()}
    return {**vars(case), "expected": case.expected.as_tree(), "wrong": wrong}


def _question(tree: Mapping[str, Any]) -> QuestionData:
    return QuestionData(**{**tree, "cases": tuple(map(_case, tree["cases"]))})


def _case(tree: Mapping[str, Any]) -> CaseData:
    wrong = {name: Outcome.from_tree(outcome) for name, outcome in tree["wrong"].items()}
    return CaseData(**{**tree, "expected": Outcome.from_tree(tree["expected"]), "wrong": wrong})


def compile_subjects(sources: Mapping[str, str]) -> dict[str, Any]:
    """Turn the sources of a question's examined functions into functions."""
    return {name: _compiled(name, source) for name, source in sources.items()}


def _compiled(name: str, source: str) -> Any:
    namespace: dict[str, Any] = {"__name__": f"unrolled.subject.{name}"}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # noqa: S102  (the text comes with this package)
    return namespace["subject"]
