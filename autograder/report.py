"""The marks of one submission as HTML: a sanitised fragment for pages, and a page that stands alone.

Whatever a report quotes may be a student's: :func:`sanitised` is for pages, :func:`printable` for terminals.
"""

from functools import cache

import nh3
from jinja2 import Environment, PackageLoader, select_autoescape

from autograder.grading import Grading
from unrolled.check import SITE
from unrolled.judge import Verdict, explain_html
from unrolled.judge.explain import points
from unrolled.show import STYLE

WORDS = {
    "passed": "right",
    "partial": "partly right",
    "failed": "not right",
    "raised": "raised an error",
    "missing": "not defined",
    "untouched": "not done yet",
    "timeout": "did not finish",
    "died": "ended the process",
}
TAGS = {"a", "b", "div", "figcaption", "figure", "h2", "li", "p", "section", "small"} | {
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def report_html(grading: Grading, site: str = "") -> str:
    """Return the report as an HTML fragment, sanitised; links are relative to the course's pages, or to ``site``."""
    template = _templates().get_template("report.html.j2")
    fragment = template.render(grading=grading, points=points, words=WORDS, explain=lambda v: explain_html(v, site))
    return STYLE + sanitised(fragment)


def report_page(grading: Grading) -> str:
    """Return the report as a page of its own, which loads nothing."""
    return _templates().get_template("page.html.j2").render(grading=grading, report=report_html(grading, SITE))


def verdict_html(verdict: Verdict) -> str:
    """Return the report on one question as a sanitised fragment."""
    return STYLE + sanitised(explain_html(verdict, SITE))


def sanitised(html: str) -> str:
    """Keep of a fragment only the plain tags that reports are made of; no script, style, handler or foreign link."""
    return nh3.clean(html, tags=TAGS, attributes={"*": {"class"}, "a": {"href"}}, url_schemes={"http", "https"})


def printable(text: str) -> str:
    """Drop control characters, with which a student's message could redraw the terminal."""
    return "".join(character for character in text if character.isprintable() or character == "\n")


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("autograder"), autoescape=select_autoescape(default=True))
