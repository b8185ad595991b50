"""The judge: compare an answer with the reference, diagnose the difference, explain it.

It serves the notebook's ``check``, the web page and the trusted grader alike, and needs NumPy alone.
"""

from unrolled.judge.calls import Answers, KernelCall, Lap, Ran
from unrolled.judge.explain import explain_html, explain_text
from unrolled.judge.kinds import digest, judge
from unrolled.judge.layers import run_layer
from unrolled.judge.outcome import Outcome, run
from unrolled.judge.verdict import CaseData, QuestionData, Shown, Verdict

__all__ = [
    "Answers",
    "CaseData",
    "KernelCall",
    "Lap",
    "Outcome",
    "QuestionData",
    "Ran",
    "Shown",
    "Verdict",
    "digest",
    "explain_html",
    "explain_text",
    "judge",
    "run",
    "run_layer",
]
