"""Questions of the chapter ``speed``: the same sums, with less time for moving them about."""

from autograder.draws import speed as draw
from autograder.mistakes import speed as wrong
from autograder.questions import Fresh, FunctionQuestion, HuntQuestion, Mistake, Spec, SpeedQuestion, ValueQuestion
from autograder.ready_made import CONVOLUTIONS, EARLIER, ROWS
from solutions import quick, roofline

# Whatever slides a kernel in one call.
READY_MADE = ROWS + CONVOLUTIONS
FLOAT64 = "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?"
FLIPPED = "Your kernel is turned round. Which pixel of a window meets weight[0, 0], the first or the last?"

MEASURING = (
    FunctionQuestion(
        id="fair_speedup",
        title="How many times as fast?",
        points=2,
        section="A time that can be trusted",
        reference=roofline.fair_speedup,
        cases=draw.times,
        mistakes=(
            Mistake(
                "warm-up-counted",
                wrong.speedup_with_warm_up,
                "With a slow first call you come off worse. Does what is done once belong to every call?",
                "convnet-benchmarks#17: the plans of the first call were counted; cupy#7467",
            ),
            Mistake(
                "mean-of-calls",
                wrong.speedup_of_means,
                "One disturbed call moves your result. Which middle of a list does not see how far off an outlier is?",
            ),
            Mistake(
                "all-calls-averaged",
                wrong.speedup_of_all_calls,
                "You average all calls. Which of them is different for a reason, and which by accident?",
            ),
            Mistake(
                "mean-of-quotients",
                wrong.speedup_mean_of_quotients,
                "A version four times as fast on one shape and four times as slow on another: what do you call it? "
                "And what do you call it with old and new exchanged?",
                "Fleming and Wallace, 1986",
            ),
            Mistake(
                "quotient-of-sums",
                wrong.speedup_of_sums,
                "One long shape decides your result alone. Should the others be heard?",
            ),
            Mistake(
                "inverted",
                wrong.speedup_inverted,
                "Where the new version is faster, yours is below 1. Which time is the larger one then?",
            ),
        ),
    ),
    ValueQuestion(
        id="counted",
        title="Operations and bytes by hand",
        points=1,
        section="Operations and bytes",
        answer=roofline.counted,
        mistakes=(
            Mistake(
                "multiplications",
                [4608, 1296, 4608, 1024],
                "Each product is also added to a sum. How many operations are that for one weight of one window?",
            ),
            Mistake(
                "numbers",
                [9216, 324, 1152, 256],
                "Your last three count numbers. How many bytes has one of float32?",
            ),
            Mistake(
                "float64",
                [9216, 2592, 9216, 2048],
                "Those are the bytes of float64. How many bits has a number here?",
            ),
            Mistake(
                "one-image",
                [4608, 648, 2304, 512],
                "Those are right for one image. How many are there?",
            ),
        ),
    ),
    FunctionQuestion(
        id="roofline",
        title="The least time possible",
        points=3,
        section="The roofline of this machine",
        reference=roofline.roofline,
        cases=draw.layers,
        returns=("operations", "bytes", "seconds"),
        mistakes=(
            Mistake(
                "added",
                wrong.roofline_added,
                "You let the processor wait until everything has arrived. Can it compute while numbers travel?",
            ),
            Mistake(
                "multiplications",
                wrong.roofline_of_products,
                "Each product is also added to a sum. How many operations are that?",
            ),
            Mistake("numbers", wrong.roofline_of_numbers, "Your bytes are numbers. How large is one of them?"),
            Mistake(
                "columns-once",
                wrong.roofline_columns_once,
                "You count one journey of the columns. Who reads them after they are written?",
            ),
            Mistake(
                "faster-decides",
                wrong.roofline_fastest,
                "You take the shorter of two times. When both must be done, which one ends last?",
            ),
        ),
    ),
)

