"""The worker: takes submissions from the store, one after another, and has them graded."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import Progress, grade
from autograder.report import report_html
from autograder.service.messages import GRADER_FAILED, sentence
from autograder.service.store import Claim, Store
from autograder.submission import SubmissionError, read_submission

log = logging.getLogger(__name__)

Tell = Callable[[Progress], None]
Mark = Callable[[bytes, str, Tell], tuple[dict[str, Any], str]]

TRIES = 2


class StoppedError(Exception):
    """The service is shutting down; raised out of a grading, between two steps of it."""


def mark(notebook: bytes, name: str, tell: Tell) -> tuple[dict[str, Any], str]:
    """Grade an uploaded notebook; return the marks and the report, a fragment of HTML."""
    grading = grade(read_submission(notebook, name), tell)
    return grading.as_json(), report_html(grading)


class Worker:
    """Threads that grade what waits in a store; student code runs in the sandbox's processes, not in them.

    Args:
        mark: does the grading; it is given the notebook, its name and a function to report progress to.
        rest: seconds after which the queue is looked at again when nobody called :meth:`wake`.
    """

    def __init__(self, store: Store, mark: Mark = mark, threads: int = 1, rest: float = 2.0) -> None:
        self._store, self._mark, self._rest = store, mark, rest
        self._stopping = threading.Event()
        self._work = threading.Semaphore(0)
        self._threads = [threading.Thread(target=self._run, name=f"grader-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Begin with what waits."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that there is a new submission."""
        self._work.release()

    def stop(self, patience: float = 5.0) -> None:
        """Stop after the step in hand; what is not finished goes back to the queue, now or at the next start."""
        self._stopping.set()
        self._work.release(len(self._threads))
        for thread in self._threads:
            thread.join(patience)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                claim = self._store.claim()
                if claim is None:
                    self._work.acquire(timeout=self._rest)
                else:
                    self._grade(claim)
            except SQLAlchemyError:  # the database may be away for a while; the worker must outlive that
                log.exception("the queue cannot be read")
                self._stopping.wait(self._rest)

    def _grade(self, claim: Claim) -> None:
        def tell(progress: Progress) -> None:
            if self._stopping.is_set():
                raise StoppedError
            try:
                self._store.progress(claim, *progress)
            except SQLAlchemyError:  # which must not pass for a failure of the grading
                log.exception("progress cannot be written")

        for attempt in range(1, TRIES + 1):
            try:
                marked = self._mark(claim.notebook, claim.name, tell)
            except StoppedError:
                return self._store.release(claim)
            except SubmissionError as error:
                return self._insist(self._store.fail, claim, sentence(str(error)))
            except Exception:
                log.exception("grading submission %d failed, attempt %d of %d", claim.number, attempt, TRIES)
            else:
                return self._insist(self._store.finish, claim, *marked)
        return self._insist(self._store.fail, claim, GRADER_FAILED)

    def _insist(self, write: Callable[..., bool], *args: Any) -> None:
        """Write what came of a grading; while the database refuses, keep it and try again."""
        while True:
            try:
                write(*args)
            except SQLAlchemyError:
                log.exception("a result cannot be written")
                if self._stopping.wait(self._rest):
                    return
            else:
                return
