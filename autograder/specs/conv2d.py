"""Questions of the chapter ``conv2d``: a kernel that slides two ways, and what it costs."""

from autograder.draws import conv2d as draw
from autograder.mistakes import conv2d as wrong
from autograder.mistakes import filters as wrong_filters
from autograder.questions import (
    Fresh,
    FunctionQuestion,
    HuntQuestion,
    Mistake,
    Spec,
    SpeedQuestion,
    TestsQuestion,
    ValueQuestion,
)
from autograder.ready_made import CONVOLUTIONS, WINDOWS
from solutions import conv2d, filters

# Whatever convolves an image, or finds its windows, in one call; for single rows NumPy has its routines.
READY_MADE = CONVOLUTIONS + WINDOWS
FLOAT64 = "The numbers are right, the dtype is not: float32 came in. Which dtype does np.zeros give if nothing is said?"
FLIPPED = "Your kernel is turned by half a circle. Which pixel of the window should weight[0, 0] meet?"

SPEC = Spec(
    stem="conv2d",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="Six windows by hand",
            points=1,
            section="A kernel that slides two ways",
            answer=conv2d.by_hand,
            mistakes=(
                Mistake(
                    "flipped",
                    [[3, 7, 0], [3, -3, 5]],
                    "Those are the numbers for the kernel turned by half a circle. Which entry of the kernel meets the "
                    "upper left pixel of the window?",
                ),
                Mistake(
                    "kernel-crossed",
                    [[1, 9, 0], [5, 3, -1]],
                    "You read the kernel by columns. Where does its 2 stand, at the right or below?",
                ),
                Mistake(
                    "hanging-over",
                    [[1, 5, 0, 0], [9, 3, 1, 2], [2, 2, 7, 3]],
                    "You let the kernel hang over the right and the lower edge. How many windows of 2 × 2 lie inside "
                    "an image of 3 × 4?",
                ),
            ),
        ),
        FunctionQuestion(
            id="correlate",
            title="Four loops",
            points=2,
            section="A kernel that slides two ways",
            reference=conv2d.correlate,
            cases=draw.images_and_kernels,
            forbidden=READY_MADE,
            mistakes=(
                Mistake("flipped", wrong.correlate_flipped, FLIPPED, "NNlib.jl#755"),
                Mistake(
                    "kernel-crossed",
                    wrong.correlate_kernel_crossed,
                    "The kernel is read by columns. Which of your two inner loops runs down the window?",
                ),
                Mistake(
                    "without-last",
                    wrong.correlate_without_last,
                    "The last row and column of windows are missing. How many windows has an image that is just as "
                    "large as the kernel?",
                ),
                Mistake(
                    "overwritten",
                    wrong.correlate_overwriting,
                    "Each output holds one product only. What should happen to the products before it?",
                ),
                Mistake("float64", wrong.correlate_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="unused",
            title="What no window reads",
            points=2,
            section="Which windows fit",
            reference=conv2d.unused,
            cases=draw.sizes,
            returns=("rows", "columns"),
            mistakes=(
                Mistake(
                    "by-kernel-height",
                    wrong.unused_by_kernel_height,
                    "Square kernels come out right. Which side of the kernel decides how far it slides to the right?",
                    "the check of sizes in CS231n's im2col",
                ),
                Mistake(
                    "without-kernel",
                    wrong.unused_without_kernel,
                    "Your remainder does not depend on the size of the kernel. How far behind its start does the last "
                    "window end?",
                ),
                Mistake(
                    "padding-once",
                    wrong.unused_padding_once,
                    "How high is the image once zeros stand above it and below it?",
                ),
                Mistake(
                    "behind-last-start",
                    wrong.unused_behind_last_start,
                    "You count everything behind the start of the last window. Does that window read one pixel only?",
                ),
            ),
        ),
        FunctionQuestion(
            id="shifted_sum",
            title="A sum of shifted images",
            points=4,
            section="A sum of shifted images",
            reference=conv2d.shifted_sum,
            cases=draw.strides_and_paddings,
            groups={"plain": 1, "stride": 1, "padding": 1, "both": 1},
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "end-without-stride",
                    wrong.shifts_end_without_stride,
                    "oh rows that lie stride apart: how far is it from the first to just behind the last?",
                ),
                Mistake(
                    "stride-down-only",
                    wrong.shifts_stride_down_only,
                    "Your windows skip rows, but no columns. To how many axes does the stride apply?",
                ),
                Mistake(
                    "by-kernel-height",
                    wrong.shifts_by_kernel_height,
                    "Square kernels come out right. Which side of the kernel decides how many windows stand in a row?",
                    "the check of sizes in CS231n's im2col",
                ),
                Mistake(
                    "padding-cropped",
                    wrong.shifts_padding_cropped,
                    "With padding there are more windows than without. On which size did you count them?",
                    "pad left out of the output size, in notes on a deep-learning book",
                ),
                Mistake(
                    "padding-in-front",
                    wrong.shifts_padding_in_front,
                    "Zeros stand above the image and at its left. What stands on the other two sides?",
                ),
                Mistake("flipped", wrong.shifts_flipped, FLIPPED),
                Mistake("float64", wrong.shifts_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="edge_strength",
            title="Edges of a photograph",
            points=4,
            section="A photograph, blurred and searched for edges",
            reference=filters.edge_strength,
            cases=draw.photographs,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unsigned",
                    wrong_filters.edges_in_unsigned,
                    "Fractions come out right, pixels of 8 bits do not. What is 3 − 5 in numbers that cannot be "
                    "negative?",
                ),
                Mistake(
                    "frame-of-zeros",
                    wrong_filters.edges_of_zeros,
                    "You found an edge all around the photograph. What stands outside of it: black, or its own pixels "
                    "once more?",
                ),
                Mistake(
                    "sizes-added",
                    wrong_filters.edges_added,
                    "A vector that goes 3 down and 4 to the right: how long is it?",
                ),
                Mistake(
                    "right-only",
                    wrong_filters.edges_to_the_right,
                    "You find the edges that stand upright. What becomes of those that lie flat?",
                ),
                Mistake(
                    "smaller",
                    wrong_filters.edges_smaller,
                    "Your result has lost two rows and two columns. Every pixel should have a strength: what does the "
                    "kernel read beyond the edge?",
                ),
                Mistake(
                    "equal-weights",
                    wrong_filters.edges_equal_weights,
                    "The three differences count the same in yours. Which weights does the question give them?",
                ),
                Mistake(
                    "scaled-apart",
                    wrong_filters.edges_scaled_apart,
                    "You scale each of the two changes by its own largest value. Where one is twice the other, is it "
                    "still twice the other afterwards?",
                    "sobel_filter in TheAlgorithms",
                ),
                Mistake(
                    "float64",
                    wrong_filters.edges_float64,
                    "The numbers are right, the dtype is not: float32 came in. Which dtype do your two kernels have, "
                    "and which one do you give the photograph?",
                ),
            ),
        ),
        FunctionQuestion(
            id="tap_products",
            title="One product for every tap",
            points=3,
            section="Many channels, many kernels",
            reference=conv2d.tap_products,
            cases=draw.channels_last,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "transposed",
                    wrong.taps_transposed,
                    "A pixel has c numbers and the output f. Which of these should the rows of the tap's matrix count?",
                ),
                Mistake(
                    "channels-padded",
                    wrong.taps_padding_channels,
                    "np.pad with one number pads every axis. Which of the three axes should get zeros?",
                ),
                Mistake(
                    "first-channel",
                    wrong.taps_first_channel,
                    "An image of one channel comes out right. What becomes of the others?",
                    "blackcat_tensors#59",
                ),
                Mistake(
                    "overwritten",
                    wrong.taps_overwriting,
                    "Your output holds the last tap only. What should happen to those before it?",
                ),
                Mistake(
                    "without-padding",
                    wrong.taps_without_padding,
                    "With padding, your output is too small. On which image do you count the windows?",
                ),
                Mistake("float64", wrong.taps_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="multiply_adds",
            title="Counting the work",
            points=2,
            section="Counting the work",
            reference=conv2d.multiply_adds,
            cases=draw.layers,
            mistakes=(
                Mistake(
                    "by-pixel",
                    wrong.work_by_pixel,
                    "You take one window for each pixel of the image. How many windows are there?",
                ),
                Mistake(
                    "one-kernel",
                    wrong.work_of_one_kernel,
                    "You count the work of one kernel. How many outputs does each window have?",
                ),
                Mistake(
                    "channels-added",
                    wrong.work_channels_added,
                    "You add the channels to the taps. How many numbers does a window of kh × kw pixels hold?",
                ),
                Mistake(
                    "twice",
                    wrong.work_twice,
                    "You count a multiplication and an addition as two. Does the question?",
                ),
                Mistake(
                    "overflowing",
                    wrong.work_overflowing,
                    "Small layers come out right, an enormous one does not. How large can an integer in a NumPy array "
                    "be, and how large one in Python?",
                    "MIOpen#3099",
                ),
            ),
        ),
        SpeedQuestion(
            id="separable",
            title="Two passes",
            points=3,
            section="Kernels that come apart",
            reference=filters.separable,
            cases=draw.columns_and_rows,
            forbidden=READY_MADE,
            slower=wrong_filters.all_at_once,
            ratio=2,
            timed={"x": Fresh((180, 190)), "column": Fresh((31,)), "row": Fresh((29,))},
            mistakes=(
                Mistake(
                    "crossed",
                    wrong_filters.passes_crossed,
                    "Your column lies and your row stands. What is the shape of a kernel that is one column?",
                ),
                Mistake(
                    "added",
                    wrong_filters.passes_added,
                    "You add what the column gives to what the row gives. What does the second pass slide over?",
                ),
                Mistake(
                    "row-flipped",
                    wrong_filters.passes_row_flipped,
                    "Along the row, your taps run from right to left. Does np.convolve flip?",
                ),
                Mistake("float64", wrong_filters.passes_float64, FLOAT64),
            ),
        ),
        HuntQuestion(
            id="guarded",
            title="A published border",
            points=4,
            section="What goes wrong",
            reference=conv2d.guarded,
            oracle=wrong.guarded_oracle,
            published=wrong.guarded_published,
            exposing=conv2d.exposing,
            cases=draw.borders,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.guarded_published,
                    "In an image of three rows and two columns, does your condition let the third row through?",
                    "caffe#284, caffe#298",
                ),
                Mistake(
                    "height-twice",
                    wrong.guarded_height_twice,
                    "Tall images are mended now. Which number bounds the columns?",
                ),
                Mistake(
                    "inclusive",
                    wrong.guarded_inclusive,
                    "An image of h rows: what is the number of its last one?",
                ),
                Mistake(
                    "from-behind",
                    wrong.guarded_from_behind,
                    "Zeros above and at the left have become pixels of the image. What is x[-1] in NumPy?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_shifted_sum",
            title="A test that misses nothing",
            points=3,
            section="What goes wrong",
            reference=conv2d.test_shifted_sum,
            right=wrong.version_right,
            valid=conv2d.shifted_sum,
            visible=3,
            hint="Work out one window by hand, or with four loops. Does your expectation turn the kernel?",
            versions=(
                Mistake(
                    "flipped",
                    wrong.shifts_flipped,
                    "A version that turns the kernel by half a circle passes your test. For which kernels does turning "
                    "change nothing?",
                ),
                Mistake(
                    "by-kernel-height",
                    wrong.shifts_by_kernel_height,
                    "A version that takes every kernel for a square passes your test. Do you try one that is wider "
                    "than it is high with stride 1, where no rounding hides the difference?",
                ),
                Mistake(
                    "stride-down-only",
                    wrong.shifts_stride_down_only,
                    "A version that skips rows but no columns passes your test. Which strides do you try?",
                ),
                Mistake(
                    "padding-in-front",
                    wrong.shifts_padding_in_front,
                    "A version that pads two sides only passes your test. Do you try a padding, and look at the whole "
                    "output?",
                ),
                Mistake(
                    "edges-repeated",
                    wrong.version_padding_edges,
                    "A version that repeats pixels at the edges passes your test. Which values do you expect there?",
                ),
                Mistake(
                    "float64",
                    wrong.shifts_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "changes-x",
                    wrong.version_changing_x,
                    "A version that changes x passes your test. How would you notice?",
                ),
            ),
            mistakes=(
                Mistake("flipped", wrong.test_symmetric_kernel, ""),
                Mistake("by-kernel-height", wrong.test_square_kernels, ""),
                Mistake("stride-down-only", wrong.test_without_stride, ""),
                Mistake("padding-in-front", wrong.test_without_padding, ""),
                Mistake("float64", wrong.test_float64_only, ""),
                Mistake("rejects-right", wrong.test_expecting_the_flip, ""),
            ),
        ),
    ),
)
