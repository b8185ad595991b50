"""Names and hints for the wrong answers about time and memory: a tuple for each such question of ``cupy_arrays``."""

from autograder.mistakes import device_times as wrong
from autograder.questions import Mistake

TRANSFER_SECONDS = (
    Mistake(
        "one-way",
        wrong.transfers_one_way,
        "Where does the last result lie, and where is it needed?",
    ),
    Mistake(
        "every-step",
        wrong.transfers_every_step,
        "You move arrays there and back for each step. What if the next step runs on the same side?",
    ),
    Mistake(
        "bytes-of-result",
        wrong.transfers_of_results,
        "You count the bytes that a step makes. Which array has to change sides before it can begin?",
    ),
    Mistake(
        "without-latency",
        wrong.transfers_without_latency,
        "How long does it take to move a single byte?",
    ),
    Mistake(
        "latency-once",
        wrong.transfers_latency_once,
        "Your way there and back takes one latency. How often is a transfer begun?",
    ),
)

WAITING = (
    Mistake(
        "synchronous",
        [175, 175, 205, 30],
        "Your host waits for each kernel. Has a kernel ended when its launch returns?",
        "cupy#1317",
    ),
    Mistake(
        "all-at-once",
        [30, 130, 160, 130],
        "Your kernels run beside each other. How many does a queue give to the device at a time?",
    ),
    Mistake(
        "copy-does-not-wait",
        [30, 155, 60, 30],
        "What would the copy bring home, if it began before the last kernel is done?",
        "cupy#3142",
    ),
    Mistake("launches-free", [0, 145, 175, 175], "What does the host do in the ten microseconds of a launch?"),
)

TIMED = (
    Mistake(
        "unchanged",
        wrong.timed_published,
        "Kernels of a second and of a year take the same time. What has happened when a launch returns?",
        "cupy#1317, cupy#7185, nerfstudio#183",
    ),
    Mistake(
        "no-wait-before",
        wrong.timed_without_wait_before,
        "A longer warm-up makes your time longer. What is still in the queue when you begin?",
        "the review of cupy#2740",
    ),
    Mistake(
        "no-wait-behind",
        wrong.timed_without_wait_behind,
        "You wait for the warm-up, and count that. For what do you not wait?",
    ),
    Mistake(
        "waits-each",
        wrong.timed_waiting_each,
        "Two kernels come out slower than they are. Could the second launch overlap with the first kernel?",
    ),
    Mistake(
        "sum",
        wrong.timed_sum,
        "You add up what you were told. Is the device busy while the first launch is on its way?",
    ),
    Mistake(
        "warm-up-counted",
        wrong.timed_with_warm_up,
        "Where does your clock start: before the warm-up, or behind it?",
        "cupy#7467",
    ),
)

GPU_TIMES = (
    Mistake(
        "warm-up-counted",
        wrong.times_warm_up_counted,
        "Your list is too long, and its first number large. Which calls are not timed?",
    ),
    Mistake(
        "no-warm-up",
        wrong.times_no_warm_up,
        "Your first call compiles. Which calls come before those that count?",
        "cupy#7467",
    ),
    Mistake(
        "host-clock",
        wrong.times_of_the_host,
        "A longer kernel does not change your times. Whose clock do you read?",
        "cupy#7185",
    ),
    Mistake("one-number", wrong.times_in_one, "You return one number. How many calls are timed?"),
    Mistake(
        "kernels-only",
        wrong.times_summed,
        "You add up what you were told. When does the first event get its time, and when can the first kernel begin?",
    ),
    Mistake(
        "last-kernel",
        wrong.times_last_kernel,
        "With one kernel you are right. In front of which kernel does your first event stand?",
    ),
)

TEST_GPU_TIMES_VERSIONS = (
    Mistake(
        "warm-up-counted",
        wrong.times_warm_up_counted,
        "A version that times the warm-up as well passes your test. Do you ask for calls to warm up?",
    ),
    Mistake(
        "no-warm-up",
        wrong.times_no_warm_up,
        "A version that never warms up passes your test. Do you look at the first time after a warm-up?",
    ),
    Mistake(
        "host-clock",
        wrong.times_of_the_host,
        "A version that reads the host's clock passes your test. Do you know what your kernels should take?",
    ),
    Mistake(
        "kernels-only",
        wrong.times_summed,
        "A version that adds up the kernels passes your test. How much does the first launch add?",
    ),
    Mistake(
        "last-kernel",
        wrong.times_last_kernel,
        "A version that times the last kernel alone passes your test. How many kernels do your calls have?",
    ),
    Mistake(
        "compiles-always",
        wrong.times_compiled_always,
        "A version that compiles in every call passes your test. Do you time a call after the first?",
    ),
)

TEST_GPU_TIMES = (
    Mistake("last-kernel", wrong.test_one_kernel, ""),
    Mistake("warm-up-counted", wrong.test_without_warm_up, ""),
    Mistake("no-warm-up", wrong.test_length, ""),
    Mistake("host-clock", wrong.test_steady, ""),
    Mistake("rejects-right", wrong.test_sum, ""),
)

TRAFFIC = (
    Mistake(
        "writes-only",
        [4, 2097152, 524288, 1572864],
        "You count what is written. What must a kernel do before it can compute?",
    ),
    Mistake(
        "float64",
        [4, 8388608, 2097152, 3145728],
        "Those are the bytes of float64. How many bits has a number here?",
    ),
    Mistake(
        "result-counted",
        [4, 4194304, 1048576, 2097152],
        "You count the last array too. Is that one made on the way, or wanted?",
    ),
    Mistake(
        "three-kernels",
        [3, 3145728, 1048576, 1048576],
        "Python sees one operation after the other. Do `* 2` and `+ 1` go to the device together?",
    ),
)

POOL = (
    Mistake(
        "freed-at-once",
        [4096, 4608, 512, 4608, 0],
        "You give a's block back to the device when a goes. What does a pool keep blocks for?",
    ),
    Mistake(
        "not-rounded",
        [4000, 4400, 4400, 8000, 0],
        "Your blocks are as large as the arrays. Of what are they multiples?",
    ),
    Mistake(
        "not-reused",
        [4096, 4608, 4608, 8704, 0],
        "You make a new block for c. Is there a free one that is large enough?",
    ),
    Mistake(
        "never-freed",
        [4096, 4608, 4608, 4608, 4608],
        "What does free_all_blocks do with blocks that no array uses?",
    ),
)
