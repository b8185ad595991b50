"""What a cell showed, as far as it can be believed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.sandbox.channel import LARGEST_IMAGE, ChannelError

LENGTH_OF_OUTPUT = 100  # characters that it takes besides its texts


@dataclass(frozen=True)
class CellResult:
    """What a cell showed, and in one line why it failed, if it did; whether the process ended."""

    outputs: tuple[dict[str, Any], ...] = ()
    error: str = ""
    fatal: bool = False

    @property
    def size(self) -> int:
        """About how many characters the outputs take in a notebook."""
        texts = (
            text for output in self.outputs for text in (output.get("text"), *output.get("data", {}).values()) if text
        )
        return sum(map(len, texts)) + LENGTH_OF_OUTPUT * len(self.outputs)


def cell_result(reply: Any, room: int) -> CellResult:
    """Believe of a reply only what has the form of a cell's result, and keep no outputs that take more than ``room``.

    Raises:
        ChannelError: if it has another form.
    """
    match reply:
        case {"outputs": list(outputs), "error": str(error)}:
            result = CellResult(tuple(filter(_is_output, map(_with_images, outputs))), error)
            return result if result.size <= room else replace(result, outputs=())
    raise ChannelError("it sent something that is no reply")


def _with_images(output: Any) -> Any:
    """Give pictures, which come as arrays of bytes, the form of text that they have in a notebook."""
    match output:
        case {"data": {"image/png": np.ndarray() as image} as data} if image.nbytes <= LARGEST_IMAGE:
            return output | {"data": data | {"image/png": image.tobytes().decode("ascii", "replace")}}
    return output


def _is_output(output: Any) -> bool:
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr", "text": str()}:
            return set(output) == {"output_type", "name", "text"}
        case {"output_type": "display_data" | "execute_result", "data": dict(data)}:
            allowed = set(data) <= {"text/plain", "image/png"} and all(isinstance(v, str) for v in data.values())
            return allowed and set(output) == {"output_type", "data"}
    return False
