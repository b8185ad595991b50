"""Questions of the chapter ``im2col``: every window of one image as a column, and one product for all of them."""

from autograder.draws import im2col as draw
from autograder.mistakes import im2col as wrong
from autograder.mistakes import im2col_taps
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
from solutions import im2col

# Whatever finds windows, or convolves, in one call.
READY_MADE = WINDOWS + CONVOLUTIONS
FLOAT64 = "The numbers are right, the dtype is not: which dtype does np.zeros or np.empty give if nothing is said?"
BY_KERNEL_HEIGHT = "Square kernels come out right. Which side of the kernel decides how far it slides to the right?"
CS231N_CHECK = "the check of sizes in CS231n's im2col"
CS231N_ROW = "the row index in CS231n's im2col_cython"
GUIDE_COLUMN = "the column index h*O_h + w of a col2im guide"

SPEC = Spec(
    stem="im2col",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="A matrix by hand",
            points=1,
            section="From windows to columns",
            answer=im2col.by_hand,
            mistakes=(
                Mistake(
                    "windows-as-rows",
                    im2col.by_hand().T,
                    "Each of your rows is a window. What should one column hold?",
                ),
                Mistake(
                    "windows-down",
                    im2col.by_hand()[:, [0, 2, 1, 3]],
                    "Your second column is the window below the first. Which window does one read second in a line?",
                    "column-major order, as in Matlab",
                ),
                Mistake(
                    "taps-down",
                    im2col.by_hand()[[0, 3, 1, 4, 2, 5]],
                    "You read each window down its columns. Where does the second pixel of its first row go?",
                    "column-major order, as in Matlab",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col_windows",
            title="Window by window",
            points=2,
            section="Window by window",
            reference=im2col.im2col_windows,
            cases=draw.images,
            fresh=True,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "windows-first",
                    wrong.windows_first,
                    "Your first two axes count windows. Which two should the columns begin with?",
                ),
                Mistake(
                    "taps-crossed",
                    wrong.windows_taps_crossed,
                    "Your windows lie on their side. Is axis 0 of the columns the row of a tap, or its column?",
                ),
                Mistake(
                    "places-crossed",
                    wrong.windows_places_crossed,
                    "Your last two axes have changed places. Which of them counts the windows below each other?",
                ),
                Mistake("by-kernel-height", wrong.windows_by_kernel_height, BY_KERNEL_HEIGHT, CS231N_CHECK),
                Mistake(
                    "without-last",
                    wrong.windows_without_last,
                    "The last row and column of windows are missing. How many windows has an image that is just as "
                    "large as the kernel?",
                ),
                Mistake("float64", wrong.windows_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="index_table",
            title="Which pixel stands where",
            points=3,
            section="Which pixel stands where",
            reference=im2col.index_table,
            cases=draw.sizes,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "rows-by-height",
                    wrong.table_rows_by_height,
                    "Square images come out right. How many pixels does one pass on the way to the pixel just below?",
                    "caffe#298",
                ),
                Mistake(
                    "down-the-image",
                    wrong.table_down_the_image,
                    "Your pixels are numbered down the image. Which pixel has number 1?",
                    "column-major order, as in Matlab",
                ),
                Mistake(
                    "transposed",
                    wrong.table_transposed,
                    "Your rows are windows. What does a row of the matrix belong to?",
                ),
                Mistake(
                    "by-output-height",
                    wrong.table_by_output_height,
                    "Square outputs come out right. How many windows come before the first one of row p?",
                    GUIDE_COLUMN,
                ),
                Mistake(
                    "by-kernel-height",
                    wrong.table_by_kernel_height,
                    "Square kernels come out right. How many taps come before the first one of row i?",
                    CS231N_ROW,
                ),
                Mistake(
                    "taps-by-kernel-width",
                    wrong.table_taps_by_kernel_width,
                    "Your first row is right, your first column is not. Which number has the pixel just below pixel 0?",
                ),
                Mistake(
                    "starts-by-output-width",
                    wrong.table_starts_by_output_width,
                    "Your first column is right, your first row is not. With which pixel does window (1, 0) begin?",
                ),
                Mistake(
                    "places-added",
                    wrong.table_places_added,
                    "You add the number of the tap to the number of the window. Which pixel does tap (1, 0) read in "
                    "window (0, 0)?",
                ),
                Mistake(
                    "from-one",
                    wrong.table_from_one,
                    "Every number is too large by the same amount. Which number has the first pixel?",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col_taps",
            title="Tap by tap",
            points=3,
            section="Tap by tap",
            reference=im2col.im2col_taps,
            cases=draw.images,
            fresh=True,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "end-too-early",
                    wrong.taps_end_too_early,
                    "Tap (0, 0) is right, and the others end in zeros. A slice of oh rows that starts in row i: where "
                    "does it end?",
                ),
                Mistake(
                    "end-too-early-raises",
                    wrong.taps_end_too_early_raises,
                    "Your slices become smaller from tap to tap. A slice of oh rows that starts in row i: where does "
                    "it end?",
                ),
                Mistake(
                    "as-large-as-the-kernel",
                    wrong.taps_as_large_as_the_kernel,
                    "Each of your slices is as large as the kernel. In how many windows does one tap read?",
                ),
                Mistake(
                    "flipped",
                    wrong.taps_flipped,
                    "All your taps are there, in reverse order. Which pixel of the image is the first that tap (0, 0) "
                    "reads?",
                ),
                Mistake("by-kernel-height", wrong.taps_by_kernel_height, BY_KERNEL_HEIGHT, CS231N_CHECK),
                Mistake(
                    "as-large-as-x",
                    wrong.taps_as_large_as_x,
                    "You keep a copy of the whole image for each tap. How many windows does a tap belong to?",
                ),
                Mistake(
                    "merged",
                    wrong.taps_in_rows,
                    "Your result counts the taps in one axis. How many axes should it have?",
                ),
                Mistake("float64", wrong.taps_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="window_tiles",
            title="A wall of windows",
            points=2,
            section="Two pictures of the same columns",
            reference=im2col.window_tiles,
            cases=draw.columns,
            fresh=True,
            mistakes=(
                Mistake(
                    "reshape-only",
                    wrong.tiles_reshape_only,
                    "The shape is right, but no axis has moved. Which axis should count slowest in the rows of your "
                    "picture?",
                ),
                Mistake(
                    "tiles-of-taps",
                    wrong.tiles_of_taps,
                    "Your tiles are taps. What should tile (0, 0) show?",
                ),
                Mistake(
                    "windows-in-lines",
                    wrong.tiles_windows_in_lines,
                    "Read the first row of your picture: it is a whole window. Which pixels stand beside its first row "
                    "in a tile wall?",
                ),
                Mistake(
                    "windows-turned",
                    wrong.tiles_windows_turned,
                    "Your tiles are in their places, each lying on its side. Which axis runs down inside a tile?",
                ),
            ),
        ),
        FunctionQuestion(
            id="column_major",
            title="As Matlab has it",
            points=3,
            section="Row-major and column-major",
            reference=im2col.column_major,
            cases=draw.columns,
            fresh=True,
            mistakes=(
                Mistake(
                    "row-major",
                    wrong.downwards_not_at_all,
                    "That is the row-major matrix. Which two pairs of axes count in another order in Matlab's?",
                ),
                Mistake(
                    "taps-only",
                    wrong.downwards_taps_only,
                    "Each window is read down its columns now. In which order do the windows follow each other?",
                ),
                Mistake(
                    "windows-only",
                    wrong.downwards_windows_only,
                    "The windows follow each other down the image now. In which order is each of them read?",
                ),
                Mistake(
                    "all-axes-reversed",
                    wrong.downwards_all_axes_reversed,
                    "You reversed all four axes. Do the rows of your matrix count taps, or windows?",
                ),
            ),
        ),
        SpeedQuestion(
            id="convolve_by_matrix",
            title="One product",
            points=4,
            section="One product",
            reference=im2col.convolve_by_matrix,
            cases=draw.images_and_kernels,
            forbidden=READY_MADE,
            slower=wrong.product_window_by_window,
            ratio=6,
            timed={"x": Fresh((240, 250), "float32"), "weight": Fresh((3, 4), "float32")},
            mistakes=(
                Mistake(
                    "flipped",
                    wrong.product_flipped,
                    "Your kernel is turned by half a circle. Which tap's row should weight[0, 0] be multiplied by?",
                    "NNlib.jl#755",
                ),
                Mistake(
                    "kernel-by-columns",
                    wrong.product_kernel_by_columns,
                    "Your kernel lists its entries in another order than the columns do. Which one counts faster, i or "
                    "j?",
                ),
                Mistake(
                    "output-crossed",
                    wrong.product_output_crossed,
                    "The numbers are right, in the wrong shape. How many windows stand below each other?",
                ),
                Mistake(
                    "left-flat",
                    wrong.product_left_flat,
                    "Your output is one long row. Into which shape do its windows belong?",
                ),
                Mistake("float64", wrong.product_float64, FLOAT64),
            ),
        ),
        HuntQuestion(
            id="im2col_entries",
            title="A published index",
            points=4,
            section="What goes wrong",
            reference=im2col.im2col_entries,
            oracle=wrong.entries_oracle,
            published=wrong.entries_published,
            exposing=im2col.exposing,
            cases=draw.images,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.entries_published,
                    "Take a kernel of 2 × 3 and write down the row of every tap. Is any row named twice?",
                    CS231N_ROW,
                ),
                Mistake(
                    "by-output-height",
                    wrong.entries_by_output_height,
                    "The rows are right now. How many windows come before the first one of row p?",
                    GUIDE_COLUMN,
                ),
                Mistake(
                    "downwards",
                    wrong.entries_downwards,
                    "Every tap has a row of its own now, in another order. Which row should the second tap of the "
                    "kernel's first line have?",
                ),
                Mistake(
                    "windows-as-rows",
                    wrong.entries_windows_as_rows,
                    "Your rows are windows. How many rows has the matrix of the published version?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_im2col_taps",
            title="A test with no two sizes alike",
            points=3,
            section="What goes wrong",
            reference=im2col.test_im2col_taps,
            right=im2col_taps.version_right,
            valid=im2col.im2col_taps,
            visible=3,
            hint="Write down the shape that you expect for an image of 4 × 6 and a kernel of 2 × 3. Do the taps come "
            "first?",
            versions=(
                Mistake(
                    "square-image",
                    im2col_taps.version_square_image,
                    "A version that is right for square images passes your test. Is h equal to w in all of yours?",
                    "caffe#298",
                ),
                Mistake(
                    "square-kernel",
                    im2col_taps.version_square_kernel,
                    "A version that is right for square kernels passes your test. Which kernels do you try?",
                    CS231N_ROW,
                ),
                Mistake(
                    "flipped",
                    wrong.taps_flipped,
                    "A version that has the taps back to front passes your test. Do you look at where each number is?",
                ),
                Mistake(
                    "square-output",
                    im2col_taps.version_square_output,
                    "A version that is right for square outputs passes your test. Are oh and ow different in yours?",
                    GUIDE_COLUMN,
                ),
                Mistake(
                    "without-last",
                    wrong.windows_without_last,
                    "A version that forgets the last windows passes your test. Do you look at the shape?",
                ),
                Mistake(
                    "float64",
                    wrong.taps_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "changes-x",
                    im2col_taps.version_changing_x,
                    "A version that changes x passes your test. How would you notice?",
                ),
            ),
            mistakes=(
                Mistake("square-image", im2col_taps.test_square_images, ""),
                Mistake("square-kernel", im2col_taps.test_square_kernels, ""),
                Mistake("flipped", im2col_taps.test_sorted_entries, ""),
                Mistake("square-output", im2col_taps.test_square_outputs, ""),
                Mistake("float64", im2col_taps.test_float64_only, ""),
                Mistake("changes-x", im2col_taps.test_all_but_the_image, ""),
                Mistake("rejects-right", im2col_taps.test_expecting_windows_first, ""),
            ),
        ),
    ),
)
