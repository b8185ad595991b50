"""Small faults put into source text, one at a time: a table of rules, and what they make of a program.

A rule looks at one node of the syntax tree and yields what might stand there by mistake. Code that only checks
arguments is left alone, since questions do not ask for it: an ``if`` that ends in ``raise``, ``a = np.asarray(b)``, a
loop or function that holds nothing else (and at most returns a name), and a statement that only calls such functions.
So are imports, docstrings, annotations, and the defaults of helpers' arguments.
"""

import ast
import copy
import difflib
from collections.abc import Callable, Collection, Iterator, MutableSequence
from dataclasses import dataclass
from typing import Any

Rule = Callable[[Any], Iterator[ast.AST | None]]  # yields what to put in the node's place; None leaves it out

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
NAMES = {"min": "max", "max": "min", "zeros": "empty", "ones": "zeros", "any": "all", "all": "any"}
COMMUTATIVE = {"max", "min", "result_type"}
UNTOUCHED_FIELDS = {"annotation", "returns", "decorator_list", "func"}
REMOVABLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.For, ast.While, ast.If)


@dataclass(frozen=True)
class Mutant:
    """A program with one fault.

    Attributes:
        function: where the fault is.
        before, after: the lines that differ, joined by ``;``. A removed statement leaves ``pass``.
        source: the whole program.
    """

    function: str
    before: str
    after: str
    source: str


def mutants_of(source: str, leave_alone: Collection[str] = (), checks: Collection[str] = ()) -> Iterator[Mutant]:
    """Yield every program that one rule makes of one place in the functions and methods of a program, each once.

    Args:
        source: the program.
        leave_alone: functions and classes that get no faults.
        checks: functions that check arguments, beside those that can be seen to do so.
    """
    tree = ast.parse(source)
    _strip_docstrings(tree)
    whole = ast.unparse(tree)
    seen = {whole}
    parts = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    checks = {part.name for part in parts if _only_checks(part, ())} | set(checks)
    for function in parts:
        if function.name in checks or function.name in leave_alone:
            continue
        helper = function.name.startswith("_")  # its defaults are as good as its calls
        for container, key in _places(ast.Module(function.body, []) if helper else function, checks):
            original = container[key]
            for fault in _faults(original):
                container[key] = ast.Pass() if fault is None and isinstance(original, ast.stmt) else fault
                changed = ast.unparse(ast.fix_missing_locations(tree))
                container[key] = original
                if changed not in seen:
                    seen.add(changed)
                    yield Mutant(function.name, *_difference(whole, changed), changed)


def normalised(source: str) -> str:
    """Return the program as :func:`mutants_of` writes it, without a fault."""
    tree = ast.parse(source)
    _strip_docstrings(tree)
    return ast.unparse(tree)


def _faults(node: ast.AST) -> Iterator[ast.AST | None]:
    for kind, rule in RULES:
        if isinstance(node, kind):
            yield from rule(node)


def _operator(node: ast.BinOp) -> Iterator[ast.AST]:
    for other in OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, other(), node.right)


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for other in COMPARISONS.get(type(node.ops[0]), ()):
        yield ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)


def _logic(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for field in ("lower", "upper", "step"):
        if bound := getattr(node, field):
            for moved in (None, *_one_off(bound)):
                yield _with(node, field, moved)


def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    if not isinstance(node.slice, ast.Slice | ast.Tuple):
        for moved in _one_off(node.slice):
            yield _with(node, "slice", moved)
    elif isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        backwards = ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1)))
        yield ast.Subscript(node, backwards, node.ctx)


