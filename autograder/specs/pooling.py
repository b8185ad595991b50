"""Questions of the chapter ``pooling``: the largest or the mean of every window, and what flows back."""

from autograder.draws import pooling as draw
from autograder.mistakes import pooling as wrong
from autograder.mistakes import pooling_back as wrong_back
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    LayerQuestion,
    Mistake,
    Spec,
    TestsQuestion,
    ValueQuestion,
)
from solutions import averages, pooling

SPEC = Spec(
    stem="pooling",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="Four windows by hand",
            points=1,
            section="The largest of every window",
            answer=pooling.by_hand,
            mistakes=(
                Mistake(
                    "stride-swapped",
                    [7, 8, 8],
                    "You went two rows down and one column across. Which entry of a pair comes first, and "
                    "what does it count?",
                ),
                Mistake(
                    "side-by-side",
                    [7],
                    "You laid the windows side by side. What is the stride here, and do windows overlap?",
                ),
                Mistake(
                    "kernel-swapped",
                    [9, 8],
                    "Your windows are three high and two wide. What does the first number of (2, 3) say?",
                ),
                Mistake(
                    "averages",
                    [20 / 6, 4, 4, 22 / 6],
                    "Those are the means of the windows. What was asked for?",
                ),
            ),
        ),
        FunctionQuestion(
            id="pool_by_reshape",
            title="Tiles with axes of their own",
            points=2,
            section="The largest of every window",
            reference=pooling.pool_by_reshape,
            cases=draw.tiled_images,
            mistakes=(
                Mistake(
                    "axes-crossed",
                    wrong.tiles_axes_crossed,
                    "Row h splits into the number of its tile and its row in there. Which of the two changes "
                    "faster as you go down the image?",
                ),
                Mistake(
                    "axes-exchanged",
                    wrong.tiles_axes_exchanged,
                    "Row h splits into the number of its tile and its row in there. Which of the two changes "
                    "faster as you go down the image?",
                ),
                Mistake(
                    "over-tiles",
                    wrong.tiles_over_tiles,
                    "Your axes are right, but you took the largest over the tiles. Which axes run inside a tile?",
                ),
                Mistake(
                    "runs",
                    wrong.tiles_as_runs,
                    "Your groups are k·k neighbours in memory. Are the k·k pixels of a tile neighbours in memory?",
                ),
                Mistake(
                    "corner",
                    wrong.tiles_corner,
                    "That is one pixel of every tile, always the same. Is it the largest?",
                ),
            ),
        ),
        FunctionQuestion(
            id="pooled_size",
            title="Floor or ceil",
            points=3,
            section="Tails: floor or ceil",
            reference=pooling.pooled_size,
            returns=("oh", "ow"),
            cases=draw.sizes,
            groups={"floor": 1, "ceil": 2},
            mistakes=(
                Mistake(
                    "every-tail",
                    wrong.size_every_tail,
                    "One of your windows begins behind everything. What would its largest pixel be?",
                    "pytorch#45357",
                ),
                Mistake(
                    "in-padding",
                    wrong.size_in_padding,
                    "One of your windows begins in the bottom or right padding. Does it hold a pixel?",
                    "onnxruntime#16351",
                ),
                Mistake(
                    "without-front",
                    wrong.size_without_front,
                    "A window's start is counted from the edge of the padding, the image's end from the edge "
                    "of the image. How far apart are the two edges?",
                ),
                Mistake(
                    "always-ceil",
                    wrong.size_always_ceil,
                    "You count a clipped window even where nobody asked for ceil mode. What does the default say?",
                    "pooling in a GitBook chapter on im2col",
                ),
                Mistake(
                    "one-more",
                    wrong.size_one_more,
                    "In ceil mode you always count one more. What if the windows come out even?",
                ),
                Mistake(
                    "start-only",
                    wrong.size_start_only,
                    "Your windows come out even, and you count one more. Which pixels does it have that no other "
                    "window holds?",
                ),
                Mistake(
                    "all-starts",
                    wrong.size_all_starts,
                    "You count every start before the end of the image. Which pixels does the last of these windows "
                    "have that no other holds?",
                ),
                Mistake(
                    "floor-only",
                    wrong.size_floor_only,
                    "In ceil mode a window is missing. Which numbers are left over?",
                ),
                Mistake(
                    "padding-left-out",
                    wrong.size_padding_left_out,
                    "On which length did you count, the image's or the padded image's?",
                    "notes on a deep-learning book",
                ),
                Mistake(
                    "stride-one",
                    wrong.size_stride_one,
                    "If no stride is given, how far apart are the windows of a pooling?",
                ),
            ),
        ),
        FunctionQuestion(
            id="max_pool2d",
            title="Max pooling through columns",
            points=3,
            section="Tails: floor or ceil",
            reference=pooling.max_pool2d,
            cases=draw.images_to_pool,
            groups={"plain": 1, "padding": 1, "ceil": 1},
            mistakes=(
                Mistake(
                    "border-of-zeros",
                    wrong.max_border_of_zeros,
                    "All pixels are negative, and 0 comes out. Where does it come from?",
                    "pytorch#41294",
                ),
                Mistake(
                    "some-number",
                    wrong.max_border_of_99,
                    "You pad with a number that an image may go below. Which one can it not?",
                ),
                Mistake(
                    "smallest-pixel",
                    wrong.max_border_of_smallest_pixel,
                    "You pad with the smallest pixel of all. What is it if one of them is nan?",
                ),
                Mistake(
                    "finite",
                    wrong.max_border_finite,
                    "All pixels of a window are minus infinity, and your border wins. Which one would not?",
                ),
                Mistake(
                    "float64",
                    wrong.max_float64,
                    "The numbers are right, the dtype is not. What is the lowest number that the dtype of x has?",
                    "tinygrad#7726",
                ),
                Mistake(
                    "through-float",
                    wrong.max_through_float,
                    "Whole numbers go through float64 in your version. Does it hold every one of them?",
                ),
                Mistake(
                    "floor-only",
                    wrong.max_floor_only,
                    "In ceil mode an output is missing. Which windows does im2col make of the image that you gave it?",
                ),
                Mistake(
                    "every-tail",
                    wrong.max_every_tail,
                    "One of your windows holds no pixel at all. Where does it begin?",
                    "pytorch#45357",
                ),
                Mistake(
                    "stride-one",
                    wrong.max_stride_one,
                    "If no stride is given, how far apart are the windows of a pooling?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.max_without_dilation,
                    "Your windows have no gaps. What does dilation do?",
                ),
            ),
        ),
        FunctionQuestion(
            id="max_pool2d_argmax",
            title="Where the largest was",
            points=5,
            section="Where the largest was",
            reference=pooling.max_pool2d_argmax,
            returns=("y", "argmax"),
            cases=draw.images_to_search,
            groups={"plain": 2, "padding": 1, "ceil": 1, "minus infinity": 1},
            mistakes=(
                Mistake(
                    "in-window",
                    wrong.argmax_in_window,
                    "Your numbers say where in its window the largest was. Where in the image is that?",
                ),
                Mistake(
                    "border-counted",
                    wrong.argmax_border_counted,
                    "You numbered the pixels of the padded image. What number has the first pixel of x?",
                ),
                Mistake(
                    "times-height",
                    wrong.argmax_times_height,
                    "How many pixels does one row hold, h or w?",
                ),
                Mistake(
                    "last-of-equals",
                    wrong.argmax_last_of_equals,
                    "Of equal numbers yours takes the last. Which one should win?",
                ),
                Mistake(
                    "nan-lost",
                    wrong.argmax_without_nan,
                    "A window holds a nan. Is nan equal to nan?",
                ),
                Mistake(
                    "whole-array",
                    wrong.argmax_in_whole_array,
                    "Your numbers go on from one channel to the next. Which number should the first pixel of "
                    "every channel have?",
                ),
                Mistake(
                    "border-chosen",
                    wrong.argmax_of_border,
                    "A window of pixels that are all minus infinity meets a border of minus infinity. Which "
                    "of the equal entries did you take?",
                ),
            ),
        ),
        FunctionQuestion(
            id="argmax_backward",
            title="Back to the winners",
            points=3,
            section="What flows back",
            reference=pooling.argmax_backward,
            cases=draw.winners,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong_back.scatter_overwriting,
                    "One pixel won several windows, and got the gradient of one. What does a[i] += v do if i "
                    "holds a number twice?",
                    "NumPy's manual on add.at",
                ),
                Mistake(
                    "one-channel",
                    wrong_back.scatter_into_one_channel,
                    "Everything went to the first channel. Is pixel 0 of one channel pixel 0 of the next?",
                ),
                Mistake(
                    "divided-by-height",
                    wrong_back.scatter_rows_by_height,
                    "Pixel number row·w + column: by what must you divide to get the row back?",
                ),
                Mistake(
                    "averaged",
                    wrong_back.scatter_averaging,
                    "You divide by the number of windows that a pixel won. If it rises a little, do all their"
                    " outputs rise with it?",
                ),
                Mistake(
                    "float64",
                    wrong_back.scatter_float64,
                    "The numbers are right, the dtype is not. Which dtype does np.zeros give if nothing is "
                    "said, and np.bincount always?",
                ),
            ),
        ),
        HuntQuestion(
            id="tiles_backward",
            title="A published mask",
            points=4,
            section="What flows back",
            reference=pooling.tiles_backward,
            oracle=wrong_back.mask_oracle,
            published=wrong_back.mask_published,
            exposing=pooling.exposing,
            cases=draw.tiles_and_gradients,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong_back.mask_published,
                    "How near to the largest must a number lie for the mask to take it for the largest?",
                    "mni-ml#22",
                ),
                Mistake(
                    "every-largest",
                    wrong_back.mask_of_equals,
                    "Of two equal numbers, both get the whole gradient. If you add up what comes back, is it "
                    "what was sent?",
                    "mni-ml#22",
                ),
                Mistake(
                    "shared",
                    wrong_back.mask_shared,
                    "Equal numbers share the gradient in your version. What does the docstring say about them?",
                ),
                Mistake(
                    "last-of-equals",
                    wrong_back.mask_last_of_equals,
                    "Of equal numbers the last gets the gradient in your version. What does the docstring say"
                    " about them?",
                ),
            ),
        ),
        FunctionQuestion(
            id="divisors",
            title="What a mean divides by",
            points=3,
            section="Means, and what they divide by",
            reference=averages.divisors,
            cases=draw.means,
            groups={"pixels": 1, "padding": 1, "ceil": 1},
            mistakes=(
                Mistake(
                    "overhang-counted",
                    wrong_back.count_overhang,
                    "A clipped window hangs over the padding, too. Does anybody count what lies beyond it?",
                    "onnxruntime#16203",
                ),
                Mistake(
                    "kernel-size",
                    wrong_back.count_kernel,
                    "You divide by kh·kw everywhere. How many pixels does a window at the edge hold?",
                ),
                Mistake(
                    "padding-always",
                    wrong_back.count_padding_always,
                    "You count padded entries as if they were pixels. What does count_include_pad say?",
                ),
                Mistake(
                    "pixels-always",
                    wrong_back.count_pixels_always,
                    "You count pixels only. What does count_include_pad say about padded entries?",
                ),
                Mistake(
                    "floor-only",
                    wrong_back.count_floor_only,
                    "In ceil mode a window is missing. How many are there?",
                ),
            ),
        ),
        LayerQuestion(
            id="AvgPool2d",
            title="A layer of means",
            points=3,
            section="Means, and what they divide by",
            reference=averages.AvgPool2d,
            cases=draw.average_layers,
            groups={"y": 1, "grad_x": 2},
            given=("__init__",),
            mistakes=(
                Mistake(
                    "kernel-size",
                    wrong_back.AveragePoolByKernel,
                    "You divide by kh·kw everywhere. How many entries does a window at the edge count?",
                    "onnxruntime#16203",
                ),
                Mistake(
                    "kernel-size-forward",
                    wrong_back.AveragePoolForwardByKernel,
                    "forward divides by kh·kw everywhere. How many entries does a window at the edge count?",
                ),
                Mistake(
                    "kernel-size-backward",
                    wrong_back.AveragePoolBackwardByKernel,
                    "backward divides by kh·kw everywhere. By what did forward divide at the edge?",
                ),
                Mistake(
                    "float64",
                    wrong_back.AveragePoolFloat64,
                    "The numbers are right, the dtype is not. What is float32 divided by int64?",
                ),
                Mistake(
                    "float64-forward",
                    wrong_back.AveragePoolForwardFloat64,
                    "The numbers are right, the dtype is not. What is float32 divided by int64?",
                ),
                Mistake(
                    "whole-gradient",
                    wrong_back.AveragePoolWholeGradient,
                    "Each pixel of a window gets the whole gradient in your version. How much does a mean "
                    "rise if one of four numbers rises by 1?",
                ),
                Mistake(
                    "overwritten",
                    wrong_back.AveragePoolOverwriting,
                    "A pixel in two windows gets the share of one. What should happen to the first when the "
                    "second arrives?",
                ),
                Mistake(
                    "accumulated",
                    wrong_back.AveragePoolAccumulating,
                    "The second backward returns more than it should. Does something of the first round live "
                    "on in the layer?",
                ),
                Mistake(
                    "padding-kept",
                    wrong_back.AveragePoolPaddedGradient,
                    "grad_x should have the shape of x. Where did the padding go on the way forward?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_tiles_backward",
            title="A test that the mask fails",
            points=3,
            section="What goes wrong",
            reference=pooling.test_tiles_backward,
            right=wrong_back.mask_oracle,
            valid=pooling.tiles_backward,
            visible=3,
            hint=(
                "Work out by hand what your tiles should send back. Which of equal numbers gets the gradient, and how "
                "much of it?"
            ),
            versions=(
                Mistake(
                    "close-ones",
                    wrong_back.mask_published,
                    "The published version passes your test. How close do two numbers of a tile of yours come?",
                    "mni-ml#22",
                ),
                Mistake(
                    "every-largest",
                    wrong_back.mask_of_equals,
                    "A version that sends the gradient to each of several equal numbers passes your test. Are"
                    " any of yours equal?",
                ),
                Mistake(
                    "shared",
                    wrong_back.mask_shared,
                    "A version that shares the gradient among equal numbers passes your test. Do you look at "
                    "each number, or at sums?",
                ),
                Mistake(
                    "last-of-equals",
                    wrong_back.mask_last_of_equals,
                    "A version that takes the last of equal numbers passes your test. Do you say which of "
                    "them should win?",
                ),
                Mistake(
                    "float64",
                    wrong_back.mask_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "ones",
                    wrong_back.mask_of_ones,
                    "A version that sends ones, whatever the gradient, passes your test. Which gradients do you try?",
                ),
                Mistake(
                    "changes-grad-y",
                    wrong_back.mask_changing_grad_y,
                    "A version that changes grad_y passes your test. How would you notice?",
                ),
            ),
            mistakes=(
                Mistake("close-ones", wrong_back.test_with_numbers_far_apart, ""),
                Mistake("every-largest", wrong_back.test_with_numbers_that_differ, ""),
                Mistake("shared", wrong_back.test_sums_of_tiles, ""),
                Mistake("last-of-equals", wrong_back.test_one_winner_of_equals, ""),
                Mistake("float64", wrong_back.test_with_float64_only, ""),
                Mistake("ones", wrong_back.test_with_gradients_of_one, ""),
                Mistake("rejects-right", wrong_back.test_expecting_shares, ""),
            ),
        ),
    ),
)
