"""Work for other processes, handed out in order and not too far ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def executor(workers: int) -> Executor:
    """Return forks of this process that are ready to work, or for one worker this process itself."""
    if workers == 1:
        return Here()
    pool = ProcessPoolExecutor(workers, get_context("fork"))
    pool.submit(int).result()  # the forks are made now, and not when files are open that they should not share
    return pool


def in_order(
    executor: Executor, function: Callable[[Given], Made], jobs: Iterable[Given], ahead: int
) -> Iterator[tuple[Given, "Future[Made]"]]:
    """Yield each job with its future, in order, with only so many submitted before the first is taken."""
    waiting: deque[tuple[Given, Future[Made]]] = deque()
    for job in jobs:
        waiting.append((job, executor.submit(function, job)))
        if len(waiting) > ahead:
            yield waiting.popleft()
    yield from waiting


class Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **settings: Any) -> "Future[Any]":
        """Call the function; return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **settings))
        except Exception as error:
            future.set_exception(error)
        return future