COLUMNS = (
    FunctionQuestion(
        id="row_blocks",
        title="Blocks that fit",
        points=2,
        section="One buffer, filled again and again",
        reference=roofline.row_blocks,
        cases=draw.budgets,
        mistakes=(
            Mistake(
                "tail-dropped",
                wrong.blocks_without_tail,
                "Your blocks do not reach the last output row. What about the rows that do not fill a block?",
            ),
            Mistake(
                "over-the-end",
                wrong.blocks_over_the_end,
                "Your last block ends below the output. How many rows are left for it?",
            ),
            Mistake(
                "too-large",
                wrong.blocks_too_large,
                "The columns of your blocks do not fit. Which way must a quotient be rounded that may not be exceeded?",
            ),
            Mistake(
                "whole-width",
                wrong.blocks_of_whole_width,
                "Your buffer stays partly empty. How many windows stand beside each other in a row of the output?",
            ),
            Mistake(
                "one-channel",
                wrong.blocks_of_one_channel,
                "With one channel you are right. How many entries has a column?",
            ),
            Mistake(
                "no-block",
                wrong.blocks_none,
                "If not even one row fits, you compute nothing. What must be computed in any case?",
            ),
        ),
    ),
    FunctionQuestion(
        id="im2col_wide",
        title="Columns in long runs",
        points=3,
        section="Longer runs",
        reference=quick.im2col_wide,
        cases=draw.images,
        fresh=True,
        mistakes=(
            Mistake(
                "compact",
                wrong.wide_compact,
                "Those are the columns of im2col, without gaps. What lies in memory between the last window of an "
                "output row and the first of the next?",
            ),
            Mistake(
                "gap-at-the-end",
                wrong.wide_gap_at_the_end,
                "Your runs end with a gap. Which window is the last one that anybody needs?",
            ),
            Mistake(
                "by-height",
                wrong.wide_by_height,
                "Square images come out right. How far apart in memory are two pixels that lie below each other?",
                "h and w crossed: TheAlgorithms#1847",
            ),
            Mistake(
                "by-output-width",
                wrong.wide_by_output_width,
                "One row down is ow entries in the output. How many is it in the image?",
            ),
            Mistake(
                "zero-gaps",
                wrong.wide_zero_gaps,
                "Your gaps hold zeros. What would a single copy of a whole run put there?",
            ),
        ),
    ),
    SpeedQuestion(
        id="col2im_wide",
        title="Back in long runs",
        points=3,
        section="Longer runs",
        reference=quick.col2im_wide,
        cases=draw.runs,
        slower=wrong.add_row_by_row,
        ratio=12,
        timed={"cols": Fresh((16, 3, 3, 997 * 4 + 2), "float32"), "size": (1000, 4)},
        mistakes=(
            Mistake(
                "overwritten",
                wrong.back_overwritten,
                "A pixel that several taps read gets several numbers. What should happen to the first when the second "
                "arrives?",
                "hguomin#2",
            ),
            Mistake(
                "gaps-dropped",
                wrong.back_without_gaps,
                "You leave out what stands in gaps. From which pixel was a number in a gap copied?",
            ),
            Mistake(
                "by-height",
                wrong.back_by_height,
                "Square images come out right. How far apart in memory are two pixels that lie below each other?",
                "h and w crossed: TheAlgorithms#1847",
            ),
            Mistake(
                "by-output-width",
                wrong.back_by_output_width,
                "One row down is ow entries in the output. How many is it in the image?",
            ),
            Mistake("float64", wrong.back_float64, FLOAT64),
        ),
    ),
)

