"""The worker outlives whatever grading does, and gives back what it cannot finish."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from autograder.grading import Progress
from autograder.service.store import Claim, Store
from autograder.service.worker import Mark, Tell, Worker
from autograder.submission import SubmissionError

MARKED: tuple[dict[str, Any], str] = ({"score": 1}, "<p>report</p>")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "submissions.db")
    yield made
    made.close()


@contextmanager
def working(store: Store, mark: Mark) -> Iterator[None]:
    worker = Worker(store, mark, rest=0.01)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def settled(store: Store, token: str) -> dict[str, Any]:
    """Wait until a submission is graded or has failed."""
    for _ in range(3000):
        status = store.status(token)
        if status and status["state"] in ("graded", "failed"):
            return status
        time.sleep(0.01)
    raise AssertionError(f"not settled: {status}")


def failing(*names: str) -> tuple[Mark, list[str]]:
    """Return a way of grading that crashes once for each of the names, and the list of what it was asked to grade."""
    left, asked = list(names), []

    def mark(_notebook: bytes, name: str, _tell: Tell) -> tuple[dict[str, Any], str]:
        asked.append(name)
        if name in left:
            left.remove(name)
            raise ZeroDivisionError
        return MARKED

    return mark, asked


def test_a_crash_is_tried_again(store: Store) -> None:
    token = store.add("a", b"", most=1)
    mark, asked = failing("a")
    with working(store, mark):
        assert settled(store, token)["report"] == MARKED[1]
    assert asked == ["a", "a"]


def test_two_crashes_fail_one_submission_and_not_the_next(store: Store) -> None:
    tokens = [store.add(name, b"", most=2) for name in "ab"]
    mark, asked = failing("a", "a", "a")
    with working(store, mark):
        states = [settled(store, token) for token in tokens]
    assert [status["state"] for status in states] == ["failed", "graded"]
    assert "not your fault" in states[0]["error"]
    assert asked == ["a", "a", "b"]


def test_a_refusal_is_not_tried_again(store: Store) -> None:
    asked = []

    def mark(_notebook: bytes, name: str, _tell: Tell) -> tuple[dict[str, Any], str]:
        asked.append(name)
        raise SubmissionError("the file is empty; save it")

    token = store.add("a", b"", most=1)
    with working(store, mark):
        assert settled(store, token)["error"] == "The file is empty; save it."
    assert asked == ["a"]


def test_what_is_stopped_midway_goes_back_to_the_queue(store: Store) -> None:
    token = store.add("a", b"", most=1)
    begun, go_on, finished = Event(), Event(), Event()

    def slow(_notebook: bytes, _name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        begun.set()
        go_on.wait()
        tell(Progress("question 2 of 2", 1, 2))
        finished.set()
        return MARKED

    worker = Worker(store, slow)
    worker.start()
    begun.wait()
    worker.stop(patience=0)  # it is in the middle of a question, which is not waited for
    go_on.set()
    worker.stop()
    status = store.status(token)
    assert status
    assert (status["state"], status["position"], finished.is_set()) == ("queued", 1, False)


def test_a_result_waits_until_the_database_takes_it(tmp_path: Path) -> None:
    asked: list[str] = []

    class FullDisk(Store):
        refusals = 3

        def finish(self, claim: Claim, *result: Any) -> bool:
            self.refusals -= 1
            if self.refusals >= 0:
                raise OperationalError("UPDATE", {}, OSError("no space left"))
            return super().finish(claim, *result)

    store = FullDisk(tmp_path / "submissions.db")
    token = store.add("a", b"", most=1)
    with working(store, counting(asked)):
        assert settled(store, token)["state"] == "graded"
    assert asked == ["a"]


def test_progress_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    class Away(Store):
        def progress(self, claim: Claim, *progress: Any) -> None:
            raise OperationalError("UPDATE", {}, OSError("no space left"))

    def telling(_notebook: bytes, _name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        tell(Progress("half", 1, 2))
        return {}, ""

    store = Away(tmp_path / "submissions.db")
    token = store.add("a", b"", most=1)
    with working(store, telling):
        assert settled(store, token)["state"] == "graded"


def test_two_workers_grade_each_submission_once(store: Store) -> None:
    tokens = [store.add(str(number), b"", most=20) for number in range(20)]
    asked: list[str] = []
    with working(store, counting(asked)), working(store, counting(asked)):
        for token in tokens:
            settled(store, token)
    assert sorted(asked, key=int) == [str(number) for number in range(20)]


def counting(asked: list[str]) -> Callable[[bytes, str, Tell], tuple[dict[str, Any], str]]:
    def mark(_notebook: bytes, name: str, _tell: Tell) -> tuple[dict[str, Any], str]:
        asked.append(name)
        return MARKED

    return mark
