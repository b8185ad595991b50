"""How a race is timed: by the processor time of a worker, read from outside, while its rival's worker is stopped."""

import os
import subprocess
import sys
import time

from autograder.sandbox import Session
from autograder.sandbox.clocks import process_of, processor_seconds
from tests.grading.test_kinds import QUICK

RIVAL = "import time\ndef subject():\n    time.sleep(0.3)\n"
GAPS = """
import threading, time
longest = 0
def watch():
    global longest
    last = time.monotonic()
    while True:
        time.sleep(0.001)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
threading.Thread(target=watch, daemon=True).start()
def gap():
    time.sleep(0.1)  # until the other thread has looked at its watch
    return longest
"""


def test_processor_time_is_read_from_outside() -> None:
    before = time.process_time()
    seen = processor_seconds(os.getpid())
    assert seen is not None
    assert before <= seen <= time.process_time()


def test_a_process_that_is_gone_has_no_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        descriptor = os.pidfd_open(child.pid)
        assert process_of(descriptor) == child.pid
        assert processor_seconds(child.pid) is not None
    assert process_of(descriptor) == -1
    assert processor_seconds(child.pid) is None
    assert processor_seconds(-1) is None
    os.close(descriptor)


def test_of_waiting_only_a_fifth_counts_and_of_work_all() -> None:
    waits = "import time\ndef waits():\n    time.sleep(0.5)\n"
    works = (
        "import time\ndef works():\n    end = time.process_time() + 0.25\n    while time.process_time() < end: pass\n"
    )
    with Session("conv1d", [waits, works], QUICK) as session:
        assert 0.1 <= session.lap("waits", RIVAL, {}).seconds < 0.25
        assert session.lap("works", RIVAL, {}).seconds >= 0.24


def test_an_answer_stands_still_while_its_rival_runs() -> None:
    with Session("conv1d", [GAPS], QUICK) as session:
        lap = session.lap("gap", RIVAL, {})
        assert lap.outcome.value >= 0.25
        assert session.call("gap", {}).problem == ""  # and goes on
