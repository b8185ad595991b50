"""What the source of a notebook shows of ready-made routines, and that it alarms nobody without need."""

from textwrap import indent

import nbformat
import pytest

from autograder import specs
from autograder.forbidden import Source
from autograder.grading import grade
from autograder.notebooks import solved
from autograder.submission import read_submission

RULES = ("numpy.correlate", "numpy.convolve", "scipy.signal.correlate")
USES = {
    "by name": (["import numpy as np", "def f(x, w):\n    return np.correlate(x, w)"], "numpy.correlate"),
    "by full name": (["import numpy", "def f(x, w):\n    return numpy.convolve(x, w)"], "numpy.convolve"),
    "renamed": (["from numpy import correlate as c", "def f(x, w):\n    return c(x, w)"], "numpy.correlate"),
    "with a star": (["from numpy import *\ndef f(x, w):\n    return correlate(x, w)"], "numpy.correlate"),
    "another package": (["def f(x, w):\n    import scipy.signal as s\n    return s.correlate(x, w)"], RULES[2]),
    "below the surface": (
        ["import numpy as np", "def f(x, w):\n    return np._core.multiarray.correlate(x, w)"],
        RULES[0],
    ),
    "an alias of a module": (
        ["import numpy as np\nm = np", "def f(x, w):\n    k = m\n    return k.correlate(x, w)"],
        RULES[0],
    ),
    "an alias of a routine": (["import numpy as np\nc = np.correlate", "def f(x, w):\n    return c(x, w)"], RULES[0]),
    "the routine itself": (["from numpy import correlate", "f = correlate"], "numpy.correlate"),
    "getattr": (["import numpy as np", "def f(x, w):\n    return getattr(np, 'correlate')(x, w)"], "numpy.correlate"),
    "a helper": (
        ["import numpy as np\ndef h(x, w):\n    return np.correlate(x, w)", "def f(x, w):\n    return h(x, w)"],
        RULES[0],
    ),
    "a table": (["import numpy as np\nt = [np.convolve]", "def f(x, w):\n    return t[0](x, w)"], "numpy.convolve"),
    "a lambda": (["import numpy as np", "f = lambda x, w: np.correlate(x, w)"], "numpy.correlate"),
    "a class": (
        ["import numpy as np", "class f:\n    def forward(self, x):\n        return np.correlate(x, x)"],
        RULES[0],
    ),
    "a default": (["import numpy as np", "def f(x, w, c=np.correlate):\n    return c(x, w)"], "numpy.correlate"),
    "in a branch": (
        [
            "try:\n    import numpy as np\nexcept ImportError:\n    pass",
            "if 1:\n    def f(x):\n        return np.convolve(x, x)",
        ],
        RULES[1],
    ),
    "under magics": (
        ["%matplotlib inline\nimport numpy as np\n!ls", "%%time\ndef f(x):\n    return np.convolve(x, x)"],
        RULES[1],
    ),
}
INSIDE = "unrolled.device.StandIn._host"
PRIVATE = {
    "an attribute": ["def f(x):\n    return x._host"],
    "of what a call returns": ["def h(x):\n    return x.copy()._host", "def f(x):\n    return h(x)"],
    "getattr": ["def f(x):\n    return getattr(x, '_host')"],
    "its table": ["def f(x):\n    return vars(x)['_host']"],
}


@pytest.mark.parametrize("cells", PRIVATE.values(), ids=PRIVATE.keys())
def test_a_private_attribute_is_found_whatever_it_belongs_to(cells: list[str]) -> None:
    outcome = Source(cells).use("f", (INSIDE, *RULES))
    assert outcome
    assert outcome.detail == INSIDE
    assert outcome.line
    assert not Source([*cells, "def g(x):\n    return x.host"]).use("g", (INSIDE, *RULES))


@pytest.mark.parametrize(("cells", "routine"), USES.values(), ids=USES.keys())
def test_a_use_is_found_with_its_line(cells: list[str], routine: str) -> None:
    outcome = Source(cells).use("f", RULES)
    assert outcome
    assert (outcome.problem, outcome.detail) == ("forbidden", routine)
    assert outcome.line == "" or outcome.line.partition(": ")[2] in {
        line.strip() for cell in cells for line in cell.splitlines()
    }


