"""Questions of the chapter ``conv1d``: one row of numbers, from counting windows to scatter-add."""

import numpy as np

from autograder.draws import conv1d as draw
from autograder.mistakes import conv1d as wrong
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    Mistake,
    Spec,
    TestsQuestion,
    ValueQuestion,
)
from autograder.ready_made import CONVOLUTIONS, ROWS
from solutions import conv1d

# Whatever convolves a row in one call.
READY_MADE = ROWS + CONVOLUTIONS

HAND_X, HAND_WEIGHT = np.array([2, 0, 1, 3, -1]), np.array([1, 2, -1])

SPEC = Spec(
    stem="conv1d",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="Three windows by hand",
            points=1,
            section="Sliding a kernel along a row",
            answer=conv1d.by_hand,
            mistakes=(
                Mistake(
                    "flipped",
                    conv1d.correlate(HAND_X, HAND_WEIGHT[::-1]),
                    "Those are the numbers for the kernel read from right to left. Which entry of the kernel meets "
                    "the first number of the window?",
                ),
                Mistake(
                    "same",
                    conv1d.correlate_same(HAND_X, HAND_WEIGHT),
                    "You let the kernel hang over the ends. How many windows lie inside a row of five?",
                ),
                Mistake(
                    "products-not-added",
                    [2, 0, -1],
                    "Those are the three products of the first window. What happens to them next?",
                ),
            ),
        ),
        FunctionQuestion(
            id="correlate",
            title="The loop",
            points=2,
            section="Sliding a kernel along a row",
            reference=conv1d.correlate,
            cases=draw.rows_and_kernels,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "flipped",
                    wrong.correlate_flipped,
                    "Your kernel is read from right to left: that is the mathematician's convolution. Which entry of "
                    "x should weight[0] meet?",
                    "NNlib.jl#755",
                ),
                Mistake(
                    "without-last",
                    wrong.correlate_without_last,
                    "The window at the right end is missing. Count the starts for a row of 3 and a kernel of 3.",
                ),
                Mistake(
                    "overwritten",
                    wrong.correlate_overwriting,
                    "Each output holds one product only. What should happen to the products before it?",
                ),
                Mistake(
                    "float64",
                    wrong.correlate_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
                Mistake(
                    "as-long-as-x",
                    wrong.correlate_as_long_as_x,
                    "The zeros at the end belong to no window. How many windows lie inside the row?",
                ),
                Mistake(
                    "dtype-of-x",
                    wrong.correlate_dtype_of_x,
                    "Your output always has the dtype of x. What is left of 0.5 in an array of whole numbers?",
                ),
            ),
        ),
        FunctionQuestion(
            id="out_size",
            title="How many windows fit",
            points=2,
            section="How many windows fit",
            reference=conv1d.out_size,
            cases=draw.sizes,
            forbidden=("unrolled.judge.geometry.Geometry.slack",),
            mistakes=(
                Mistake(
                    "ceil",
                    wrong.size_ceil,
                    "Your count includes a window that begins inside the row and ends outside. Should a half step "
                    "count as a step?",
                    "the output-size formula of a col2im guide",
                ),
                Mistake(
                    "without-one",
                    wrong.size_without_one,
                    "You counted the steps between windows. How many windows are there when no step fits?",
                ),
                Mistake(
                    "padding-once",
                    wrong.size_padding_once,
                    "How long is the row once zeros stand at both of its ends?",
                ),
                Mistake(
                    "truncated",
                    wrong.size_truncated,
                    "Try w=4, kw=5, stride=2. Towards which side does int(...) round a negative number, and towards "
                    "which side does // round?",
                    "int(a / s) in notes on a deep-learning book",
                ),
                Mistake(
                    "negative",
                    wrong.size_negative,
                    "A kernel longer than the row fits nowhere. Can a count be negative?",
                ),
                Mistake(
                    "float",
                    wrong.size_float,
                    "A count is a whole number, and it will be used as the size of an array. Which division gives "
                    "whole numbers?",
                    "output size by / in several tutorials",
                ),
            ),
        ),
        FunctionQuestion(
            id="correlate_same",
            title="As long as the input",
            points=2,
            section="Valid, full and same",
            reference=conv1d.correlate_same,
            cases=draw.rows_and_kernels_of_any_length,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "extra-in-front",
                    wrong.same_extra_in_front,
                    "Odd kernels come out right. With an even kernel one zero is left over: at which end did you put "
                    "it, and at which end does the question want it?",
                ),
                Mistake(
                    "equal-sides",
                    wrong.same_equal_sides,
                    "With two taps, how many zeros are needed in all? Can they be shared equally?",
                    "root#21873",
                ),
                Mistake(
                    "flipped",
                    wrong.same_flipped,
                    "Your kernel is read from right to left. Which entry of x should weight[0] meet?",
                ),
                Mistake(
                    "edge-values",
                    wrong.same_edge_values,
                    "The middle is right, the ends are not. What stands beyond the ends of the row?",
                ),
                Mistake(
                    "cropped-to-nothing",
                    wrong.same_cropped_to_nothing,
                    "With one tap nothing needs to be cut off. What is a[p:-p] when p is 0?",
                    "x[p:-p] with p = 0, in many repositories",
                ),
                Mistake(
                    "float64",
                    wrong.same_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        FunctionQuestion(
            id="shifted_sum",
            title="A sum of shifted rows",
            points=3,
            section="A sum of shifted rows",
            reference=conv1d.shifted_sum,
            cases=draw.strides_and_paddings,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "end-without-stride",
                    wrong.shifts_end_without_stride,
                    "ow numbers that lie stride apart: how far is it from the first to just behind the last?",
                ),
                Mistake(
                    "stride-on-taps",
                    wrong.shifts_stride_on_taps,
                    "You spread the taps of the kernel apart; that is dilation. Which of the two moves by stride: "
                    "the tap within a window, or the window?",
                ),
                Mistake(
                    "flipped",
                    wrong.shifts_flipped,
                    "weight[0] belongs to the copy that is not shifted. Which copy does yours scale by weight[0]?",
                ),
                Mistake(
                    "padding-cropped",
                    wrong.shifts_padding_cropped,
                    "With padding there are more windows than without. Which length did you count them on?",
                    "pad left out of the output size, in notes on a deep-learning book",
                ),
                Mistake(
                    "float64",
                    wrong.shifts_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        FunctionQuestion(
            id="banded",
            title="The banded matrix",
            points=2,
            section="The banded matrix",
            reference=conv1d.banded,
            cases=draw.bands,
            mistakes=(
                Mistake(
                    "transposed",
                    wrong.banded_transposed,
                    "One row of the matrix makes one output. How many rows are there, and how long is each?",
                ),
                Mistake(
                    "flipped",
                    wrong.banded_flipped,
                    "Multiply your first row with x by hand: which entry of the kernel meets x[0]?",
                ),
                Mistake(
                    "without-stride",
                    wrong.banded_without_stride,
                    "Each row of yours begins one column after the row above. How far apart do windows begin?",
                ),
                Mistake(
                    "circular",
                    wrong.banded_circular,
                    "In your last rows the kernel leaves at the right and comes in again at the left. Is there a "
                    "window that does so?",
                ),
                Mistake(
                    "float64",
                    wrong.banded_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col_1d",
            title="Windows as columns",
            points=2,
            section="Windows as columns",
            reference=conv1d.im2col_1d,
            cases=draw.windows,
            fresh=True,
            mistakes=(
                Mistake(
                    "as-rows",
                    wrong.windows_as_rows,
                    "Each window should be a column. How many entries does a window have, and how many windows are "
                    "there?",
                ),
                Mistake(
                    "range-by-stride",
                    wrong.windows_range_by_stride,
                    "Some columns are never written. Is i the number of the window, or the place where it starts?",
                    "the window loop of notes on a deep-learning book",
                ),
                Mistake(
                    "without-stride",
                    wrong.windows_without_stride,
                    "Window 1 should start at stride. Where does yours start?",
                ),
                Mistake(
                    "view",
                    wrong.windows_view,
                    "The values are right, but they still live in x. What happens to x if somebody writes into them?",
                    "numpy#29677",
                ),
                Mistake(
                    "float64",
                    wrong.windows_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        FunctionQuestion(
            id="col2im_1d",
            title="Back to the row",
            points=3,
            section="The way back adds up",
            reference=conv1d.col2im_1d,
            cases=draw.columns,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.scatter_overwriting,
                    "A place that two windows cover receives two numbers. What should happen to the first when the "
                    "second arrives?",
                    "hguomin#2",
                ),
                Mistake(
                    "last-window-wins",
                    wrong.scatter_first_stays,
                    "Where windows overlap, yours keeps the number of the last one. What should happen to the "
                    "numbers of the others?",
                ),
                Mistake(
                    "averaged",
                    wrong.scatter_averaging,
                    "You divide by the number of windows that cover a place. Does a transposed matrix divide?",
                    "pytorch#7519",
                ),
                Mistake(
                    "without-stride",
                    wrong.scatter_without_stride,
                    "Tap j of window i came from x[i·stride + j]. Where does yours go?",
                ),
                Mistake(
                    "float64",
                    wrong.scatter_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        HuntQuestion(
            id="strided",
            title="A published loop",
            points=4,
            section="Stride",
            reference=conv1d.strided,
            oracle=wrong.strided_oracle,
            published=wrong.strided_published,
            exposing=conv1d.exposing,
            cases=draw.strides,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.strided_published,
                    "With stride 2, which entries of y does the loop ever reach?",
                    "the window loop of notes on a deep-learning book",
                ),
                Mistake(
                    "every-start",
                    wrong.strided_every_start,
                    "All entries are filled now. Where does window number 1 start?",
                ),
                Mistake(
                    "start-as-index",
                    wrong.strided_start_as_index,
                    "Your i runs over the starts of windows. Which entry of y belongs to the window that starts at "
                    "stride?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_correlate",
            title="A test that misses nothing",
            points=3,
            section="What goes wrong",
            reference=conv1d.test_correlate,
            right=wrong.version_right,
            valid=conv1d.correlate,
            visible=3,
            hint="Work out by hand what the kernel should give on your row. Is it flipped in your expectation?",
            versions=(
                Mistake(
                    "flipped",
                    wrong.correlate_flipped,
                    "A version that flips the kernel passes your test. For which kernels does flipping change nothing?",
                ),
                Mistake(
                    "without-last",
                    wrong.correlate_without_last,
                    "A version that forgets the last window passes your test. Do you look at the whole output?",
                ),
                Mistake(
                    "only-positive",
                    wrong.version_only_positive,
                    "A version that never returns a negative number passes your test. Does yours expect one?",
                ),
                Mistake(
                    "float64",
                    wrong.correlate_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "changes-x",
                    wrong.version_changing_x,
                    "A version that changes x passes your test. How would you notice?",
                ),
                Mistake(
                    "overwritten",
                    wrong.correlate_overwriting,
                    "A version that keeps only the last product passes your test. How many taps does your kernel have?",
                ),
            ),
            mistakes=(
                Mistake("flipped", wrong.test_with_symmetric_kernel, ""),
                Mistake("without-last", wrong.test_first_output_only, ""),
                Mistake("float64", wrong.test_values_only, ""),
                Mistake("changes-x", wrong.test_all_but_the_input, ""),
                Mistake("rejects-right", wrong.test_expecting_the_flip, ""),
            ),
        ),
    ),
)
