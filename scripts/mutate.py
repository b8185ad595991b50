"""Measure how much the questions' cases notice: known mistakes, and faults put into the references.

``python -m scripts.mutate`` prints a report and fails if a known mistake is not recognised, if fewer than 95 % of the
faults of a chapter cost marks, or if one that costs none is not explained in ``docs/mutation/<stem>.md``.
"""

import argparse
import ast
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from autograder import specs
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    LayerQuestion,
    Spec,
    SpeedQuestion,
    TestsQuestion,
    ValueQuestion,
)
from autograder.source import source_of
from scripts.mutants import Mutant, mutants_of, normalised
from scripts.trials import SURVIVED, Trial, examined_by, likeness, marks, run_all, seeds_from, verdict_on
from solutions import arguments

EXPLAINED = Path(__file__).parent.parent / "docs" / "mutation"
LEAST = 0.95  # share of faults that must cost marks, by chapter
ROW = re.compile(r"\| (\S+) \| `(.+?)` \| `(.+?)` \| `(.+?)` \| .+ \|")
Coded = FunctionQuestion | HuntQuestion | LayerQuestion
Explained = tuple[str, ...]  # question, function, before, after


@dataclass(frozen=True)
class Tally:
    """What became of the faults in one question's reference."""

    name: str
    count: int
    survivors: tuple[Mutant, ...]

    def keys(self) -> list[Explained]:
        return [(self.name, mutant.function, mutant.before, mutant.after) for mutant in self.survivors]