OWN = "def correlate(x, w):\n    return [sum(a * b for a, b in zip(x[i:], w)) for i in range(len(x))]"


def indented(head: str, *parts: str) -> str:
    return head + "".join("\n" + indent(part, "    ") for part in parts)


INNOCENT = {
    "the student's own": [OWN, "def f(x, w):\n    return correlate(x, w)"],
    "the student's own under a star": ["from numpy import *", OWN, "def f(x, w):\n    return correlate(x, w)"],
    "the student's own after an import": [
        "from numpy import correlate",
        OWN,
        "def f(x, w):\n    return correlate(x, w)",
    ],
    "the student's own inside": [indented("def f(x, w):", OWN, "return correlate(x, w)")],
    "a method": [
        "class A:\n    def correlate(self, x):\n        return x",
        "def f(x, w):\n    return A().correlate(x)",
    ],
    "an argument": ["import numpy as np", "def f(x, np):\n    return np.correlate(x)"],
    "a name in a text": ["import numpy as np", "def f(x, w):\n    'Like np.correlate.'  # np.correlate\n    return x"],
    "elsewhere": ["import numpy as np\nprint(np.correlate([1], [1]))", "def f(x, w):\n    return x"],
    "a comparison": [
        "import numpy as np\ndef test():\n    assert f(1, 2) == np.correlate(1, 2)",
        "def f(x, w):\n    return x",
    ],
    "a key": ["import numpy as np", "def f(x, w):\n    return {'correlate': x}['correlate']"],
    "rebound": ["import numpy as np\nc = np.correlate\nc = 3", "def f(x, w):\n    return c"],
    "no such name": ["def g(x):\n    return x"],
    "no Python": ["def f(:", "import numpy as np"],
}


@pytest.mark.parametrize("cells", INNOCENT.values(), ids=INNOCENT.keys())
def test_nobody_is_alarmed_without_need(cells: list[str]) -> None:
    assert Source(cells).use("f", RULES) is None


@pytest.mark.parametrize("stem", specs.stems())
def test_no_reference_uses_what_its_question_rules_out(stem: str) -> None:
    spec = specs.load(stem)
    source = Source([cell.source for cell in solved(spec).cells if cell.cell_type == "code"])
    for question in spec.questions:
        assert source.use(question.entries[-1], question.forbidden) is None, question.id


HOSTILE = {
    "brackets": "f = " + "(" * 10**4 + ")" * 10**4,
    "lists": "f = " + "[" * 10**4,
    "signs": "f = " + "-" * 40_000 + "1",
    "attributes": "f = a" + ".a" * 20_000,
    "sums": "f = 1" + "+1" * 20_000,
    "nots": "f = " + "not " * 10**4 + "1",
    "lambdas": "f = " + "lambda:" * 5_000 + "1",
    "calls": "f = a" + "()" * 20_000,
    "choices": "f = " + "1 if 1 else " * 3_000 + "1",
    "blocks": "".join(" " * n + "if f:\n" for n in range(90)) + " " * 90 + "pass",
    "null": "f = 1\0",
    "half a character": "f = '\ud800'",
    "long": "f = 1\n" * 10**5,
    "a circle": "f = g\ng = lambda: f\nf = lambda: g()",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_source_is_survived(source: str) -> None:
    assert Source(["import numpy as np", source, "f = f"]).use("f", RULES) is None


def test_a_notebook_that_uses_one_is_told_so_and_loses_that_question_only() -> None:
    spec = specs.load("conv1d")
    source = "from numpy import correlate as c\n\n\ndef correlate(x, weight):\n    return c(x, weight)"
    notebook = solved(spec, {"correlate": source})
    grading = grade(read_submission(nbformat.writes(notebook).encode(), "x.ipynb"))
    verdicts = {verdict.question.id: verdict for verdict in grading.verdicts}
    assert verdicts["correlate"].score == 0
    assert "correlate uses numpy.correlate (line 5: return c(x, weight))" in verdicts["correlate"].message
    assert grading.score == spec.max_score - verdicts["correlate"].question.points
