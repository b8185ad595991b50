"""Questions of the chapter ``transposed``: convolution the other way round, and convolution in parts."""

from autograder.draws import transposed as draw
from autograder.mistakes import channels
from autograder.mistakes import transposed as wrong
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
from autograder.ready_made import CONVOLUTIONS, ROWS
from solutions import sparse, stamps, transposed

# Whatever transposes, or cuts into groups, in one call.
READY_MADE = (
    *CONVOLUTIONS,
    "torch.nn.functional.conv_transpose2d",
    "torch.nn.ConvTranspose2d",
    "unrolled.given.backprop.Conv2d.backward",
)
GROUPED = (*CONVOLUTIONS, "unrolled.given.windows.conv2d", "unrolled.given.backprop.Conv2d.forward")
FLOAT64 = "The numbers are right, the dtype is not: which dtype does np.zeros give if nothing is said?"
FLIPPED = "Your kernel stands on its head. Is the transpose of a convolution made with the kernel as it is, or flipped?"

SPEC = Spec(
    stem="transposed",
    questions=(
        ValueQuestion(
            id="stamped",
            title="Four stamps by hand",
            points=1,
            section="One stamp per pixel",
            answer=stamps.stamped,
            mistakes=(
                Mistake(
                    "overwritten",
                    [[2, 1, 3], [3, 4, 12], [6, 8, 20]],
                    "Each of your stamps wipes out what lay below it. What do stamps do where they overlap?",
                ),
                Mistake(
                    "side-by-side",
                    [[2, 6, 1, 3], [4, 10, 2, 5], [3, 9, 4, 12], [6, 15, 8, 20]],
                    "Your stamps lie beside each other. How far apart are neighbours at stride 1?",
                ),
                Mistake(
                    "flipped",
                    [[10, 9, 2], [21, 31, 9], [9, 15, 4]],
                    FLIPPED,
                ),
                Mistake(
                    "forward",
                    [[31]],
                    "That is the convolution: one window, one number. Here each pixel gives, and none takes. How large "
                    "is a stamp?",
                ),
            ),
        ),
        FunctionQuestion(
            id="stamp",
            title="Stamps on a plane",
            points=2,
            section="One stamp per pixel",
            reference=transposed.stamp,
            cases=draw.stamps,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.stamp_overwritten,
                    "Where two stamps overlap, one of yours is lost. Which symbol keeps both?",
                    "hguomin#2",
                ),
                Mistake(
                    "averaged",
                    wrong.stamp_averaged,
                    "You divide by the number of stamps that meet. Does a transposed matrix divide?",
                ),
                Mistake("flipped", wrong.stamp_flipped, FLIPPED),
                Mistake(
                    "side-by-side",
                    wrong.stamp_side_by_side,
                    "Your stamps lie beside each other at any stride. Where does the stamp of pixel (p, q) begin?",
                ),
                Mistake(
                    "without-stride",
                    wrong.stamp_without_stride,
                    "At stride 1 you are right. Where does the second stamp begin at stride 2?",
                ),
                Mistake("float64", wrong.stamp_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="conv_matrix",
            title="Write the matrix out",
            points=3,
            section="A matrix, mostly zeros",
            reference=sparse.conv_matrix,
            cases=draw.matrices,
            mistakes=(
                Mistake(
                    "transposed",
                    wrong.matrix_transposed,
                    "Your matrix is the transpose. What does a row stand for: a window or a pixel?",
                ),
                Mistake(
                    "flipped",
                    wrong.matrix_flipped,
                    "Your matrix flips the kernel. Which weight meets the first pixel of the first window?",
                    "NNlib.jl#755",
                ),
                Mistake(
                    "padding-kept",
                    wrong.matrix_padding_kept,
                    "Your matrix has a column for each padded cell. What is padding multiplied into?",
                ),
                Mistake(
                    "padding-wraps",
                    wrong.matrix_padding_wraps,
                    "Where a window hangs over the edge, your weights land on pixels of another row. What does a "
                    "number outside the plane mean to NumPy?",
                ),
                Mistake(
                    "without-stride",
                    wrong.matrix_without_stride,
                    "Your matrix has a row for every window of stride 1. Which windows are left?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.matrix_without_dilation,
                    "The weights of a dilated kernel meet pixels that stand apart. How far apart are yours?",
                ),
                Mistake("float64", wrong.matrix_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="transposed_out_size",
            title="How large it comes out",
            points=2,
            section="How large is the output?",
            reference=transposed.transposed_out_size,
            cases=draw.sizes,
            returns=("oh", "ow"),
            mistakes=(
                Mistake(
                    "forward",
                    wrong.size_of_forward,
                    "That is the size that the convolution gives. Which of its two sizes is given here?",
                ),
                Mistake(
                    "padding-added",
                    wrong.size_padding_added,
                    "Your output grows with the padding. What did the convolution do with its padded input, and what "
                    "happens on the way back?",
                ),
                Mistake(
                    "before-twice",
                    wrong.size_before_twice,
                    "You take off the same number at both ends. What if there is more padding behind than in front?",
                ),
                Mistake(
                    "stride-for-all",
                    wrong.size_stride_for_all,
                    "h stamps lie sy apart. How many steps are there from the first to the last?",
                ),
                Mistake(
                    "without-output-padding",
                    wrong.size_without_output_padding,
                    "Several sizes lead to the same number of windows. Which argument says which one is meant?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.size_without_dilation,
                    "How many rows does a dilated kernel span?",
                ),
            ),
        ),
        HuntQuestion(
            id="stamp_row",
            title="Zeros that were expected",
            points=4,
            section="Rows that the stride has dropped",
            reference=stamps.stamp_row,
            oracle=wrong.row_oracle,
            published=wrong.row_published,
            exposing=stamps.exposing,
            cases=draw.rows,
            forbidden=READY_MADE + ROWS,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.row_published,
                    "The last places of yours are 0. Did a stamp reach them before the cut?",
                    "pytorch#8816",
                ),
                Mistake(
                    "cut-less",
                    wrong.row_cut_less,
                    "Your result is too short when output_padding is larger than the cut. What stands where no stamp "
                    "has reached?",
                ),
                Mistake(
                    "on-the-left",
                    wrong.row_cut_less_on_the_left,
                    "Your row grows at the left. At which end does a stride leave places over?",
                ),
                Mistake(
                    "zeros-in-front",
                    wrong.row_zeros_in_front,
                    "Now the zeros stand in front. Are there zeros at all where a stamp has been?",
                ),
            ),
        ),
        FunctionQuestion(
            id="conv_transpose2d",
            title="The whole transposed convolution",
            points=6,
            section="One product, then col2im",
            reference=transposed.conv_transpose2d,
            cases=draw.images,
            groups={"plain": 2, "stride": 1, "padding": 1, "dilation": 1, "groups": 1},
            forbidden=READY_MADE,
            mistakes=(
                Mistake("flipped", wrong.transpose_flipped, FLIPPED),
                Mistake(
                    "bias-in-every-stamp",
                    wrong.transpose_biased_stamps,
                    "Where stamps overlap, your bias counts several times. Is it added to a stamp or to a pixel?",
                ),
                Mistake(
                    "without-stride",
                    wrong.transpose_without_stride,
                    "At stride 1 you are right. Where does the second stamp begin at stride 2?",
                ),
                Mistake(
                    "padding-added",
                    wrong.transpose_padding_added,
                    "Your output grows with the padding. What does col2im do with what falls into it?",
                ),
                Mistake(
                    "cropped-to-nothing",
                    wrong.transpose_cropped_to_nothing,
                    "Nothing is left where one side has no padding. What is a[p:-p] when p is 0?",
                    "x[p:-p] with p = 0, in many repositories",
                ),
                Mistake(
                    "output-padded-with-zeros",
                    wrong.transpose_output_padded_with_zeros,
                    "The rows and columns that output_padding brings are empty in yours. Had a stamp reached them "
                    "before the cut?",
                    "pytorch#8816",
                ),
                Mistake(
                    "without-dilation",
                    wrong.transpose_without_dilation,
                    "A dilated kernel stamps with gaps. How far apart are the marks of its taps?",
                ),
                Mistake(
                    "bias-of-first-group",
                    wrong.transpose_bias_of_first_group,
                    "The first group is right, the others have its bias. Which channel of the whole output is channel "
                    "0 of group 1?",
                    "rten#1408",
                ),
                Mistake("float64", wrong.transpose_float64, FLOAT64),
            ),
        ),
        TestsQuestion(
            id="test_transposed",
            title="A test by the law",
            points=3,
            section="One product, then col2im",
            reference=stamps.test_transposed,
            right=wrong.version_right,
            valid=wrong.version_valid,
            visible=3,
            hint="A right version is the transpose of conv2d, not its inverse. Does your law hold for any settings, "
            "and up to rounding?",
            versions=(
                Mistake(
                    "flipped",
                    wrong.version_flipped,
                    "A version that flips the kernel passes your test. Does your kernel look the same when flipped?",
                ),
                Mistake(
                    "output-padded-with-zeros",
                    wrong.version_output_padded_with_zeros,
                    "A version that fills output_padding with zeros passes your test. Which settings do you try?",
                    "pytorch#8816",
                ),
                Mistake(
                    "float64",
                    wrong.version_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "strides-crossed",
                    wrong.version_strides_crossed,
                    "A version that takes the strides for each other passes your test. Are yours different?",
                ),
                Mistake(
                    "averaged",
                    wrong.version_averaging,
                    "A version that divides by the number of stamps passes your test. Do stamps of yours overlap?",
                ),
                Mistake(
                    "changes-x",
                    wrong.version_changing_x,
                    "A version that changes its input passes your test. How would you notice?",
                ),
            ),
            mistakes=(
                Mistake("flipped", wrong.test_with_a_constant_kernel, ""),
                Mistake("output-padded-with-zeros", wrong.test_without_output_padding, ""),
                Mistake("strides-crossed", wrong.test_at_equal_strides, ""),
                Mistake("float64", wrong.test_in_float64, ""),
                Mistake("rejects-right", wrong.test_of_the_inverse, ""),
            ),
        ),
        FunctionQuestion(
            id="checkerboard",
            title="How many stamps reach a pixel",
            points=2,
            section="Why checkerboards appear",
            reference=transposed.checkerboard,
            cases=draw.boards,
            forbidden=(*READY_MADE, "unrolled.judge.geometry.coverage"),
            mistakes=(
                Mistake(
                    "without-stride",
                    wrong.board_without_stride,
                    "At stride 1 you are right. How far apart are the stamps otherwise?",
                ),
                Mistake(
                    "crossed",
                    wrong.board_crossed,
                    "You take the strides of the two axes for each other. Which one comes first in a pair?",
                ),
                Mistake(
                    "of-windows",
                    wrong.board_of_windows,
                    "You count windows that read a pixel of the input. Which array do stamps fall on here?",
                ),
                Mistake(
                    "without-rim",
                    wrong.board_without_rim,
                    "In the middle you are right. How many stamps reach the first row when only one begins there?",
                ),
            ),
        ),
        FunctionQuestion(
            id="grouped_conv2d",
            title="Channels in groups",
            points=3,
            section="Groups",
            reference=transposed.grouped_conv2d,
            cases=draw.groups,
            forbidden=GROUPED,
            mistakes=(
                Mistake(
                    "bias-of-first-group",
                    channels.grouped_bias_of_first_group,
                    "The first group is right, the others have its bias. Which channel of the whole output is channel "
                    "0 of group 1?",
                    "rten#1408",
                ),
                Mistake(
                    "kernels-of-first-group",
                    channels.grouped_kernels_of_first_group,
                    "Every group is convolved with the first group's kernels. Which part of weight belongs to group 1?",
                ),
                Mistake(
                    "first-channels",
                    channels.grouped_first_channels,
                    "All your filters look at the first group's channels. Which channels belong to the second group?",
                ),
                Mistake(
                    "channels-interleaved",
                    channels.grouped_channels_interleaved,
                    "Your groups take every second or third channel. Are a group's channels neighbours?",
                ),
                Mistake(
                    "outputs-interleaved",
                    channels.grouped_outputs_interleaved,
                    "The numbers are right, their channels are not. Do the first group's outputs stand together?",
                ),
            ),
        ),
        SpeedQuestion(
            id="separable_conv2d",
            title="Depthwise, then 1 × 1",
            points=3,
            section="Each channel by itself, then all channels of a pixel",
            reference=stamps.separable_conv2d,
            cases=draw.separable,
            forbidden=GROUPED,
            slower=channels.separable_by_windows,
            ratio=5,
            timed={
                "x": Fresh((2, 16, 24, 24), "float32"),
                "depthwise": Fresh((16, 3, 3), "float32"),
                "pointwise": Fresh((24, 16), "float32"),
            },
            mistakes=(
                Mistake(
                    "channels-summed",
                    channels.separable_channels_summed,
                    "The first step of yours mixes the channels. What does a depthwise kernel look at?",
                ),
                Mistake(
                    "first-kernel",
                    channels.separable_first_kernel,
                    "Every channel is convolved with the same kernel. Whose kernel is depthwise[1]?",
                ),
                Mistake(
                    "stride-twice",
                    channels.separable_stride_twice,
                    "Your output is too small. In which of the two steps does the stride belong?",
                ),
                Mistake(
                    "padded-twice",
                    channels.separable_padded_twice,
                    "Your output has a border. Does a 1 × 1 kernel need one?",
                ),
                Mistake(
                    "images-as-pixels",
                    channels.separable_pixels_mixed,
                    "One image is right, two are not. Which axis stands in front of the channels when you reshape?",
                    "batch last vs batch first: reshape without the matching transpose",
                ),
            ),
        ),
    ),
)
