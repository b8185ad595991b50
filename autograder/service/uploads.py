"""Reading an uploaded file, without taking in more than is allowed."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from autograder.service import messages

FORM = 64 * 1024  # what a form adds to the file that it carries
LONGEST_NAME = 200


class Upload(NamedTuple):
    """An uploaded file: the name to show for it, which is never used as a path, and its bytes."""

    name: str
    data: bytes


class UploadError(ValueError):
    """The request carries no acceptable file; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def read_upload(request: Request, max_bytes: int) -> Upload:
    """Read the one file of a form that is posted as ``multipart/form-data``, in the field ``file``.

    Raises:
        UploadError: as soon as the request is seen to be too large, or if it has no such file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UploadError(415, messages.NOT_A_FORM)
    stream = _at_most(request, max_bytes)
    try:
        form = await MultiPartParser(request.headers, stream, max_files=1, max_fields=0).parse()
    except (MultiPartException, ClientDisconnect) as error:
        raise UploadError(400, messages.DAMAGED) from error
    try:
        return await _file(form, max_bytes)
    finally:
        await form.close()


async def _file(form: FormData, max_bytes: int) -> Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise UploadError(422, messages.NO_FILE)
    data = await file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise UploadError(413, messages.too_large(max_bytes))
    return Upload(display_name(file.filename or ""), data)


async def _at_most(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes + FORM:
        raise UploadError(413, messages.too_large(max_bytes))
    received = 0
    async for chunk in request.stream():
        received += len(chunk)  # what is announced need not be true, or there at all
        if received > max_bytes + FORM:
            raise UploadError(413, messages.too_large(max_bytes))
        yield chunk


def display_name(name: str) -> str:
    """Make one short line of visible characters out of whatever a browser gives as the name of a file."""
    name = name.replace("%22", '"')  # so browsers write a quotation mark within a form
    visible = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(visible.split())[:LONGEST_NAME] or "notebook"
