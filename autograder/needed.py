"""Which cells of a notebook one of its functions may depend on, so that the others need not run to call it."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

LOOKING_UP = {"globals", "locals", "vars", "eval", "exec", "get_ipython"}  # reach names that are not spelt out


class Cell:
    """What a cell does with names; it is looked for when it is asked for, since most cells turn out not to matter."""

    def __init__(self, source: str) -> None:
        """Parse a cell; of a line of IPython's own, for one, only the words are known."""
        self._body, self._words, self._is_python = list[ast.stmt](), frozenset[str](), True
        try:
            self._body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._words, self._is_python = frozenset(re.findall(r"[^\W\d]\w*", source)), False

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names that it gives a meaning to."""
        return self._words | {name for statement in self._body for name in _defined(statement)}

    @cached_property
    def only_defines(self) -> bool:
        """Whether it does nothing else."""
        return self._is_python and all(map(_defines, self._body))

    @cached_property
    def by_old(self) -> frozenset[str]:
        """Those of the names that perhaps get their meaning by their old one."""
        if not self.only_defines:
            return self.defined
        by_old: set[str] = set()
        made: set[str] = set()
        for statement in self._body:
            by_old |= _looked_up(statement) - made
            made |= set(_defined(statement))
        return self.defined & by_old

    @cached_property
    def used(self) -> frozenset[str]:
        """The names that it uses, whatever for: ``+=`` and ``del`` use a name, too."""
        nodes = (node for statement in self._body for node in ast.walk(statement))
        return self._words | {node.id for node in nodes if isinstance(node, ast.Name)}


def needed(cells: Sequence[str], entry: str) -> list[str]:
    """Leave out the cells that only define what is not used, by ``entry`` or by anything that stays.

    Of several cells that define a name, those stay that did so last: of all, and when a cell that uses it has run. A
    cell that does something, be it to print a number, stays too: it may change what other cells work with.
    """
    known = list(map(Cell, cells))
    waiting = [place for place, cell in enumerate(known) if not cell.only_defines or entry in cell.defined]
    kept: set[int] = set()
    while waiting:
        kept.add(place := waiting.pop())
        for name in known[place].used:
            defining = [other for other, cell in enumerate(known) if name in cell.defined]
            latest = {max(defining, default=place), max((o for o in defining if o <= place), default=place)}
            if name in known[place].by_old:
                latest.add(max((o for o in defining if o < place), default=place))
            waiting += latest - kept
    if any(known[place].used & LOOKING_UP for place in kept):
        return list(cells)
    return [cells[place] for place in sorted(kept)]


def _looked_up(statement: ast.stmt) -> set[str]:
    """Return the names that are looked up when a statement runs; those in the body of a function are so later."""
    parts: list[ast.AST | None] = [statement]
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [statement.args, statement.returns]
    nodes = (node for part in parts if part for node in ast.walk(part))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _defines(statement: ast.stmt) -> bool:
    """Does a statement give names a meaning, and run no code that could do anything else?"""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return not statement.decorator_list and not _calls([*statement.args.defaults, *statement.args.kw_defaults])
        case ast.ClassDef():
            plain = not statement.decorator_list and not statement.keywords and not _calls(statement.bases)
            return plain and all(map(_defines, statement.body))
        case ast.Import():
            return True
        case ast.ImportFrom(names=names):
            return all(alias.name != "*" for alias in names)
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(target, ast.Name) for target in targets) and not _calls([value])
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
    return False


def _calls(expressions: Sequence[ast.expr | None]) -> bool:
    """May an expression do more than compute? Operators and attributes are taken to compute."""
    doing = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    return any(isinstance(node, doing) for one in expressions if one for node in ast.walk(one))
