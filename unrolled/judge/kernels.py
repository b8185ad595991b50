"""Kernels in CUDA C: the student writes a text, and perhaps the function that chooses a grid and a block for sizes.

Text and launch are fetched as values; the kernel runs elsewhere, beside none of the student's Python. Arrays that it
has to fill hold NaN before (the smallest number, if they hold integers), so that what no thread writes is noticed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.judge.calls import Answers, KernelCall, Subjects, judge_cases, no_answer
from unrolled.judge.diagnose import Names
from unrolled.judge.outcome import LONGEST_NAME, MOST_NAMES, Outcome
from unrolled.judge.verdict import CaseData, QuestionData, Shown, Verdict
from unrolled.show import short

LONGEST_TEXT, LONGEST_MESSAGE = 64 << 10, 700  # characters of a kernel's text, and of a report on it


def unwritten(shape: Sequence[int], dtype: str = "float32") -> np.ndarray:
    """Return an array that a kernel has to fill: of NaN, or of the smallest number of an integer type."""
    kind = np.dtype(dtype)
    return np.full(tuple(shape), np.iinfo(kind).min if kind.kind in "iu" else np.nan, kind)


def judge_kernel(question: QuestionData, answers: Answers, subjects: Subjects) -> Verdict:
    """Judge a kernel on all its cases."""
    text = answers.get(question.entry)
    if verdict := no_answer(question, question.entry, text):
        return verdict
    if text.value is None or _is(text.value, question.about["stub"]):
        return Verdict(question, 0, "untouched", f"{question.entry} is still to be written")
    if not isinstance(text.value, str) or len(text.value) > LONGEST_TEXT:
        message = f"{question.entry} should be a text in CUDA C, of at most {LONGEST_TEXT >> 10} KB"
        return Verdict(question, 0, "failed", message)
    if name := question.about["launch"]:
        args = launch_args(question.about, question.cases[0].args)
        if verdict := no_answer(question, name, answers.call(name, args)):
            return verdict
    devices: set[str] = set()
    launches: dict[str, KernelCall] = {}

    def attempt(case: CaseData) -> Outcome:
        call = call_of(question.about, text.value, answers, case.name, case.args)
        if isinstance(call, Outcome):
            return call
        launches[case.name] = call
        ran = answers.kernel(call)
        devices.add(ran.device)
        return ran.outcome

    outputs = question.about["outputs"]
    names = Names(f"{outputs[0]}, written by {question.entry}," if len(outputs) == 1 else "The result", question.entry)
    verdict = judge_cases(question, map(attempt, question.cases), names)
    where = ", then on ".join(["without a GPU", *sorted(filter(None, devices))])
    message = f"{_about_unwritten(verdict)}. Checked {where}"
    return replace(verdict, message=message, shown=_inputs(verdict.shown, launches), where=where)


def call_of(
    about: Mapping[str, Any], text: str, answers: Answers, case: str, args: Mapping[str, Any]
) -> KernelCall | Outcome:
    """Ask for the launch of one case; return what to run, or why there is nothing to run.

    Args:
        about: of the question.
        text: the kernel's.
        answers: have the function that chooses the launch, if the question asks for one.
        case: its name.
        args: the kernel's, in order.
    """
    chosen = Outcome(about["launches"].get(case))
    if name := about["launch"]:
        chosen = answers.call(name, launch_args(about, args))
        if chosen.problem == "raised":
            kind, _, message = chosen.detail.partition(":")
            return replace(chosen, detail=f"{kind} in {name}:{message}")
        if chosen.problem:
            return chosen
    match chosen.value:
        case [grid, block] if _is_size(grid) and _is_size(block):
            shared = 0
        case [grid, block, int() | np.integer() as shared] if _is_size(grid) and _is_size(block):
            pass
        case other:
            asked = "grid, block and bytes of shared memory, such as ((4,), (128,), 0)"
            return Outcome(problem="raised", detail=f"LaunchError: {name} should return {asked}, not {short(other)}")
    sizes = tuple(map(int, grid)), tuple(map(int, block)), int(shared)
    return KernelCall(text, about["kernel"], tuple(about["options"]), *sizes, dict(args), tuple(about["outputs"]))


def launch_args(about: Mapping[str, Any], args: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a case's arguments that the function takes which chooses a launch, as plain numbers."""
    chosen = {name: args[name] for name in about["sizes"]}
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in chosen.items()}


def outcome_of(reply: Any, call: KernelCall) -> Outcome:
    """Turn what :func:`unrolled.cuda.launch.launched` returned, or claims to have, into an outcome."""
    match reply:
        case {"error": str(kind), "array": str(array), "message": str(message)} if kind.isidentifier():
            where = f" ({array[:LONGEST_NAME]})" if array else ""
            said = message.partition("\n")[0][:LONGEST_MESSAGE]
            return Outcome(problem="raised", detail=f"{kind[:LONGEST_NAME]}{where}: {said}")
        case {"values": list(values), "changed": list(changed)} if (
            len(values) == len(call.outputs)
            and all(isinstance(value, np.ndarray) for value in values)
            and all(isinstance(name, str) for name in changed)
        ):
            names = tuple(name[:LONGEST_NAME] for name in changed[:MOST_NAMES])
            return Outcome(values[0] if len(values) == 1 else tuple(values), changed=names)
    return Outcome(problem="died", detail="it sent something that is no reply")


def _is(value: Any, stub: str) -> bool:
    return isinstance(value, str) and value.strip() in ("", stub.strip())


def _is_size(value: Any) -> bool:
    whole = isinstance(value, list | tuple) and all(type(n) is int or isinstance(n, np.integer) for n in value)
    return whole and 1 <= len(value) <= 3


def _about_unwritten(verdict: Verdict) -> str:
    """Say of values that no thread wrote that they are just that."""
    shown, (text, separator, groups) = verdict.shown, verdict.message.partition(". Right: ")
    result, found, _ = text.partition(f"written by {verdict.question.entry}, ")
    if not found or shown is None or not isinstance(shown.got, np.ndarray) or shown.wrong is None:
        return verdict.message
    prefill = unwritten((), shown.got.dtype.name)
    left = shown.wrong & (np.isnan(shown.got) if shown.got.dtype.kind == "f" else shown.got == prefill)
    if not left.any():
        return verdict.message
    first = ", ".join(map(str, map(int, np.argwhere(left)[0])))
    said = f"has {left.sum()} of {left.size} elements that no thread wrote, the first at [{first}]"
    return f"{result}{found}{said}{separator}{groups}"


def _inputs(shown: Shown | None, launches: Mapping[str, KernelCall]) -> Shown | None:
    """Show of a failing case the inputs and the launch, not what a kernel had to fill."""
    if shown is None or shown.name not in launches:
        return shown
    call = launches[shown.name]
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in shown.args.items()}
    kept = {name: value for name, value in plain.items() if name not in call.outputs}
    return replace(shown, args={"grid": call.grid, "block": call.block} | kept)
