"""The source text of a function or class together with everything of this repository that it uses."""

import ast
import inspect
import io
import sys
import tokenize
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

FOLLOWED = ("solutions", "autograder")  # packages that a student does not have: what comes from there is written out


def source_of(function: Callable[..., Any], name: str | None = None) -> str:
    """Return source text that defines a module-level function or class on its own.

    Args:
        function: defined at the top level of its module.
        name: what to call it instead of its own name.

    Returns:
        The imports, constants and helpers that the function needs, of its own module and of others of this
        repository, each before what uses it, and the function. Helpers have private names, so that they replace
        nothing of the reader's own.

    Raises:
        ValueError: if two modules have different helpers of one name, or a parameter is named like a helper.
    """
    pieces = list(_needed(function.__module__, function.__name__, {}))
    imports = sorted({piece.text for piece in pieces if piece.is_import})
    others = [piece for piece in pieces if not piece.is_import]
    helpers = {defined for piece in others for defined in piece.defines} - {function.__name__}
    _assert_no_parameter_is(helpers, others)
    blocks = ["\n".join(imports), *(_with_private_names(piece.text, helpers) for piece in others)]
    if name and name != function.__name__:
        blocks.append(f"{name} = {function.__name__}")
    return "\n\n\n".join(filter(None, blocks)) + "\n"


def stub_of(answer: Callable[..., Any], given: Collection[str] = ()) -> str:
    """Return a function's signature and docstring, with a body that says it is still to be written.

    Of a class, its methods are treated so, but for those that are ``given``; its other lines stay.

    Raises:
        TypeError: if ``answer`` is neither defined with ``def`` nor with ``class``.
    """
    source = inspect.getsource(answer)
    match ast.parse(source).body[0]:
        case ast.FunctionDef() as function:
            return _stub(source.splitlines(), function)
        case ast.ClassDef() as class_:
            lines = source.splitlines()
            parts, done = [], 0
            for node in class_.body:
                if isinstance(node, ast.FunctionDef) and node.name not in given and node.name != "__repr__":
                    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
                    parts += [*lines[done:start], _stub(lines, node, start)]
                    done = node.end_lineno or len(lines)
            return "\n".join([*parts, *lines[done:]])
    raise TypeError(f"{answer!r} is not defined with def or class")


def _stub(lines: list[str], function: ast.FunctionDef, start: int = 0) -> str:
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    head = lines[start : first.end_lineno if documented else first.lineno - 1]
    return "\n".join([*head, " " * first.col_offset + "raise NotImplementedError"])


@dataclass(frozen=True)
class _Piece:
    """A statement of a module, and the names that it defines."""

    text: str
    defines: tuple[str, ...]
    is_import: bool = False


@cache
def _statements(module: str) -> tuple[str, dict[str, ast.stmt]]:
    """Return the text of a module, and its top-level statements by the names they define."""
    text = inspect.getsource(sys.modules[module])
    return text, {name: node for node in ast.parse(text).body for name in _defined_by(node)}


def _needed(module: str, name: str, found: dict[str, str]) -> Iterator[_Piece]:
    """Yield what a name of a module stands for, after everything that it uses; ``found`` says what came from where."""
    text, statements = _statements(module)
    node = statements[name]
    match node:
        case ast.ImportFrom(module=str(source)) if source.partition(".")[0] in FOLLOWED:
            if found.get(name) != source:
                yield from _needed(source, name, found)
            return
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            alias = next(alias for alias in aliases if (alias.asname or alias.name) == name)
            one = ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], 0)
            yield _Piece(ast.unparse(one), (name,), is_import=True)
            return
    if found.setdefault(name, module) != module:
        raise ValueError(f"{name} means one thing in {found[name]} and another in {module}; give one another name")
    for used in sorted({child.id for child in ast.walk(node) if isinstance(child, ast.Name)} - {name}):
        if used in statements and not (used in found and found[used] == module):
            yield from _needed(module, used, found)
    yield _Piece(_text_of(node, text), tuple(_defined_by(node)))


def _text_of(node: ast.stmt, text: str) -> str:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _defined_by(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases)
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _assert_no_parameter_is(helpers: set[str], pieces: list[_Piece]) -> None:
    for piece in pieces:
        for node in ast.walk(ast.parse(piece.text)):
            if isinstance(node, ast.arg | ast.keyword) and node.arg in helpers:
                raise ValueError(f"{node.arg} is a parameter in or near {piece.defines[0]}, and a helper's name too")


def _with_private_names(text: str, names: set[str]) -> str:
    """Put an underscore before the given names wherever they stand as names; not in strings, nor after a dot."""
    lines = text.splitlines(keepends=True)
    before = ""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in names and before != "." and token.string[0] != "_":
            found.append(token.start)
        before = token.string
    for row, column in reversed(found):
        lines[row - 1] = f"{lines[row - 1][:column]}_{lines[row - 1][column:]}"
    return "".join(lines)
