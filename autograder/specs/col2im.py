"""Questions of the chapter ``col2im``: every column entry back to the pixel that it was copied from."""

from autograder.draws import col2im as draw
from autograder.mistakes import col2im as wrong
from autograder.mistakes import overlaps as wrong_overlaps
from autograder.mistakes import scatter as wrong_scatter
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
from solutions import col2im, overlaps, scatter

# Whatever folds columns in one call.
READY_MADE = ("torch.nn.functional.fold", "torch.nn.Fold")
FLOAT64 = "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?"

SPEC = Spec(
    stem="col2im",
    questions=(
        ValueQuestion(
            id="there_and_back",
            title="There and back by hand",
            points=1,
            section="Where a pixel goes",
            answer=overlaps.there_and_back,
            mistakes=(
                Mistake(
                    "inverse",
                    [[2, 1, 3, 1], [1, 4, 2, 1], [3, 2, 1, 2]],
                    "That is the image itself. How many copies of its second pixel come back?",
                    "pytorch#7519",
                ),
                Mistake(
                    "counts",
                    [[1, 2, 2, 1], [2, 4, 4, 2], [1, 2, 2, 1]],
                    "Those are the numbers of copies. What does each copy hold?",
                ),
                Mistake(
                    "crossed",
                    [[2, 2, 6, 1], [1, 8, 4, 1], [3, 4, 2, 2]],
                    "Those are windows of three rows and two columns. Which number of a size belongs to the rows?",
                ),
                Mistake(
                    "every-copy",
                    [[12, 6, 18, 6], [6, 24, 12, 6], [18, 12, 6, 12]],
                    "You multiplied every pixel by the size of a window. Does the pixel in the corner lie in six?",
                ),
            ),
        ),
        FunctionQuestion(
            id="entries_of_pixels",
            title="Who answers to a pixel",
            points=3,
            section="Where a pixel goes",
            reference=col2im.entries_of_pixels,
            cases=draw.maps,
            mistakes=(
                Mistake(
                    "padding-as-pixel-0",
                    wrong.entries_padding_as_first_pixel,
                    "Your first pixel has too many entries. Which number does im2col put into the padding, and which "
                    "number has your first pixel?",
                ),
                Mistake(
                    "first-only",
                    wrong.entries_first_only,
                    "You list one entry for each pixel. How many windows may read it?",
                ),
                Mistake(
                    "window-by-window",
                    wrong.entries_window_by_window,
                    "You number the entries of window 0 first, then those of window 1. Which axes come first in "
                    "columns (kh, kw, oh, ow)?",
                    "channel and patch order in a column: PyDeepFlow#84",
                ),
                Mistake(
                    "padding-listed",
                    wrong.entries_of_padded_pixels,
                    "Your list is longer than the image has pixels. Does the padding have a gradient to receive?",
                ),
                Mistake(
                    "windows",
                    wrong.entries_as_windows,
                    "Those are the numbers of the windows that read a pixel. Which entry of each window is its copy?",
                ),
            ),
        ),
        FunctionQuestion(
            id="col2im_windows",
            title="Back, window by window",
            points=2,
            section="Window by window",
            reference=col2im.col2im_windows,
            cases=draw.planes,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.windows_overwritten,
                    "A pixel in two windows receives two numbers. What should happen to the first when the second "
                    "arrives?",
                    "hguomin#2",
                ),
                Mistake(
                    "averaged",
                    wrong.windows_averaged,
                    "You divide by the number of windows that cover a pixel. Does a sum of gradients divide?",
                    "pytorch#7519",
                ),
                Mistake("float64", wrong.windows_float64, FLOAT64),
                Mistake(
                    "side-by-side",
                    wrong.windows_side_by_side,
                    "Your windows lie beside each other. How far apart do neighbouring windows start at stride 1?",
                ),
                Mistake(
                    "size-of-output",
                    wrong.windows_as_large_as_output,
                    "Your image has a pixel for each window. Where does the last window end?",
                    "H·W for H′·W′ in the backward pass of a GitBook chapter on im2col",
                ),
            ),
        ),
        FunctionQuestion(
            id="counts_in_row",
            title="Counted by formula",
            points=3,
            section="Four, six, nine",
            reference=overlaps.counts_in_row,
            cases=draw.rows,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "formula-of-stride-1",
                    wrong_overlaps.row_by_minimum,
                    "Without stride, padding and dilation you are right. Which windows read place 0 of a row with "
                    "padding in front?",
                ),
                Mistake(
                    "padding-not-shifted",
                    wrong_overlaps.row_padding_not_shifted,
                    "Your counts begin in the padding. Which place of the padded row is place 0 of the row?",
                ),
                Mistake(
                    "padding-left-out",
                    wrong_overlaps.row_padding_left_out,
                    "Padding lets windows hang over the ends. How many windows are there with it?",
                    "pad left out of the output size, in notes on a deep-learning book",
                ),
                Mistake(
                    "over-the-end",
                    wrong_overlaps.row_window_over_the_end,
                    "You count windows that begin inside the padded row and end outside. How many windows fit?",
                ),
                Mistake(
                    "dilation-filled",
                    wrong_overlaps.row_dilation_filled,
                    "With dilation a window has gaps. Does it read the places in them?",
                ),
            ),
        ),
        ValueQuestion(
            id="slack",
            title="Rows that nobody needs",
            points=2,
            section="Tap by tap",
            answer=overlaps.slack,
            mistakes=(
                Mistake(
                    "end-as-last",
                    [12, 10, 9, 1],
                    "A slice stops before its end, and here it goes in steps of 4. Which rows does it hold?",
                ),
                Mistake(
                    "ceil",
                    [12, 14, 10, 2],
                    "You let a window begin inside and end outside. How many windows fit into nine rows?",
                    "the output-size formula of a col2im guide",
                ),
                Mistake(
                    "no-slack",
                    [9, 10, 6, 0],
                    "How many rows does the line allocate, with the stride - 1 that it adds?",
                ),
                Mistake(
                    "first-tap",
                    [12, 8, 4, 0],
                    "That is the slice of tap 0. Which tap reaches furthest down?",
                ),
            ),
        ),
        FunctionQuestion(
            id="col2im",
            title="Columns to images",
            points=6,
            section="Every setting",
            reference=col2im.col2im,
            cases=draw.columns,
            groups={"plain": 2, "stride": 1, "padding": 2, "dilation": 1},
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.overwritten,
                    "A pixel in two windows receives two numbers. What should happen to the first when the second "
                    "arrives?",
                    "hguomin#2",
                ),
                Mistake(
                    "averaged",
                    wrong.averaged,
                    "You divide by the number of windows that cover a pixel. Does a transposed matrix divide?",
                    "pytorch#7519",
                ),
                Mistake("float64", wrong.float64, FLOAT64),
                Mistake(
                    "cropped-by-one",
                    wrong.cropped_by_one,
                    "You take one row or column off every side. Where does the size of the border come in?",
                    "the backward pass in a GitBook chapter on im2col",
                ),
                Mistake(
                    "cropped-to-nothing",
                    wrong.cropped_to_nothing,
                    "Nothing is left where a side has no border. What is a[p:-p] when p is 0?",
                    "x[p:-p] with p = 0, in many repositories",
                ),
                Mistake(
                    "padding-kept",
                    wrong.padding_kept,
                    "Your images still have their border. Of which size were they before im2col padded them?",
                ),
                Mistake(
                    "end-without-stride",
                    wrong.end_without_stride,
                    "oh rows that lie sy apart: how far is it from the first to just behind the last?",
                ),
                Mistake(
                    "without-stride",
                    wrong.without_stride,
                    "Window (p, q) starts in row p·sy and column q·sx. Where does yours start?",
                    "Kulbear#34",
                ),
                Mistake(
                    "range-by-stride",
                    wrong.range_by_stride,
                    "Some windows never come back. Is p the number of a window, or the row where it starts?",
                    "the window loop of notes on a deep-learning book",
                ),
                Mistake(
                    "without-dilation",
                    wrong.without_dilation,
                    "The taps of a dilated window stand apart. From which row did tap (1, 0) of window (0, 0) come?",
                ),
            ),
        ),
        HuntQuestion(
            id="scattered",
            title="One index, named twice",
            points=4,
            section="All at once",
            reference=scatter.scattered,
            oracle=wrong_scatter.scattered_oracle,
            published=wrong_scatter.scattered_published,
            exposing=scatter.exposing,
            cases=draw.planes,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong_scatter.scattered_published,
                    "x[i, j] += cols reads x[i, j], adds, and writes. When a pixel is named twice, what had the "
                    "second reading seen?",
                    "the documentation of NumPy's ufunc.at",
                ),
                Mistake(
                    "another-order",
                    wrong_scatter.scattered_window_by_window,
                    "Now another entry wins. Should one win?",
                ),
                Mistake(
                    "times-count",
                    wrong_scatter.scattered_times_count,
                    "You take one entry as often as there are entries. Are those that meet in a pixel equal?",
                ),
            ),
        ),
        SpeedQuestion(
            id="scatter_add",
            title="Adding up by number",
            points=3,
            section="All at once",
            reference=scatter.scatter_add,
            cases=draw.places,
            slower=wrong_scatter.add_one_by_one,
            ratio=5,
            timed={"values": Fresh((8, 20000), "float32"), "places": Fresh((20000,), "int64"), "length": 2000},
            mistakes=(
                Mistake(
                    "named-once",
                    wrong_scatter.add_named_once,
                    "Of the numbers that name the same place, yours keeps one. What does x[idx] += v do with an "
                    "index that comes twice?",
                    "the documentation of NumPy's ufunc.at",
                ),
                Mistake(
                    "named-once-padding-too",
                    wrong_scatter.add_named_once_padding_too,
                    "Of the numbers that name the same place, yours keeps one. What does x[idx] += v do with an "
                    "index that comes twice? And what does the index -1 mean in NumPy?",
                ),
                Mistake(
                    "dropped-to-the-end",
                    wrong_scatter.add_padding_to_the_end,
                    "Your last place holds what should have been dropped. What does the index -1 mean in NumPy?",
                ),
                Mistake(
                    "dropped-to-the-start",
                    wrong_scatter.add_padding_to_the_start,
                    "Your place 0 holds what should have been dropped. Where could it go instead?",
                ),
                Mistake(
                    "too-short",
                    wrong_scatter.add_too_short,
                    "Your result ends with the last place that was named. How long should it be, and how do you tell "
                    "np.bincount?",
                ),
                Mistake(
                    "float64",
                    wrong_scatter.add_float64,
                    "The numbers are right, the dtype is not: in which dtype does np.bincount add weights?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_col2im",
            title="A test without an expectation",
            points=3,
            section="The transpose, not the inverse",
            reference=col2im.test_col2im,
            right=wrong.version_right,
            valid=col2im.col2im,
            visible=3,
            hint="A right version meets the adjoint law. Do you ask for the image back, or more digits than there are?",
            versions=(
                Mistake(
                    "averaged",
                    wrong.version_averaging,
                    "A version that takes the mean where entries meet passes your test. Do windows of yours overlap?",
                ),
                Mistake(
                    "overwritten",
                    wrong.version_overwriting,
                    "A version that keeps one of the entries that meet passes your test. Do windows of yours overlap?",
                ),
                Mistake(
                    "float64",
                    wrong.version_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "channels-mixed",
                    wrong.version_channels_mixed,
                    "A version that returns the channels in another order passes your test. Are yours all alike?",
                ),
                Mistake(
                    "changes-cols",
                    wrong.version_changing_cols,
                    "A version that changes the columns passes your test. How would you notice?",
                ),
                Mistake(
                    "one-pixel",
                    wrong.version_one_voice_more,
                    "A version that is wrong in a single pixel passes your test. Do you look at all of them?",
                ),
            ),
            mistakes=(
                Mistake("averaged", wrong.test_without_overlap, ""),
                Mistake("channels-mixed", wrong.test_with_ones, ""),
                Mistake("float64", wrong.test_values_only, ""),
                Mistake("changes-cols", wrong.test_all_but_the_columns, ""),
                Mistake("rejects-right", wrong.test_inverse, ""),
            ),
        ),
        FunctionQuestion(
            id="fold_mean",
            title="The mean of overlapping patches",
            points=2,
            section="What patches agree on",
            reference=overlaps.fold_mean,
            cases=draw.patches,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "patch-size",
                    wrong_overlaps.mean_by_patch_size,
                    "You divide every pixel by the size of a patch. In how many patches does a corner lie?",
                ),
                Mistake(
                    "sum",
                    wrong_overlaps.mean_sum,
                    "Those are sums. How many patches spoke about each pixel?",
                ),
                Mistake(
                    "padding-forgotten",
                    wrong_overlaps.mean_padding_forgotten,
                    "With padding your counts are too small. Which settings did you count with?",
                ),
                Mistake(
                    "last-patch",
                    wrong_overlaps.mean_last_patch,
                    "Each of your pixels holds what one patch says. What do the others say?",
                ),
                Mistake(
                    "float64-counts",
                    wrong_overlaps.mean_float64_counts,
                    "The numbers are right, the dtype is not: what is float32 divided by counts that are not float32?",
                ),
                Mistake("float64", wrong_overlaps.mean_float64, FLOAT64),
            ),
        ),
    ),
)
