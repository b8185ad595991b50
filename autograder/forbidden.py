"""Ready-made routines that a question rules out, looked for in a notebook's source before anything of it runs.

What is followed: imports, with and without new names, assignments of a module or routine to a name, ``getattr`` with
a literal name, and the functions, classes and tables of the notebook that the answer uses. What the source does not
show is left to :mod:`unrolled.judge.guard`, which watches the calls. A function of the student's own may be named
like a routine that is ruled out.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, NamedTuple

from unrolled.judge import Answers, KernelCall, Lap, Outcome, Ran
from unrolled.judge.outcome import LONGEST_DETAIL

MANY = re.compile(r"import\s*[*(\\]|import\b.*\\$", re.MULTILINE)  # imports with a star or of several lines
LONGEST_CELL = 50_000  # characters; nobody writes an answer of that length
Meaning = str | ast.AST | None  # of a name: a dotted path, code of the notebook, or nothing that is known
DULL = (ast.expr_context, ast.operator, ast.Constant, ast.Attribute)  # give nothing to a name
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Known(NamedTuple):
    """What a cell, or a function in it, gives to names; and the modules that it imports with a star."""

    names: dict[str, Meaning]
    stars: list[str]


class Source:
    """The source of a notebook's cells."""

    def __init__(self, cells: Sequence[str]) -> None:
        self._cells = cells

    @cached_property
    def _imports_many(self) -> bool:
        return any(MANY.search(cell) for cell in self._cells)

    @cached_property
    def _trees(self) -> list[ast.Module]:
        return list(map(_parsed, self._cells))

    @cached_property
    def _known(self) -> Known:
        known = Known({}, [])
        for tree in self._trees:
            _learn(tree.body, known)
        return known

    def _line(self, node: ast.expr) -> str:
        """Quote the line of a node, with its number in the cell."""
        cell = next(cell for cell, tree in zip(self._cells, self._trees, strict=True) if node in set(ast.walk(tree)))
        return f"line {node.lineno}: {cell.splitlines()[node.lineno - 1].strip()}"[:LONGEST_DETAIL]

    def use(self, entry: str, forbidden: Sequence[str]) -> Outcome | None:
        """Tell where the answer called ``entry`` uses a forbidden routine; None if the source shows no such use.

        Args:
            entry: name of the answer.
            forbidden: routines such as ``"numpy.correlate"``, which stands for any of that name within NumPy. A last
                name with an underscore in front stands for an attribute of that name, whatever it is an attribute of.
        """
        names = {rule.rpartition(".")[2] for rule in forbidden}
        candidates = ((cell, name) for cell in self._cells for name in names if name in cell)
        if not self._imports_many and not any(_refers(cell, name) for cell, name in candidates):
            return None  # which spares most notebooks the search
        found: set[ast.AST] = set()
        waiting = [self._known.names.get(entry)]
        while waiting:
            meaning = waiting.pop()
            if isinstance(meaning, str) and (rule := _rule(meaning, forbidden)):
                return Outcome(problem="forbidden", detail=rule)
            if not isinstance(meaning, ast.AST) or meaning in found:
                continue
            found.add(meaning)
            for node, rule in _private(meaning, forbidden):
                return Outcome(problem="forbidden", detail=rule, line=self._line(node))
            for node, path in _paths(meaning, self._known):
                if isinstance(path, ast.AST):
                    waiting.append(path)
                elif rule := _rule(path, forbidden):
                    return Outcome(problem="forbidden", detail=rule, line=self._line(node))
        return None


class RuledOut:
    """Answers of which one is not run, because its source uses what its question rules out."""

    def __init__(self, answers: Answers, entry: str, outcome: Outcome) -> None:
        self._answers, self._entry, self._outcome = answers, entry, outcome

    def get(self, entry: str) -> Outcome:
        return self._answers.get(entry)

    def call(self, entry: str, *rest: Any) -> Outcome:
        return self._outcome if entry == self._entry else self._answers.call(entry, *rest)

    def calls(self, entry: str, each: Sequence[Any], *rest: Any) -> Sequence[Outcome]:
        return [self._outcome] * len(each) if entry == self._entry else self._answers.calls(entry, each, *rest)

    def layer(self, entry: str, *rest: Any) -> Outcome:
        return self._outcome if entry == self._entry else self._answers.layer(entry, *rest)

    def test(self, entry: str, subject: Callable[..., Any]) -> Outcome:
        return self._answers.test(entry, subject)

    def anew(self, entry: str) -> AbstractContextManager[Answers]:
        return self._answers.anew(entry)

    def lap(self, entry: str, rival: str, args: Mapping[str, Any], forbidden: Sequence[str] = ()) -> Lap:
        return self._answers.lap(entry, rival, args, forbidden)

    def kernel(self, call: KernelCall) -> Ran:
        return self._answers.kernel(call)


