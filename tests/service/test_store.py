"""The queue's promises: in order, each row to one worker, nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest

from autograder.service.store import MAX_STARTS, QueueFullError, Store, database_url

T = TypeVar("T")
RESULT = {"score": 1.0, "max_score": 2.0}
THREADS = 4


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "new" / "submissions.db")
    yield made
    made.close()


def at_once(work: Callable[[], T]) -> list[T]:
    """Do the same in several threads that start together."""
    ready = Barrier(THREADS)

    def wait_and_work(_number: int) -> T:
        ready.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_work, range(THREADS)))


def test_the_first_to_come_is_the_first_to_be_claimed(store: Store) -> None:
    for name in ("first", "second", "third"):
        store.add(name, b"", most=3)
    claims = [store.claim(), store.claim(), store.claim()]
    assert [claim.name for claim in claims if claim] == ["first", "second", "third"]
    assert store.claim() is None


def test_the_position_counts_those_that_wait_ahead(store: Store) -> None:
    tokens = [store.add("", b"", most=3) for _ in range(3)]
    store.claim()
    found = [store.status(token) for token in tokens]
    assert [(status["state"], status["position"]) for status in found if status] == [
        ("grading", None),
        ("queued", 1),
        ("queued", 2),
    ]


def test_no_two_threads_claim_the_same_submission(store: Store) -> None:
    for number in range(10 * THREADS):
        store.add(str(number), b"", most=100)

    def claim_all() -> list[int]:
        return [claim.number for claim in iter(store.claim, None)]

    claimed = Counter(number for numbers in at_once(claim_all) for number in numbers)
    assert claimed == dict.fromkeys(range(1, 10 * THREADS + 1), 1)


def test_no_two_threads_take_the_last_place(store: Store) -> None:
    def add() -> int:
        try:
            return len([store.add("", b"", most=THREADS - 1)])
        except QueueFullError:
            return 0

    assert sum(at_once(add)) == THREADS - 1


def test_submissions_that_are_done_take_no_place(store: Store) -> None:
    store.add("done", b"", most=1)
    claim = store.claim()
    assert claim
    with pytest.raises(QueueFullError):
        store.add("too many", b"", most=1)
    store.finish(claim, RESULT, "")
    assert store.add("next", b"", most=1)


def test_after_a_crash_only_the_later_claim_counts(store: Store) -> None:
    token = store.add("", b"", most=1)
    earlier = store.claim()
    store.recover()
    later = store.claim()
    assert earlier
    assert later
    assert not store.finish(earlier, RESULT, "earlier")
    assert store.finish(later, RESULT, "later")
    assert not store.fail(later, "too late")
    status = store.status(token)
    assert status
    assert (status["state"], status["report"], status["result"]) == ("graded", "later", RESULT)


def test_a_released_submission_keeps_its_place(store: Store) -> None:
    store.add("first", b"", most=2)
    store.add("second", b"", most=2)
    claim = store.claim()
    assert claim
    store.progress(claim, "question 2 of 3", 1, 3)
    store.release(claim)
    assert store.claim() == claim


def test_a_notebook_that_takes_the_service_down_each_time_is_given_up(store: Store) -> None:
    token = store.add("", b"", most=1)
    for _ in range(MAX_STARTS):
        assert store.claim()
        store.recover()
    assert store.claim() is None
    status = store.status(token)
    assert status
    assert (status["state"], status["error"][:18]) == ("failed", "The grader stopped")


def test_text_that_no_database_takes_is_mended(store: Store) -> None:
    token = store.add("", b"", most=1)
    claim = store.claim()
    assert claim
    store.progress(claim, "\ud800", 0, 1)
    assert store.finish(claim, {"message": "\ud800\0é"}, "<p>\udfff\0é</p>")
    status = store.status(token)
    assert status
    assert (status["result"], status["report"]) == ({"message": "?\0é"}, "<p>?\N{REPLACEMENT CHARACTER}é</p>")


def test_an_unknown_token_has_no_status(store: Store) -> None:
    assert store.status("' OR 1=1 --") is None


@pytest.mark.parametrize(
    ("database", "url"),
    [
        ("var/submissions.db", "sqlite:///var/submissions.db"),
        (Path("/var/a b.db"), "sqlite:////var/a b.db"),
        ("postgresql+psycopg://grader@db/unrolled", "postgresql+psycopg://grader@db/unrolled"),
    ],
)
def test_a_database_is_named_by_path_or_url(database: str | Path, url: str) -> None:
    assert database_url(database).render_as_string() == url
