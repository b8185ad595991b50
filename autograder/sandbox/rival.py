"""The slower version that an answer to a *speed* question is raced against."""

from collections.abc import Callable, Mapping
from typing import Any

from unrolled.judge import Answers, Outcome

RACE = """
import time

def timed(**args):
    global kept
    start = time.process_time()
    kept = subject(**args)
    global busy
    busy = time.process_time() - start
    return kept

def echo(**args):
    return kept
"""


class Rival:
    """The slower version of a *speed* question in a worker where no code of the student's ever runs.

    On a busy machine the rival would look slow. Therefore its time is never taken to be much more than the processor
    time that it spent, which others cannot waste. Its worker also tells what the channel costs: it takes the same
    arguments and gives the same result at once.
    """

    MOST_WAITING = 1.25  # wall time by processor time that is believed

    def __init__(self, answers: Answers, clock: Callable[[], float]) -> None:
        """Take over a session in which the source ``subject`` and :data:`RACE` have been run, and its clock."""
        self._answers, self._clock = answers, clock
        self._costs: list[float] = []

    def run(self, args: Mapping[str, Any]) -> tuple[Outcome, float, float]:
        """Return what the slower version makes of arguments, its seconds, and the seconds that the channel takes."""
        start = self._clock()
        outcome = self._answers.call("timed", args)
        middle = self._clock()
        self._answers.call("echo", args)
        self._costs.append(self._clock() - middle)
        cost, busy = min(self._costs), self._answers.get("busy").value
        if outcome.problem or not isinstance(busy, float):
            return Outcome(problem=outcome.problem or "died"), 0.0, cost
        return outcome, min(middle - start - cost, self.MOST_WAITING * busy), cost
