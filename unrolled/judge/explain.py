"""A verdict in words and arrays: one sentence, the smallest failing case, a nudge, where to read on."""

from html import escape

import numpy as np

from unrolled.judge.verdict import Shown, Verdict
from unrolled.show import STYLE, Block, block, html, short, text

MOST_NAMED, MOST_ARGUMENTS, ARGUMENT_ROWS = 8, 4, 4  # so that a report stays on one screen


def explain_text(verdict: Verdict) -> str:
    """Return the report on one answer as plain text."""
    question = verdict.question
    lines = [f"{question.name}   {points(verdict.score)} / {points(question.points)}   {sentence(verdict.message)}"]
    if verdict.shown:
        lines += ["", f"  smallest failing case: {_heading(verdict.shown)}", _indent(text(_blocks(verdict.shown)))]
    if verdict.hint:
        lines += ["", _indent(verdict.hint)]
    if verdict.status != "passed":
        lines += ["", f"  → {question.section} (chapter {question.stem})"]
    return "\n".join(lines) + "\n"


def explain_html(verdict: Verdict, site: str = "") -> str:
    """Return the report on one answer as an HTML fragment; everything in it is escaped.

    Args:
        verdict: the judge's.
        site: where the course's pages are, ending in a slash; "" if the report stands on one of them.
    """
    question = verdict.question
    look = "passed" if verdict.status == "passed" else "failed"
    score = f"{points(verdict.score)} / {points(question.points)}"
    parts = [f"<p><b>{escape(question.title)}</b> ({score}). {escape(sentence(verdict.message))}</p>"]
    if verdict.shown:
        parts.append(f"<p>Smallest failing case: {escape(_heading(verdict.shown))}</p>{html(_blocks(verdict.shown))}")
    if verdict.hint:
        parts.append(f"<p>{escape(verdict.hint)}</p>")
    if verdict.status != "passed":
        target = f"{site}{question.stem}.html#{question.anchor}"
        parts.append(f'<p>Read again: <a href="{escape(target)}">{escape(question.section)}</a></p>')
    return f'{STYLE}<div class="unrolled-verdict unrolled-{look}">{"".join(parts)}</div>'


def points(number: float) -> str:
    """Write a score without needless decimals: 2, 1.5, 0.67."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def sentence(message: str) -> str:
    """End a message with a full stop if nothing else ends it."""
    return message if message.endswith((".", "?", "!")) else f"{message}."


def _heading(shown: Shown) -> str:
    described = [f"{name} {_describe(value)}" for name, value in list(shown.args.items())[:MOST_NAMED]]
    more = ["…"] if len(shown.args) > MOST_NAMED else []
    return f"{shown.name} ({', '.join([*described, *more])})"


def _describe(value: object) -> str:
    return f"{value.shape} {value.dtype}" if isinstance(value, np.ndarray) else short(value)


def _blocks(shown: Shown) -> list[Block]:
    """Draw the first few arrays that went in, then what was expected beside what came, cut at the same place."""
    arrays = [(name, value) for name, value in shown.args.items() if isinstance(value, np.ndarray)]
    blocks = [block(name, value, rows=ARGUMENT_ROWS) for name, value in arrays[:MOST_ARGUMENTS]]
    if shown.expected is not None:
        blocks.append(block("expected", shown.expected, around=shown.wrong))
    if shown.got is not None:
        blocks.append(block("got", shown.got, shown.wrong))
    return blocks


def _indent(lines: str) -> str:
    return "\n".join(f"  {line}" for line in lines.splitlines())
