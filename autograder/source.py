"""The source text of a function together with everything of its module that it uses."""

import ast
import inspect
import io
import tokenize
from collections.abc import Callable, Iterator
from typing import Any


def source_of(function: Callable[..., Any], name: str | None = None) -> str:
    """Return source text that defines a module-level function on its own.

    Args:
        function: defined with ``def`` at the top level of its module.
        name: what to call it instead of its own name.

    Returns:
        The imports, constants and helper functions of the module that the function needs, in the module's
        order, and the function. Helpers have private names, so that they replace nothing of the reader's own.
    """
    module = inspect.getsource(inspect.getmodule(function) or function)
    tree = ast.parse(module)
    statements = {defined: node for node in tree.body for defined in _defined_by(node)}
    wanted = _reachable(function.__name__, statements)
    chosen = [node for node in tree.body if wanted & set(_defined_by(node))]
    for node in chosen:
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [alias for alias in node.names if (alias.asname or alias.name) in wanted]
    imports = [node for node in chosen if isinstance(node, ast.Import | ast.ImportFrom)]
    others = [node for node in chosen if node not in imports]
    blocks = ["\n".join(map(ast.unparse, imports)), *(ast.get_source_segment(module, node) or "" for node in others)]
    helpers = {defined for node in others for defined in _defined_by(node)} - {function.__name__}
    blocks = [_with_private_names(block, helpers) for block in blocks if block]
    if name and name != function.__name__:
        blocks.append(f"{name} = {function.__name__}")
    return "\n\n\n".join(blocks) + "\n"


def stub_of(function: Callable[..., Any]) -> str:
    """Return a function's signature and docstring, with a body that says it is still to be written."""
    node = ast.parse(inspect.getsource(function)).body[0]
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(f"{function!r} is not defined with def")
    head = inspect.getsource(function).splitlines()[: node.body[0].end_lineno]
    return "\n".join([*head, "    raise NotImplementedError"])


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


def _reachable(start: str, statements: dict[str, ast.stmt]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for node in ast.walk(statements[waiting.pop()]):
            if isinstance(node, ast.Name) and node.id in statements and node.id not in found:
                found.add(node.id)
                if not isinstance(statements[node.id], ast.Import | ast.ImportFrom):
                    waiting.append(node.id)
    return found


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
