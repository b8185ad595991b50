"""The website with its submit page's other half: takes notebooks, grades them in turn, tells how far they are."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from autograder import sandbox
from autograder.service import messages
from autograder.service.headers import SECURITY, Guard, Site
from autograder.service.messages import sentence
from autograder.service.store import QueueFullError, Store
from autograder.service.uploads import UploadError, read_upload
from autograder.service.worker import Mark, Worker, mark
from autograder.submission import MAX_BYTES, SubmissionError, read_submission

DATABASE = Path("var/submissions.db")
SITE = Path("_build/html")
WELCOME = """
Unrolled is served at {url} until you press Ctrl+C. Open it in a browser:
click "Start" to set out, a chapter to read, and "Submit your notebook" to have yours marked."""
READERS = 2  # uploads that are examined at once: one can take many times its size in memory


class ServiceError(RuntimeError):
    """The service cannot start."""


@dataclass(frozen=True)
class Settings:
    """What a running service can be told.

    Attributes:
        database: path of an SQLite file, or the URL of a database; each service has its own.
        site: folder with the built website; None for the service alone.
        max_bytes: size of the largest notebook that is accepted.
        max_waiting: how many submissions may wait before others are turned away.
        workers: how many submissions are graded at once.
    """

    database: str | Path = DATABASE
    site: Path | None = SITE
    max_bytes: int = MAX_BYTES
    max_waiting: int = 200
    workers: int = 1


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    database: str | Path = DATABASE,
    site: Path = SITE,
    max_bytes: int = MAX_BYTES,
) -> None:
    """Serve the website and grade what is submitted, until interrupted.

    Raises:
        SandboxError: if student code cannot be confined on this machine.
        ServiceError: if the website has not been built, the port is taken, or the database cannot be opened.
    """
    sandbox.require()
    if not (site / "index.html").is_file():
        raise ServiceError(f"there is no website in {site}: build it first, with make site")
    # Before the database: a second service on a port must not touch what the first is grading.
    with _listen(host, port) as listening:
        try:
            app = create_app(Settings(database=database, site=site, max_bytes=max_bytes))
        except (SQLAlchemyError, ImportError, OSError) as error:
            raise ServiceError(f"the database {database} cannot be opened: {error}") from error
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=5)
        name = f"[{host}]" if ":" in host else host
        print(WELCOME.format(url=f"http://{name}:{listening.getsockname()[1]}"), flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ServiceError(f"cannot listen on {host}, port {port}: {error.strerror}; try another --port") from error


def create_app(settings: Settings, mark: Mark = mark) -> FastAPI:
    """Build the service; its workers run while the application does."""
    store = Store(settings.database)
    worker = Worker(store, mark, settings.workers)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        store.recover()
        worker.start()
        yield
        await anyio.to_thread.run_sync(worker.stop)
        store.close()

    app = FastAPI(title="Unrolled", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(Exception, _apologise)
    app.include_router(_routes(store, worker, settings))
    if settings.site is not None:
        app.mount("/", Site(directory=settings.site, html=True))
    return app


def _routes(store: Store, worker: Worker, settings: Settings) -> APIRouter:
    router = APIRouter()
    readers = anyio.Semaphore(READERS)

    @router.post("/api/submissions")
    async def submit(request: Request) -> JSONResponse:
        try:
            upload = await read_upload(request, settings.max_bytes)
            async with readers:
                await anyio.to_thread.run_sync(read_submission, upload.data, upload.name, settings.max_bytes)
            token = await anyio.to_thread.run_sync(store.add, upload.name, upload.data, settings.max_waiting)
        except UploadError as error:
            return _error(error.status, str(error))
        except SubmissionError as error:
            return _error(422, sentence(str(error)))
        except QueueFullError:
            return _error(503, messages.QUEUE_FULL)
        worker.wake()
        return JSONResponse({"id": token, "state": "queued"}, 202)

    @router.get("/api/submissions/{token}")
    def status(token: str) -> JSONResponse:
        found = store.status(token)
        return JSONResponse(found) if found else _error(404, messages.UNKNOWN)

    @router.get("/api/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "queued": store.queued()}

    @router.get("/assets/service.json")
    def service() -> dict[str, Any]:
        """Tell the submit page that it can submit; the website by itself has a file here that says it cannot."""
        return {"service": True, "max_bytes": settings.max_bytes}

    return router


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith("/api/"):
        return _error(error.status_code, error.detail)
    return PlainTextResponse(f"{error.detail}: {request.url.path}\n", error.status_code, error.headers)


def _apologise(_request: Request, _error_raised: Exception) -> Response:
    """Answer where the service itself is at fault; this answer alone does not pass through the guard."""
    return JSONResponse({"error": messages.SERVER_FAILED}, 500, SECURITY)
