"""Questions of the chapter ``windows``: bytes, views that overlap, and indices that say the same."""

from autograder.draws import windows as draw
from autograder.mistakes import windows as wrong
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    Mistake,
    Spec,
    SpeedQuestion,
    TestsQuestion,
    ValueQuestion,
)
from autograder.ready_made import CONVOLUTIONS, EARLIER
from solutions import views, windows

SLIDING = "numpy.lib.stride_tricks.sliding_window_view"
CROSSED = "Windows move sy down and sx across. Which number of a pair comes first?"

SPEC = Spec(
    stem="windows",
    questions=(
        ValueQuestion(
            id="addresses",
            title="Bytes by hand",
            points=1,
            section="One row of bytes",
            answer=views.addresses,
            mistakes=(
                Mistake(
                    "entries",
                    [60, 20, 5, 1, 103],
                    "You counted entries. How many bytes does a float32 take?",
                ),
                Mistake(
                    "float64",
                    [480, 160, 40, 8, 824],
                    "Your entries are 8 bytes long. How many bits has a float32?",
                ),
                Mistake(
                    "column-major",
                    [4, 8, 24, 96, 308],
                    "In your array the first axis runs fastest. Which one does in C order?",
                ),
                Mistake(
                    "counted-from-1",
                    [240, 80, 20, 4, 756],
                    "The strides are right. How many steps from index 0 is index 1?",
                ),
            ),
        ),
        FunctionQuestion(
            id="windows_strided",
            title="Six strides",
            points=4,
            section="Windows as a view",
            reference=windows.windows_strided,
            cases=draw.views,
            view=True,
            forbidden=(SLIDING, *EARLIER),
            groups={"plain": 1, "layout": 1, "steps": 2},
            mistakes=(
                Mistake(
                    "as-if-c-ordered",
                    wrong.strided_as_if_c,
                    "Your strides are those of an array without gaps, last axis fastest. Whom could you ask for those "
                    "of x?",
                ),
                Mistake(
                    "stride-left-out",
                    wrong.strided_without_stride,
                    "Your windows all begin one pixel apart. By how many rows does window (1, 0) lie below (0, 0)?",
                ),
                Mistake("crossed", wrong.strided_crossed, CROSSED, "nd4j#2457"),
                Mistake(
                    "windows-first",
                    wrong.strided_windows_first,
                    "Your windows come before their taps. Which axes does the question want last?",
                ),
                Mistake(
                    "side-by-side",
                    wrong.strided_side_by_side,
                    "Your windows do not overlap. Where does the second one begin with stride 1?",
                ),
                Mistake(
                    "roles-exchanged",
                    wrong.strided_roles_exchanged,
                    "Your windows are dy and dx apart, your taps sy and sx. Which of your steps is the distance of two "
                    "windows, and which of two taps?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.strided_without_dilation,
                    "Your taps all lie one pixel apart. By how many rows does tap (1, 0) lie below tap (0, 0)?",
                ),
            ),
        ),
        FunctionQuestion(
            id="windows_sliding",
            title="Ready-made, and cut to size",
            points=3,
            section="The safe way",
            reference=windows.windows_sliding,
            cases=draw.plain_views,
            view=True,
            forbidden=EARLIER,
            mistakes=(
                Mistake(
                    "windows-first",
                    wrong.strided_windows_first,
                    "sliding_window_view puts the taps last. Where does the question want them?",
                ),
                Mistake(
                    "slices-exchanged",
                    wrong.sliding_taps_stepped,
                    "You take every sy-th tap and every dy-th window. Which axes of the dense view are which?",
                ),
                Mistake(
                    "gaps-kept",
                    wrong.sliding_gaps_kept,
                    "Your windows hold the pixels in the gaps too. How many taps should an axis have?",
                    "root#22473",
                ),
                Mistake(
                    "gap-behind",
                    wrong.sliding_gap_behind,
                    "Windows are missing at the end. Over how many rows does a window of kh taps reach?",
                ),
                Mistake("crossed", wrong.strided_crossed, CROSSED, "nd4j#2457"),
                Mistake(
                    "reshaped",
                    wrong.sliding_reshaped,
                    "Your shape is right, your entries are not in their places. Does reshape exchange axes?",
                    "reshape without the matching transpose, in many repositories",
                ),
            ),
        ),
        ValueQuestion(
            id="copies",
            title="Copy or view",
            points=2,
            section="When NumPy copies",
            answer=views.copies,
            mistakes=(
                Mistake(
                    "gaps-copied",
                    [1, 1, 0, 1, 1, 1, 1, 1],
                    "You take every array with gaps or turned axes for a copy. For which of the new axes does one step "
                    "suffice?",
                ),
                Mistake(
                    "reshape-is-a-view",
                    [0, 0, 0, 0, 0, 0, 0, 1],
                    "You take reshape for a view, always. How far apart in x are entries that become neighbours in "
                    "x.T.reshape(24)? Is it the same everywhere?",
                ),
                Mistake(
                    "windows-stay",
                    [1, 1, 0, 0, 0, 0, 0, 1],
                    "Look at the windows again: is there one step that leads from each window to the next, also at the "
                    "end of a row?",
                ),
                Mistake(
                    "index-views",
                    [1, 1, 0, 0, 0, 1, 0, 0],
                    "The reshapes are right. What does NumPy know of the numbers in an index list?",
                ),
                Mistake(
                    "gap-overlooked",
                    [1, 0, 0, 0, 0, 1, 0, 1],
                    "Of each row of six, x[:, :4] takes four entries. How far is it in x from the last of them to the "
                    "first of the next row?",
                ),
                Mistake(
                    "rows-left-out",
                    [1, 1, 0, 1, 0, 1, 0, 1],
                    "The slice x[::2] leaves rows out. Which of its two axes is split?",
                ),
                Mistake(
                    "transposed-split",
                    [1, 1, 0, 0, 1, 1, 0, 1],
                    "Where x.T becomes an array of three axes, one of its axes is split. Is the step along it the same "
                    "everywhere?",
                ),
                Mistake(
                    "splits-copied",
                    [1, 1, 0, 0, 1, 1, 1, 1],
                    "An axis of x.T is split, and one of x[:, ::-1]. Which steps do the two parts of an axis need?",
                ),
                Mistake(
                    "all-copied",
                    [1, 1, 1, 1, 1, 1, 1, 1],
                    "You take each of them for a copy. What must reshape find, so that it need not copy?",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col_strided",
            title="One copy",
            points=3,
            section="When NumPy copies",
            reference=windows.im2col_strided,
            cases=draw.padded,
            fresh=True,
            forbidden=EARLIER,
            mistakes=(
                Mistake(
                    "view",
                    wrong.columns_view,
                    "The values are right, but they still live in x. What happens to x if somebody writes into them?",
                ),
                Mistake(
                    "float64",
                    wrong.columns_float64,
                    "The numbers are right, the dtype is not: which dtype does np.empty give if nothing is said?",
                ),
                Mistake(
                    "reshaped",
                    wrong.columns_reshaped,
                    "Your shape is right, your entries are not in their places. Does reshape exchange axes?",
                    "reshape without the matching transpose, in many repositories",
                ),
                Mistake(
                    "unpadded",
                    wrong.columns_unpadded,
                    "You have too few windows. What stands around the image before the view is made?",
                ),
            ),
        ),
        FunctionQuestion(
            id="index_arrays",
            title="Channel, row, column",
            points=3,
            section="Windows by index",
            reference=windows.index_arrays,
            cases=draw.sizes,
            returns=("k", "i", "j"),
            mistakes=(
                Mistake(
                    "channels-alternate",
                    wrong.indices_channels_alternating,
                    "Your channel changes from row to row. How many rows of the matrix belong to channel 0?",
                    "channel and patch order in a column: PyDeepFlow#84",
                ),
                Mistake(
                    "taps-by-column",
                    wrong.indices_taps_column_major,
                    "You run down the columns of the kernel. Which tap is the second of a row-major kernel?",
                ),
                Mistake(
                    "windows-by-column",
                    wrong.indices_windows_column_major,
                    "You run through the windows column by column. Which window is the second?",
                ),
                Mistake(
                    "without-stride",
                    wrong.indices_without_stride,
                    "Window (p, q) starts in row p·sy and column q·sx. Where does yours start?",
                    "Kulbear#34",
                ),
                Mistake(
                    "without-dilation",
                    wrong.indices_without_dilation,
                    "The taps of a dilated window stand apart. Which row is tap (1, 0) of window (0, 0)?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_flat_index",
            title="A test of addresses",
            points=2,
            section="Windows by index",
            reference=views.test_flat_index,
            right=wrong.flat_right,
            valid=wrong.flat_valid,
            visible=3,
            hint="Rows of the index are taps, columns are windows, both row by row. What does your test expect?",
            versions=(
                Mistake(
                    "height-for-width",
                    wrong.flat_by_height,
                    "A version that takes a row to be h long passes your test. Are your images square?",
                ),
                Mistake(
                    "strides-crossed",
                    wrong.flat_strides_crossed,
                    "A version that swaps sy and sx passes your test. Are your two strides different?",
                    "nd4j#2457",
                ),
                Mistake(
                    "transposed",
                    wrong.flat_transposed,
                    "A version with windows as rows passes your test. Do you look at the shape?",
                ),
                Mistake(
                    "taps-by-column",
                    wrong.flat_taps_column_major,
                    "A version that runs down the columns of the kernel passes your test. How high and wide is yours?",
                ),
                Mistake(
                    "ceil",
                    wrong.flat_ceil,
                    "A version that counts part of a step passes your test. Do all your settings come out even?",
                ),
                Mistake(
                    "float-index",
                    wrong.flat_float,
                    "A version that returns float32 passes your test. May an index be a float?",
                    "float32 index arrays past 2^24",
                ),
            ),
            mistakes=(
                Mistake("height-for-width", wrong.test_on_squares, ""),
                Mistake("strides-crossed", wrong.test_with_equal_strides, ""),
                Mistake("ceil", wrong.test_where_all_fits, ""),
                Mistake("float-index", wrong.test_of_values, ""),
                Mistake("rejects-right", wrong.test_expecting_windows_as_rows, ""),
            ),
        ),
        FunctionQuestion(
            id="conv_tensordot",
            title="No columns in sight",
            points=3,
            section="Sums without columns",
            reference=windows.conv_tensordot,
            cases=draw.convolutions,
            forbidden=CONVOLUTIONS + EARLIER,
            mistakes=(
                Mistake(
                    "kernels-last",
                    wrong.conv_kernels_last,
                    "Your outputs have f as their last axis. In which order do tensordot's remaining axes come?",
                ),
                Mistake(
                    "reshaped",
                    wrong.conv_reshaped,
                    "Your shape is right, your outputs are not in their places. Does reshape exchange axes?",
                    "reshape without the matching transpose, in many repositories",
                ),
                Mistake(
                    "flipped",
                    wrong.conv_flipped,
                    "You turn the kernel round. Does this course?",
                ),
                Mistake(
                    "bias-along-columns",
                    wrong.conv_bias_along_columns,
                    "Your bias runs along the last axis. Which axis has one entry for each kernel?",
                ),
                Mistake(
                    "bias-left-out",
                    wrong.conv_without_bias,
                    "Without bias you are right. Where does it come in?",
                ),
            ),
        ),
        SpeedQuestion(
            id="medians",
            title="The middle of every window",
            points=3,
            section="Sums without columns",
            reference=views.medians,
            cases=draw.rough,
            forbidden=("scipy.ndimage.median_filter", "scipy.signal.medfilt2d", "scipy.signal.medfilt"),
            slower=wrong.medians_one_by_one,
            ratio=5,
            timed=draw.TIMED,
            mistakes=(
                Mistake(
                    "means",
                    wrong.medians_as_means,
                    "Those are means. What stands in the middle when a window is sorted?",
                ),
                Mistake(
                    "medians-of-medians",
                    wrong.medians_of_medians,
                    "You take the median of the medians of rows. Which entries should be sorted together?",
                ),
                Mistake(
                    "upper",
                    wrong.medians_upper,
                    "Windows of an even number of entries have two in the middle. What does the question ask for then?",
                ),
                Mistake(
                    "float64",
                    wrong.medians_float64,
                    "The numbers are right, the dtype is not. Where did float32 go?",
                ),
            ),
        ),
        HuntQuestion(
            id="fitted",
            title="A check of the wrong side",
            points=4,
            section="What goes wrong",
            reference=views.fitted,
            oracle=wrong.fitted_oracle,
            published=wrong.fitted_published,
            exposing=views.exposing,
            cases=draw.fitting,
            forbidden=EARLIER,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.fitted_published,
                    "Read both checks aloud. Which side of the kernel moves across the width?",
                    "CS231n im2col",
                ),
                Mistake(
                    "taps-by-column",
                    wrong.fitted_taps_by_column,
                    "The check is mended, and the taps come column by column. Which tap is the second?",
                ),
                Mistake(
                    "windows-as-rows",
                    wrong.fitted_windows_as_rows,
                    "The check is mended, and your windows are rows. Which axis did published give them?",
                ),
                Mistake(
                    "windows-by-column",
                    wrong.fitted_windows_crossed,
                    "The check is mended, and the windows come in another order. Which one should be second?",
                ),
            ),
        ),
    ),
)
