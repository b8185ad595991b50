"""Questions of the chapter ``strides``: steps, borders and gaps, each with its own number per axis."""

from autograder.draws import strides as draw
from autograder.mistakes import one_image
from autograder.mistakes import strides as wrong
from autograder.questions import FunctionQuestion, HuntQuestion, Mistake, Spec, TestsQuestion, ValueQuestion
from autograder.ready_made import CONVOLUTIONS, WINDOWS
from solutions import strides

# Whatever finds or lays out windows in one call.
READY_MADE = WINDOWS + CONVOLUTIONS

SPEC = Spec(
    stem="strides",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="Steps and tails by hand",
            points=1,
            section="A step down, a step across",
            answer=strides.by_hand,
            mistakes=(
                Mistake(
                    "crossed",
                    [3, 3, 1, 1],
                    "Your windows move 3 down and 2 across. Which number of a pair belongs to the rows?",
                    "nd4j#2457",
                ),
                Mistake(
                    "ceil",
                    [5, 3, 1, 2],
                    "You count a window on each axis that begins inside and ends outside. Does a part of a step count?",
                ),
                Mistake(
                    "without-one",
                    [3, 1, 1, 2],
                    "You counted the steps between windows. How many windows are there when no step fits?",
                ),
                Mistake(
                    "tail-by-division",
                    [4, 2, 0, 0],
                    "Write down the last row that a window reads, and the last row there is. Are they the same?",
                ),
            ),
        ),
        FunctionQuestion(
            id="crop",
            title="The border off again",
            points=2,
            section="A border on four sides",
            reference=strides.crop,
            cases=draw.borders,
            fresh=True,
            mistakes=(
                Mistake(
                    "cropped-to-nothing",
                    wrong.crop_to_nothing,
                    "Nothing is left where there is no border. What is a[p:-p] when p is 0?",
                    "x[p:-p] with p = 0, in many repositories",
                ),
                Mistake(
                    "always-one",
                    wrong.crop_one,
                    "You take one row or column off every side. Where does the size of the border come in?",
                    "the backward pass in a GitBook chapter on im2col",
                ),
                Mistake(
                    "crossed",
                    wrong.crop_crossed,
                    "You take from the columns what belongs to the rows. Which of the two comes first in padding?",
                ),
                Mistake(
                    "behind-as-in-front",
                    wrong.crop_behind_as_in_front,
                    "Bottom and right lose as much as top and left. Where are their own numbers?",
                    "root#21873",
                ),
                Mistake(
                    "begins-then-ends",
                    wrong.crop_begins_then_ends,
                    "You read the four numbers as top, left, bottom, right, as ONNX writes them. How are they paired "
                    "here?",
                    "the order of pads in ONNX",
                ),
                Mistake(
                    "view",
                    wrong.crop_view,
                    "The values are right, but they still live in x. What happens to x if somebody writes into them?",
                ),
            ),
        ),
        ValueQuestion(
            id="half_pixel",
            title="Two halves of a pixel",
            points=1,
            section="The half pixel",
            answer=strides.half_pixel,
            mistakes=(
                Mistake(
                    "as-claimed",
                    [1, 3, 9, 10, 7, 6],
                    "Your last two numbers are the size of the input: that is what was wanted. How many windows fit "
                    "into the image that the rounding has made?",
                    "the padding of a col2im guide",
                ),
                Mistake(
                    "rounded-down",
                    [1, 3, 7, 8, 6, 5],
                    "You rounded the halves down. The guide rounds them up: what image does that make?",
                ),
                Mistake(
                    "needed",
                    [1, 3, 8, 9, 7, 6],
                    "That is the image with exactly the zeros that are needed. Which image does the guide make, with "
                    "as many on both sides?",
                ),
                Mistake(
                    "crossed",
                    [3, 1, 10, 9, 7, 8],
                    "All pairs are the wrong way round. Which axis does the first number of a pair belong to?",
                ),
            ),
        ),
        FunctionQuestion(
            id="same_pads",
            title="The fewest zeros for same",
            points=3,
            section="The half pixel",
            reference=strides.same_pads,
            cases=draw.axes,
            returns=("before", "after"),
            mistakes=(
                Mistake(
                    "rounded-up",
                    wrong.same_rounded_up,
                    "An even kernel gets one zero more than it needs. Must both sides get the same?",
                    "the padding of a col2im guide; root#21873",
                ),
                Mistake(
                    "more-in-front",
                    wrong.same_more_in_front,
                    "Of an odd number one zero is left over. At which end did you put it, and where does the question "
                    "want it?",
                    "SAME_LOWER in ONNX",
                ),
                Mistake(
                    "for-stride-1",
                    wrong.same_for_stride_one,
                    "With stride 1 you are right. Where does the last of ceil(length / stride) windows end?",
                ),
                Mistake(
                    "keeps-length",
                    wrong.same_keeping_the_length,
                    "You pad until there are as many windows as entries, whatever the stride. How many windows does "
                    "the question ask for?",
                    "the padding of a col2im guide",
                ),
                Mistake(
                    "without-dilation",
                    wrong.same_without_dilation,
                    "How far is it from the first entry of a window to the last when there are gaps between them?",
                    "root#21684",
                ),
                Mistake(
                    "negative",
                    wrong.same_negative,
                    "When the stride is longer than the kernel, the last window may end before the image does. How "
                    "many zeros are missing then?",
                ),
                Mistake(
                    "floor",
                    wrong.same_floor,
                    "You make room for floor(length / stride) windows. Which way does same round?",
                ),
            ),
        ),
        FunctionQuestion(
            id="dilate",
            title="Gaps as zeros",
            points=2,
            section="A kernel with gaps",
            reference=strides.dilate,
            cases=draw.kernels,
            fresh=True,
            mistakes=(
                Mistake(
                    "gap-behind",
                    wrong.dilate_gap_behind,
                    "There are zeros behind the last entry too. How many steps are there between kh entries?",
                ),
                Mistake(
                    "crossed",
                    wrong.dilate_crossed,
                    "The gaps that you put between rows belong between columns. Which number of dilation is dy?",
                    "nd4j#2457",
                ),
                Mistake(
                    "repeated",
                    wrong.dilate_repeating,
                    "You fill the gaps with copies of the entries. What would a pixel in a gap be multiplied by?",
                ),
                Mistake(
                    "zeros-counted",
                    wrong.dilate_zeros_between,
                    "You put dilation zeros between neighbours. How far apart are two entries with dilation 1?",
                    "dilation 0 taken as none",
                ),
                Mistake(
                    "float64",
                    wrong.dilate_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                ),
            ),
        ),
        HuntQuestion(
            id="dilated",
            title="One letter in a call",
            points=4,
            section="A kernel with gaps",
            reference=strides.dilated,
            oracle=wrong.dilated_oracle,
            published=wrong.dilated_published,
            exposing=strides.exposing,
            cases=draw.images_and_kernels,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.dilated_published,
                    "Follow both numbers of dilation through the code. Is each used for its own axis?",
                    "mxnet#6986",
                ),
                Mistake(
                    "first-for-both",
                    wrong.dilated_by_the_first,
                    "Now dilation[0] is used twice. What is dilation[1] for?",
                    "djl#384",
                ),
                Mistake(
                    "second-for-both",
                    wrong.dilated_by_the_second,
                    "Sizes and places agree with each other now, and both use dilation[1]. What is dilation[0] for?",
                ),
                Mistake(
                    "crossed",
                    wrong.dilated_crossed,
                    "You use each number for the other axis. Which one comes first in a pair?",
                    "nd4j#2457",
                ),
            ),
        ),
        FunctionQuestion(
            id="out_size",
            title="How many windows, with everything",
            points=4,
            section="All at once",
            reference=strides.out_size,
            cases=draw.sizes,
            returns=("oh", "ow"),
            groups={"stride": 1, "padding": 1, "dilation": 1, "same": 1},
            mistakes=(
                Mistake(
                    "ceil",
                    wrong.size_ceil,
                    "Your count includes a window that begins inside and ends outside. Does a part of a step count?",
                    "the output-size formula of a col2im guide",
                ),
                Mistake(
                    "padding-once",
                    wrong.size_padding_once,
                    "How high is the image once there are zeros above it and below it?",
                ),
                Mistake(
                    "before-twice",
                    wrong.size_before_twice,
                    "You count the zeros in front for both sides. What if there are more of them behind?",
                    "root#21873",
                ),
                Mistake(
                    "dilation-ignored",
                    wrong.size_dilation_ignored,
                    "How many rows does a window reach over when its entries stand apart?",
                ),
                Mistake(
                    "dilation-twice",
                    wrong.size_dilation_twice,
                    "Put 3 taps and dilation 2 in: the span should be 5. Do you spread a kernel that is spread "
                    "already?",
                    "root#22473",
                ),
                Mistake(
                    "gap-behind",
                    wrong.size_gap_behind,
                    "Between kh entries there are kh − 1 steps. How many does your span have?",
                ),
                Mistake(
                    "crossed",
                    wrong.size_crossed,
                    "Your rows use the numbers of the columns. Which number of a pair comes first?",
                    "nd4j#2457",
                ),
                Mistake(
                    "same-keeps-all",
                    wrong.size_same_keeps_all,
                    "With stride 1, same gives as many windows as pixels. And when every second start is left out?",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col",
            title="im2col, complete",
            points=6,
            section="All at once",
            reference=strides.im2col,
            cases=draw.batches,
            fresh=True,
            forbidden=READY_MADE,
            groups={"plain": 1, "stride": 1, "padding": 1, "dilation": 1, "all": 2},
            mistakes=(
                Mistake(
                    "end-without-stride",
                    wrong.columns_end_without_stride,
                    "oh rows that lie sy apart: how far is it from the first to just behind the last?",
                ),
                Mistake(
                    "to-the-end",
                    wrong.columns_to_the_end,
                    "Your slices go on to the edge of the image. How many windows has a tap, and where does it stand "
                    "in the last of them?",
                ),
                Mistake(
                    "strides-crossed",
                    wrong.columns_strides_crossed,
                    "Your windows move sy across and sx down. Which comes first in a pair?",
                ),
                Mistake(
                    "dilation-of-rows-lost",
                    wrong.columns_dilation_of_rows_lost,
                    "Both axes use dx. Where does dy come in?",
                    "mxnet#6986",
                ),
                Mistake(
                    "kernel-expanded",
                    wrong.columns_kernel_expanded,
                    "You copy the pixels in the gaps too. How many entries does a window have?",
                    "root#22473",
                ),
                Mistake(
                    "windows-first",
                    wrong.columns_windows_first,
                    "All entries are there, in another order of axes. Does the window's place come before its entries "
                    "in (n, c, kh, kw, oh, ow)?",
                ),
                Mistake(
                    "taps-crossed",
                    wrong.columns_taps_crossed,
                    "Rows and columns within each window have changed places. Is i the row of a tap, or the column?",
                ),
                Mistake(
                    "equal-sides",
                    wrong.columns_equal_sides,
                    "Bottom and right get as many zeros as top and left. Where are their own numbers?",
                    "root#21873",
                ),
                Mistake(
                    "float64",
                    wrong.columns_float64,
                    "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?",
                    "float32 becomes float64 in notes on a deep-learning book",
                ),
            ),
        ),
        TestsQuestion(
            id="test_one_image",
            title="Settings that tell wrong versions apart",
            points=3,
            section="What goes wrong",
            reference=strides.test_one_image,
            right=one_image.spread_right,
            valid=one_image.spread_valid,
            visible=3,
            hint="Find the windows by trying every start: which of them end inside the image?",
            versions=(
                Mistake(
                    "ceil",
                    one_image.spread_ceil,
                    "A version that counts part of a step passes your test. Do all your settings come out even?",
                ),
                Mistake(
                    "strides-crossed",
                    one_image.spread_strides_crossed,
                    "A version that swaps sy and sx passes your test. Are your two strides different?",
                ),
                Mistake(
                    "dilations-crossed",
                    one_image.spread_dilations_crossed,
                    "A version that swaps dy and dx passes your test. Are your two dilations different?",
                    "nd4j#2457",
                ),
                Mistake(
                    "second-for-both",
                    one_image.spread_second_for_both,
                    "A version that uses dx for dy too passes your test. Which dilations do you try?",
                    "mxnet#6986",
                ),
                Mistake(
                    "height-only",
                    one_image.spread_by_height,
                    "A version that uses the kernel's height for the width passes your test. What shape is your "
                    "kernel?",
                    "CS231n",
                ),
                Mistake(
                    "dilated-twice",
                    one_image.spread_dilated_twice,
                    "A version that leaves every gap twice passes your test. Do you try a dilation, with room to fit?",
                    "root#22473",
                ),
                Mistake(
                    "range-by-stride",
                    one_image.spread_range_by_stride,
                    "A version that leaves outputs at 0 passes your test. Do you look at all of them, at a stride?",
                    "the window loop of notes on a deep-learning book",
                ),
                Mistake(
                    "float64",
                    one_image.spread_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
            ),
            mistakes=(
                Mistake("ceil", one_image.test_where_all_fits, ""),
                Mistake("strides-crossed", one_image.test_with_equal_strides, ""),
                Mistake("dilations-crossed", one_image.test_with_equal_dilations, ""),
                Mistake("float64", one_image.test_in_float64, ""),
                Mistake("rejects-right", one_image.test_expecting_the_ceiling, ""),
            ),
        ),
    ),
)