def _refers(cell: str, name: str) -> bool:
    """Tell whether a cell may refer to a routine: as an attribute, in quotes, or by an import."""
    for found in re.finditer(re.escape(name), cell):
        before = cell[: found.start()]
        if before.rstrip()[-1:] in (".", "'", '"', "\\") or "import" in before.rpartition("\n")[2]:
            return True
    return False


def _parsed(cell: str) -> ast.Module:
    """Parse a cell without its magics; one that is no Python is as good as empty."""
    lines = [line if line.lstrip()[:1] not in ("%", "!", "?") else "" for line in cell.splitlines()]
    try:
        return ast.parse("\n".join(lines) if len(cell) <= LONGEST_CELL else "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _learn(body: Sequence[ast.AST], known: Known) -> None:
    """Take in what statements give to names, in order; what is inside functions stays inside."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                known.names[name] = node
                continue
            case ast.Import(names=aliases):
                for alias in aliases:
                    known.names[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            case ast.ImportFrom(module=str(module), names=aliases):
                known.stars.extend(module for alias in aliases if alias.name == "*")
                known.names.update({alias.asname or alias.name: f"{module}.{alias.name}" for alias in aliases})
            case ast.Assign(targets=targets, value=value):
                _assign(targets, value, known)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                _assign([target], value, known)
            case ast.Name(id=name, ctx=ast.Store()):
                known.names.setdefault(name, None)
        waiting += reversed([child for child in ast.iter_child_nodes(node) if not isinstance(child, DULL)])


def _assign(targets: Sequence[ast.expr], value: ast.expr, known: Known) -> None:
    """Several names that are assigned at once may each mean any part of the value."""
    meaning: Meaning = _path(value, known) or value
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                known.names[node.id] = meaning


def _paths(code: ast.AST, outside: Known) -> Iterator[tuple[ast.expr, str | ast.AST]]:
    """Yield the names and chains of attributes in a piece of code, with what they mean."""
    inside = Known(dict(outside.names), list(outside.stars))
    nodes = list(ast.walk(code))
    for node in nodes:
        if isinstance(node, Function):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            inside.names.update({argument.arg: None for argument in given if argument})
    for node in nodes:
        if isinstance(node, Function | ast.ClassDef):
            _learn(node.body if isinstance(node.body, list) else [node.body], inside)
    for node in nodes:
        match node:
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()) | ast.Call():
                meaning = inside.names.get(node.id) if isinstance(node, ast.Name) else None
                if path := _path(node, inside):
                    yield node, path
                elif isinstance(meaning, ast.AST):
                    yield node, meaning


def _private(code: ast.AST, forbidden: Sequence[str]) -> Iterator[tuple[ast.expr, str]]:
    """Yield where a piece of code names a private attribute that is ruled out, as an attribute or in quotes."""
    names = {rule.rpartition(".")[2]: rule for rule in forbidden if rule.rpartition(".")[2].startswith("_")}
    for node in ast.walk(code) if names else ():
        match node:
            case ast.Attribute(attr=str(name)) | ast.Constant(value=str(name)) if name in names:
                yield node, names[name]


def _path(node: ast.AST, known: Known) -> str:
    """Return what a chain such as ``np.lib.f`` or ``getattr(np, "f")`` stands for, or ""."""
    names: list[str] = []
    while True:
        match node:
            case ast.Attribute(value=value, attr=name):
                node = value
            case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name)), *_]):
                node = value
            case ast.Name(id=name):
                break
            case _:
                return ""
        names.append(name)
    if name not in known.names:
        meaning: Meaning = f"{known.stars[-1]}.{name}" if known.stars else None
    else:
        meaning = known.names[name]
    return ".".join([meaning, *reversed(names)]) if isinstance(meaning, str) else ""


def _rule(path: str, forbidden: Sequence[str]) -> str:
    """Return the forbidden routine that a dotted path leads to, or ""."""
    first, last = path.partition(".")[0], path.rpartition(".")[2]
    named = [rule for rule in forbidden if (rule.partition(".")[0], rule.rpartition(".")[2]) == (first, last)]
    return path if path in named else next(iter(named), "")