OTHER_WAYS = (
    FunctionQuestion(
        id="kn2row",
        title="No columns at all",
        points=3,
        section="No columns at all",
        reference=quick.kn2row,
        cases=draw.convolutions,
        returns=("planes", "y"),
        forbidden=READY_MADE + EARLIER,
        mistakes=(
            Mistake(
                "not-shifted",
                wrong.kn2row_not_shifted,
                "Your planes are right. Where in the plane of tap (i, j) stands what output (0, 0) needs?",
            ),
            Mistake(
                "shifted-back",
                wrong.kn2row_shifted_back,
                "Your planes are right, and move the wrong way. Does a later tap read further down, or further up?",
                "convolution for cross-correlation: NNlib.jl#755",
            ),
            Mistake(
                "reshaped",
                wrong.kn2row_reshaped,
                "Your planes mix taps with filters and channels. Which axes of weight come first in memory, and does "
                "reshape change that?",
                "channel and patch order: PyDeepFlow#84",
            ),
            Mistake("flipped", wrong.kn2row_flipped, FLIPPED, "NNlib.jl#755"),
            Mistake("float64", wrong.kn2row_float64, FLOAT64),
        ),
    ),
    FunctionQuestion(
        id="winograd_tiles",
        title="Tiles with few multiplications",
        points=3,
        section="Fewer multiplications",
        reference=quick.winograd_tiles,
        cases=draw.tiles,
        returns=("products", "y"),
        forbidden=READY_MADE,
        mistakes=(
            Mistake(
                "one-axis",
                wrong.winograd_one_axis,
                "You transformed the tiles along their height. What about their width?",
            ),
            Mistake(
                "not-transposed",
                wrong.winograd_not_transposed,
                "From the right, a matrix acts along the width. Which of its axes must meet the pixels then?",
            ),
            Mistake(
                "matrix-products",
                wrong.winograd_matrix_products,
                "Your products are matrix products. How many multiplications should two a × a tiles take?",
            ),
            Mistake("flipped", wrong.winograd_flipped, FLIPPED, "NNlib.jl#755"),
            Mistake(
                "channels-averaged",
                wrong.winograd_mean_of_channels,
                "With one channel you are right. What does a convolution do with its channels?",
            ),
        ),
    ),
    HuntQuestion(
        id="correlate_fft",
        title="A length that is lost",
        points=4,
        section="Frequencies",
        reference=quick.correlate_fft,
        oracle=wrong.fft_oracle,
        published=wrong.fft_published,
        exposing=quick.exposing,
        cases=draw.rows,
        forbidden=READY_MADE,
        mistakes=(
            Mistake(
                "unchanged",
                wrong.fft_published,
                "Rows of which lengths have three frequencies? How could irfft know which of them it was?",
                "Autoformer#133, pytorch#63943, numpy#8800",
            ),
            Mistake(
                "always-odd",
                wrong.fft_one_longer,
                "Now the other half of all lengths is wrong. Which length did the row have?",
            ),
            Mistake(
                "not-conjugated",
                wrong.fft_without_conjugate,
                "Multiplied as they are, frequencies convolve round a circle. What turns a kernel round?",
            ),
            Mistake(
                "convolution",
                wrong.fft_convolution,
                FLIPPED.replace("[0, 0]", "[0]").replace("pixel", "entry"),
                "NNlib.jl#755",
            ),
            Mistake(
                "wrapped-kept",
                wrong.fft_kept_whole,
                "You keep windows that run over the end and go on at the start. How many windows fit?",
            ),
        ),
    ),
)

SPEC = Spec(
    stem="speed",
    questions=(
        *MEASURING,
        *COLUMNS,
        *OTHER_WAYS,
        SpeedQuestion(
            id="conv2d_quick",
            title="Twice as fast as published",
            points=4,
            section="Which one wins",
            reference=quick.conv2d_quick,
            cases=draw.larger,
            forbidden=READY_MADE + EARLIER,
            slower=wrong.conv2d_rows,
            ratio=2,
            timed={"x": Fresh((1, 32, 160, 160), "float32"), "weight": Fresh((4, 32, 7, 7), "float32")},
            mistakes=(
                Mistake(
                    "first-image",
                    wrong.quick_first_image,
                    "All your images have the output of the first. What must be filled again for the next one?",
                ),
                Mistake(
                    "tail-dropped",
                    wrong.quick_without_tail,
                    "Your last output row is 0 when their number is odd. What about rows that do not fill a block?",
                ),
                Mistake(
                    "gaps-kept",
                    wrong.quick_flat_gaps,
                    "From the second output row on, your numbers are shifted. How long is a row in your product?",
                ),
                Mistake("flipped", wrong.quick_flipped, FLIPPED, "NNlib.jl#755"),
                Mistake("float64", wrong.quick_float64, FLOAT64),
            ),
        ),
    ),
)
