"""What the service says to people when something goes wrong."""

GRADER_FAILED = "The grader itself failed on this notebook, twice. That is not your fault; please tell your teacher."
GRADER_STOPPED = "The grader stopped several times while it graded this notebook. Please show it to your teacher."
NOT_A_FORM = "Send the notebook as a form (multipart/form-data) with one field, named file."
DAMAGED = "The upload is damaged: it is not a form with one field, named file."
NO_FILE = "The form has no file in its field named file: choose a notebook to send."
QUEUE_FULL = "Too many notebooks are waiting to be graded. Send yours again in a few minutes."
ELSEWHERE = "Notebooks are accepted from the course's own pages only."
UNKNOWN = "There is no submission at this address. Look for a missing letter, or submit the notebook again."
SERVER_FAILED = "The server failed. Please tell your teacher."


def too_large(max_bytes: int) -> str:
    """Say that a file is too large, and how to make it smaller."""
    return (
        f"The file has more than {max_bytes / 2**20:.3g} MB, which is the most that is accepted. "
        "Clear the outputs of the notebook, save it and send it again."
    )


def sentence(clause: str) -> str:
    """Make a sentence of an error's message, which begins small and ends without a full stop."""
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "?", "!")) else ".")