def _order(node: ast.Tuple) -> Iterator[ast.AST]:
    for elements in _neighbours_swapped(node.elts):
        yield ast.Tuple(elements, node.ctx)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    if getattr(node.func, "id", getattr(node.func, "attr", "")) not in COMMUTATIVE:
        for arguments in _neighbours_swapped(node.args):
            yield _with(node, "args", arguments)
    match node:
        case ast.Call(func=ast.Name("range"), args=[stop]):
            yield _with(node, "args", [ast.Constant(1), stop])
            for moved in _one_off(stop):
                yield _with(node, "args", [moved])
        case ast.Call(func=ast.Name("enumerate"), args=[items]):
            yield _with(node, "args", [items, ast.Constant(1)])
        case ast.Call(func=ast.Attribute(attr="result_type"), args=arguments):
            yield ast.Name("float")
            for argument in arguments:
                yield ast.Attribute(argument, "dtype")
        case ast.Call(func=ast.Attribute(value=array, attr="copy")):
            yield array
        case ast.Call(func=ast.Name(name)) if name in NAMES:
            yield _with(node, "func", ast.Name(NAMES[name]))
        case ast.Call(func=ast.Attribute(attr=name) as attribute) if name in NAMES:
            yield _with(node, "func", _with(attribute, "attr", NAMES[name]))


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr == "dtype":
        yield ast.Name("float")
    elif node.attr == "T":
        yield node.value


def _branches(node: ast.IfExp) -> Iterator[ast.AST]:
    yield ast.IfExp(node.test, node.orelse, node.body)


def _in_place(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Assign([node.target], node.value)
    for other in OPERATORS.get(type(node.op), ()):
        yield ast.AugAssign(node.target, other(), node.value)


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value:
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def _removed(node: ast.stmt) -> Iterator[None]:
    yield None


RULES: tuple[tuple[type | tuple[type, ...], Rule], ...] = (
    (ast.BinOp, _operator),
    (ast.Compare, _comparison),
    (ast.BoolOp, _logic),
    (ast.UnaryOp, _sign),
    (ast.Constant, _constant),
    (ast.Slice, _slice),
    (ast.Subscript, _subscript),
    (ast.Tuple, _order),
    (ast.Call, _call),
    (ast.Attribute, _attribute),
    (ast.IfExp, _branches),
    (ast.AugAssign, _in_place),
    (ast.Return, _returned),
    (REMOVABLE, _removed),
)


def _one_off(node: ast.expr) -> tuple[ast.expr, ...]:
    """Return an index or bound plus and minus one; a constant has a rule of its own."""
    if isinstance(node, ast.Constant | ast.UnaryOp):
        return ()
    one = ast.Constant(1)
    return ast.BinOp(node, ast.Add(), one), ast.BinOp(node, ast.Sub(), one)


def _neighbours_swapped(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(nodes) - 1):
        yield [*nodes[:i], nodes[i + 1], nodes[i], *nodes[i + 2 :]]


def _with(node: ast.AST, field: str, value: Any) -> ast.AST:
    changed = copy.copy(node)
    setattr(changed, field, value)
    return changed


def _places(node: ast.AST, checks: Collection[str]) -> Iterator[tuple[Any, Any]]:
    """Yield where each node below one is kept, as a container and a key, checks of arguments left out."""
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED_FIELDS:
            continue
        listed = isinstance(value, MutableSequence)
        for key, child in enumerate(value) if listed else [(field, value)]:
            if isinstance(child, ast.AST) and not _only_checks(child, checks):
                yield (value if listed else vars(node)), key
                yield from _places(child, checks)


def _only_checks(node: ast.AST, checks: Collection[str]) -> bool:
    """Tell whether a statement only refuses arguments, or takes them as arrays; ``checks`` are functions that do."""
    match node:
        case ast.Raise() | ast.If(body=[*_, ast.Raise()], orelse=[]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="asarray"), args=[ast.Name()])):
            return True
        case ast.Assign(value=ast.Tuple(elts=values)):
            return all(_calls(value, checks) for value in values)
        case ast.Assign(value=value) | ast.Expr(value=value):
            return _calls(value, checks)
        case ast.FunctionDef(body=[*body, ast.Return(value=ast.Name())]) | ast.For(body=body):
            return len(body) > 0 and all(_only_checks(statement, checks) for statement in body)
        case ast.FunctionDef(body=body):
            return all(_only_checks(statement, checks) for statement in body)
    return False


def _calls(node: ast.expr, names: Collection[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _strip_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]


def _difference(before: str, after: str) -> tuple[str, str]:
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    gone, come = ("; ".join(line[2:].strip() for line in lines if line.startswith(mark)) for mark in ("- ", "+ "))
    return gone, come
