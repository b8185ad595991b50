"""The worker's shell: cells mean what they mean to IPython, though they are parsed less often."""

import os
from typing import Any

import pytest
from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import InteractiveShell

from autograder.sandbox.worker import Shell, Worker


class PlainShell(Shell):
    """The same shell without the short cuts."""

    def __init__(self) -> None:
        super().__init__()
        self.compile = CachingCompiler()

    transform_cell = InteractiveShell.transform_cell
    should_run_async = InteractiveShell.should_run_async


ADD_ONE = """
import ast
class AddOne(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value + 1), node) if type(node.value) is int else node
get_ipython().ast_transformers.append(AddOne())"""
CELLS = [
    "x = 5\nx",
    "1;",
    "print('a')\n2 + 2",
    "",
    "   ",
    "# only a comment",
    "def f(:\n",
    "\tx = 1",
    "\x00",
    "raise ValueError('v')",
    "if True:\n    3",
    "await __import__('asyncio').sleep(0, 7)",
    "async def f():\n    return 3\nawait f()",
    "x = 'await'\nx",
    "[i async for i in range(3)]",
    "lambda: (yield)",
    "from __future__ import annotations\ndef g(a: nope):\n    return 1\ng.__annotations__",
    "%pwd\n4",
    "x?",
    "x = '''a\n%time\n'''\nx",
    "In [1]: x = 6\n   ...: x",
    "get_ipython().input_transformers_post.append(lambda lines: [line.replace('1', '2') for line in lines])",
    "1",
    "get_ipython().input_transformers_post.clear()",
    ADD_ONE,
    "41",
    "get_ipython().ast_transformers.clear()\n1",
    "1",
]


def shown(shell: Shell) -> list[Any]:
    with open(os.devnull, "rb") as requests, open(os.devnull, "wb") as replies:
        worker = Worker(requests, replies, shell)
        return [worker.run_cell(cell) for cell in CELLS]


@pytest.mark.filterwarnings("ignore")  # what the odd ones among the cells make Python warn of
def test_cells_do_what_they_do_in_ipython() -> None:
    for cell, plain, ours in zip(CELLS, shown(PlainShell()), shown(Shell()), strict=True):
        assert ours == plain, cell
