"""Submissions in a database: one table, in which the rows that wait are the queue.

Every method is one statement or one transaction, so that a row changes hands whole or not at all, whatever
else runs and wherever the process dies. SQLite and PostgreSQL both do; the database is named by its URL.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from autograder.service.messages import GRADER_STOPPED

MAX_STARTS = 5  # a notebook that took the whole service down so often would do so for ever

SUBMISSIONS = sa.Table(
    "submissions",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("notebook", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("received", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished", sa.DateTime(timezone=True)),
    sa.Column("progress_text", sa.Text, nullable=False),
    sa.Column("progress_done", sa.Integer, nullable=False),
    sa.Column("progress_total", sa.Integer, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("report", sa.Text),
    sa.Column("error", sa.Text),
)
COLUMN = SUBMISSIONS.c
WAITING = COLUMN.state.in_(["queued", "grading"])
NO_PROGRESS = {"progress_text": "", "progress_done": 0, "progress_total": 0}


class QueueFullError(RuntimeError):
    """As many submissions wait as may wait at once."""


@dataclass(frozen=True)
class Claim:
    """A submission that one worker has taken; ``start`` tells it from earlier and later claims of the same row."""

    number: int
    start: int
    name: str
    notebook: bytes


class Store:
    """The table of submissions at a database's URL, or in an SQLite file at a path; created if it is not there."""

    def __init__(self, database: str | Path) -> None:
        url = database_url(database)
        sqlite = url.get_backend_name() == "sqlite"
        if sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(url, connect_args={"timeout": 30} if sqlite else {})
        if sqlite:
            sa.event.listen(self._engine, "connect", _write_ahead)  # readers then do not wait for the writer
        SUBMISSIONS.metadata.create_all(self._engine)

    def add(self, name: str, notebook: bytes, most: int) -> str:
        """Append a submission to the queue and return its token, which nobody can guess.

        Raises:
            QueueFullError: if ``most`` submissions wait already.
        """
        row: dict[str, Any] = {
            "token": secrets.token_urlsafe(24),
            "name": name,
            "notebook": notebook,
            "state": "queued",
            "starts": 0,
            "received": datetime.now(UTC),
            **NO_PROGRESS,
        }
        waiting = sa.select(sa.func.count()).where(WAITING).scalar_subquery()
        values = [sa.literal(value, COLUMN[key].type).label(key) for key, value in row.items()]
        # Counted within the INSERT: with SQLite, two uploads at once cannot both take the last place.
        insert = SUBMISSIONS.insert().from_select(list(row), sa.select(*values).where(waiting < most))
        if self._change(insert) == 0:
            raise QueueFullError
        return str(row["token"])

    def claim(self) -> Claim | None:
        """Take the submission that has waited longest, or return None if none waits."""
        queued = COLUMN.state == "queued"
        first = sa.select(COLUMN.number).where(queued).order_by(COLUMN.number).limit(1)
        take = (
            SUBMISSIONS.update()
            .where(COLUMN.number == first.with_for_update(skip_locked=True).scalar_subquery(), queued)
            .values(state="grading", starts=COLUMN.starts + 1)
            .returning(COLUMN.number, COLUMN.starts, COLUMN.name, COLUMN.notebook)
        )
        with self._engine.begin() as connection:
            row = connection.execute(take).one_or_none()
        return Claim(*row) if row else None

    def progress(self, claim: Claim, text: str, done: int, total: int) -> None:
        """Note how far the grading of a claimed submission has come."""
        self._change(_held(claim).values(progress_text=_plain(text), progress_done=done, progress_total=total))

    def finish(self, claim: Claim, result: Mapping[str, Any], report: str) -> bool:
        """Keep a claimed submission's marks; return False if the claim is no longer held."""
        values = {"result": _plain(json.dumps(result, ensure_ascii=False)), "report": _plain(report)}
        return self._change(_held(claim).values(state="graded", finished=datetime.now(UTC), **values)) == 1

    def fail(self, claim: Claim, error: str) -> bool:
        """Record that a claimed submission cannot be graded; return False if the claim is no longer held."""
        values = {"error": _plain(error), "finished": datetime.now(UTC)}
        return self._change(_held(claim).values(state="failed", **values)) == 1

    def release(self, claim: Claim) -> None:
        """Give a claimed submission back to the queue, at its old place."""
        self._change(_held(claim).values(state="queued", starts=COLUMN.starts - 1, **NO_PROGRESS))

    def recover(self) -> None:
        """Give back what was claimed when the service stopped; call it before any worker starts."""
        grading = SUBMISSIONS.update().where(COLUMN.state == "grading")
        hopeless = grading.where(COLUMN.starts >= MAX_STARTS)
        self._change(hopeless.values(state="failed", finished=datetime.now(UTC), error=GRADER_STOPPED))
        self._change(grading.values(state="queued", **NO_PROGRESS))

    def queued(self) -> int:
        """Count the submissions that wait for a worker."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).where(COLUMN.state == "queued")).scalar_one()

    def status(self, token: str) -> dict[str, Any] | None:
        """Describe a submission as the submit page needs it, or return None if there is none with this token."""
        other = SUBMISSIONS.alias()
        ahead = sa.select(sa.func.count()).where(other.c.state == "queued", other.c.number < COLUMN.number)
        kept = (COLUMN.name, COLUMN.state, COLUMN.result, COLUMN.report, COLUMN.error)
        progress = (COLUMN.progress_text, COLUMN.progress_done, COLUMN.progress_total)
        query = sa.select(*kept, *progress, ahead.scalar_subquery().label("ahead")).where(COLUMN.token == token)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return {
            "name": row.name,
            "state": row.state,
            "position": row.ahead + 1 if row.state == "queued" else None,
            "progress": {"text": row.progress_text, "done": row.progress_done, "total": row.progress_total},
            "result": json.loads(row.result) if row.result else None,
            "report": row.report,
            "error": row.error,
        }

    def close(self) -> None:
        """Close the connections to the database."""
        self._engine.dispose()

    def _change(self, statement: sa.Insert | sa.Update) -> int:
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount


def database_url(database: str | Path) -> URL:
    """Return the URL of a database that is named by its URL or by the path of an SQLite file."""
    named = str(database)
    return make_url(named) if "://" in named else URL.create("sqlite", database=named)


def _held(claim: Claim) -> sa.Update:
    mine = (COLUMN.number == claim.number, COLUMN.state == "grading", COLUMN.starts == claim.start)
    return SUBMISSIONS.update().where(*mine)


def _plain(text: str) -> str:
    """Replace what databases and JSON refuse: half of a surrogate pair, and the character 0."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _write_ahead(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