def main(arguments: Sequence[str] | None = None) -> int:
    """Report on the chapters that are named, or on all; return 1 if one falls short."""
    parser = argparse.ArgumentParser(prog="python -m scripts.mutate", description=__doc__)
    parser.add_argument("stems", nargs="*", help="chapters (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="what the seeds of hidden cases are drawn from")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.stems) - set(specs.stems()):
        parser.error(f"there is no chapter {', '.join(sorted(unknown))}; there is {', '.join(specs.stems())}")
    seeds = seeds_from(chosen.seed)
    short = [report(specs.load(stem), seeds, read_explained(stem)) for stem in chosen.stems or specs.stems()]
    return int(any(short))


def report(spec: Spec, seeds: Sequence[int], explained: set[Explained]) -> bool:
    """Print what was found on one chapter; return whether it falls short."""
    count = sum(len(question.mistakes) for question in spec.questions)
    unnamed = list(unrecognised(spec, seeds))
    print(f"{spec.stem}: {count - len(unnamed)} of {count} known mistakes killed and named with {len(seeds)} seeds")
    for failure in unnamed:
        print(f"  not recognised: {failure}")
    tallies, found = [], set()
    for tally in measured(spec, seeds):
        tallies.append(tally)
        print(f"  {tally.name:<28} {tally.count - len(tally.survivors):>4} of {tally.count:>4} mutants killed")
        for mutant, key in zip(tally.survivors, tally.keys(), strict=True):
            found.add(key)
            note = "explained" if key in explained else "NOT EXPLAINED"
            print(f"    survives ({note}): | {key[0]} | `{mutant.function}` | `{mutant.before}` | `{mutant.after}` |")
    total, killed = sum(t.count for t in tallies), sum(t.count - len(t.survivors) for t in tallies)
    print(f"  in all {killed} of {total} killed ({killed / total:.1%})")
    for key in sorted(stale := explained - found):
        print(f"  explained, but does not survive: {key}")
    for line in coverage(spec, seeds[0]):
        print(f"  {line}")
    return bool(unnamed or stale or found - explained or killed < LEAST * total)


def unrecognised(spec: Spec, seeds: Sequence[int]) -> Iterator[str]:
    """Yield the known mistakes that keep full marks, or are not called by their name, with any of the seeds."""
    for question in spec.questions:
        for mistake in question.mistakes:
            verdicts = [verdict_on(spec, question, mistake.wrong, seed) for seed in seeds]
            if not all(v.score < question.points and v.mistake == mistake.name for v in verdicts):
                yield f"{question.id} {mistake.name}"


def measured(spec: Spec, seeds: Sequence[int]) -> Iterator[Tally]:
    """Try every fault of every question's answer."""
    for question in spec.questions:
        name = f"{spec.stem}.{question.id}"
        match question:
            case FunctionQuestion() | HuntQuestion() | LayerQuestion():
                asked = untimed(question)
                yield tally(name, marks(spec, asked, seeds), faults(spec, asked), asked)
            case TestsQuestion():
                asked = examined(spec, question)
                yield tally(name, examined_by(question), faults(spec, asked), asked)
            case ValueQuestion():
                wrong = list(values_near(np.asarray(question.answer())))
                trial = marks(spec, question, seeds)
                kept = [value for value in wrong if trial(value) == SURVIVED]
                yield Tally(
                    name, len(wrong), tuple(Mutant("answer", f"{question.answer()}", f"{value}", "") for value in kept)
                )


def tally(name: str, trial: Trial, mutants: Sequence[Mutant], question: Coded) -> Tally:
    """Try mutants of a question's reference.

    Raises:
        RuntimeError: if the reference itself does not survive, since then nothing is measured.
    """
    sound = normalised(source_of(question.reference, question.id))
    first, *ends = run_all(trial, [sound, *(mutant.source for mutant in mutants)], question.id)
    if first != SURVIVED:
        raise RuntimeError(f"{name}: the reference without a fault fails its own trial (ended with {first})")
    return Tally(name, len(mutants), tuple(m for m, end in zip(mutants, ends, strict=True) if end == SURVIVED))


def faults(spec: Spec, question: Coded) -> list[Mutant]:
    """Return the mutants of a reference and its helpers; what is asked or taught elsewhere counts there only."""
    source = source_of(question.reference, question.id)
    home = inspect.getmodule(question.reference)
    asked = {getattr(getattr(q, "reference", None), "__name__", "") for q in spec.questions}  # a kernel is a text
    here = {name for name, value in vars(home).items() if inspect.getmodule(value) is home} - asked
    parts = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    elsewhere = parts - {f"_{name.removeprefix('_')}" for name in here} - {question.reference.__name__}
    return list(mutants_of(source, elsewhere, {f"_{name}" for name in arguments.__all__}))


def values_near(answer: np.ndarray) -> Iterator[np.ndarray]:
    """Yield wrong values: one number off by one or left out, neighbours swapped, all reversed or negated."""
    numbers = answer.ravel()
    wrong = [numbers[::-1], -numbers]
    for i in range(numbers.size):
        wrong += [np.delete(numbers, i), numbers + (np.arange(numbers.size) == i), numbers - np.eye(numbers.size)[i]]
        wrong += [np.r_[numbers[:i], numbers[i : i + 2][::-1], numbers[i + 2 :]]]
    different = (value for value in wrong if not np.array_equal(value, numbers))
    yield from (value.reshape(answer.shape) if value.size == answer.size else value for value in different)


def untimed(question: Coded) -> Coded:
    """Return a *speed* question without its race: whether a fault makes an answer slow is not what is asked here."""
    if not isinstance(question, SpeedQuestion):
        return question
    return FunctionQuestion(**{field.name: getattr(question, field.name) for field in fields(FunctionQuestion)})


def examined(spec: Spec, test: TestsQuestion) -> FunctionQuestion:
    """Return the question whose answers a *tests* question examines: ``test_correlate`` examines ``correlate``.

    Where the chapter does not ask for that function, it is a question without cases, on the right version.
    """
    name = test.id.removeprefix("test_")
    asked = next((question for question in spec.questions if question.id == name), None)
    if isinstance(asked, FunctionQuestion):
        return asked
    return FunctionQuestion(
        id=name, title=test.title, points=1, section=test.section, reference=test.right, cases=lambda _: ()
    )


def coverage(spec: Spec, seed: int) -> Iterator[str]:
    """Say, for each *tests* question, which of its wrong versions the mutants behave like."""
    for question in spec.questions:
        if isinstance(question, TestsQuestion):
            asked = examined(spec, question)
            if asked not in spec.questions:
                continue
            sources = [mutant.source for mutant in faults(spec, asked)]
            alike = Counter(run_all(likeness(spec, question, asked, seed), sources, asked.id))
            versions = [f"{alike.pop(n, 0)} {v.name}" for n, v in enumerate(question.versions, start=1)]
            raising, others = alike.pop(100, 0), sum(alike.values())
            yield f"{question.id}: mutants of {asked.id} that do just what a wrong version does: {', '.join(versions)}"
            yield f"{question.id}: {raising} raise in every case, {others} are wrong in other ways"


def read_explained(stem: str) -> set[Explained]:
    """Read the rows ``| question | `function` | `before` | `after` | why |`` on one chapter's survivors."""
    page = EXPLAINED / f"{stem}.md"
    return explained_in(page.read_text()) if page.is_file() else set()


def explained_in(text: str) -> set[Explained]:
    """Return the survivors that a Markdown table names."""
    return {row.groups() for row in map(ROW.fullmatch, text.splitlines()) if row}


if __name__ == "__main__":
    sys.exit(main())
