"""Questions of the chapter ``backprop``: from the gradient of what came out to those of all that went in."""

from autograder.draws import backprop as draw
from autograder.mistakes import backprop as wrong
from autograder.mistakes import layers as wrong_layers
from autograder.mistakes import slides as wrong_slides
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    LayerQuestion,
    Mistake,
    Spec,
    TestsQuestion,
    ValueQuestion,
)
from autograder.ready_made import CONVOLUTIONS
from solutions import backprop, gradients, layers

# Whatever goes back through a convolution or a loss in one call.
READY_MADE = (
    *CONVOLUTIONS,
    "torch.nn.grad.conv2d_input",
    "torch.nn.grad.conv2d_weight",
    "torch.nn.functional.conv_transpose2d",
    "torch.nn.functional.cross_entropy",
    "torch.autograd.grad",
)
FLOAT64 = "The numbers are right, the dtype is not: float32 went in. Which step of yours made float64 of it?"
AS_FOR_ONE_IMAGE = "One image comes out right, two do not. Which axis of grad_y comes first?"
CLIPPED = "Very improbable labels cost too little. Is the log of a probability needed, or can it be avoided?"
BIAS_AVERAGED = "Raise the bias by 1: how many outputs rise, and by how much each?"
RESHAPED = "A reshape cuts the numbers up as they lie in memory. Whose number comes right after grad_y[0, 0, 0, 0]?"

SPEC = Spec(
    stem="backprop",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="A row, by hand",
            points=1,
            section="A row first",
            answer=gradients.by_hand,
            mistakes=(
                Mistake(
                    "overwritten",
                    [6, -3, 3, -1, -4, 13, 2],
                    "Your second number is what one window says. Which windows read x[1]?",
                    "hguomin#2",
                ),
                Mistake(
                    "turned",
                    [-2, 7, -4, 3, -4, 13, 2],
                    "By which weight was x[0] multiplied, and by which one does your first number come?",
                ),
                Mistake(
                    "weights-swapped",
                    [6, -5, 4, -1, 13, -4, 2],
                    "The fifth and sixth number have changed places. Which entries of x did weight[0] meet?",
                ),
                Mistake(
                    "bias-averaged",
                    [6, -5, 4, -1, -4, 13, 2 / 3],
                    BIAS_AVERAGED,
                ),
                Mistake("bias-averaged-and-rounded", [6, -5, 4, -1, -4, 13, 0.67], BIAS_AVERAGED),
            ),
        ),
        FunctionQuestion(
            id="conv2d_grad_bias",
            title="The gradient of the bias",
            points=1,
            section="Three gradients, index by index",
            reference=backprop.conv2d_grad_bias,
            cases=draw.upstream,
            mistakes=(
                Mistake(
                    "averaged",
                    wrong.bias_averaged,
                    "You take a mean. Raise the bias by 1: by how much does the sum of all outputs rise?",
                    "cTensor#3",
                ),
                Mistake(
                    "images-kept-apart",
                    wrong.bias_of_each_image,
                    "You have numbers for each image. How many biases does a filter have?",
                ),
                Mistake("float64", wrong.bias_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="conv2d_grad_weight",
            title="The gradient of the kernels",
            points=3,
            groups={"plain": 1.5, "stride": 0.5, "padding": 0.5, "dilation": 0.5},
            section="Three gradients, index by index",
            reference=backprop.conv2d_grad_weight,
            cases=draw.for_weight,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "divided",
                    wrong.weight_divided,
                    "Your numbers are too small, by the same factor everywhere. Does a sum over windows divide?",
                    "cTensor#3",
                ),
                Mistake(
                    "first-image",
                    wrong.weight_of_first_image,
                    "One image comes out right. Did the kernels meet the others as well?",
                ),
                Mistake(
                    "turned",
                    wrong.weight_turned,
                    "Your kernels are upside down. Which pixel of a window did weight (0, 0) meet?",
                ),
                Mistake(
                    "without-stride",
                    wrong.weight_without_stride,
                    "Window (p, q) starts in row p·sy and column q·sx. Which pixels did yours read?",
                    "Kulbear#34",
                ),
                Mistake(
                    "padded-behind",
                    wrong.weight_padded_behind,
                    "All the padding of yours lies below and to the right. On which sides was it on the way forward?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.weight_without_dilation,
                    "The taps of a dilated window stand apart. Which pixel did weight (0, 1) meet in window (0, 0)?",
                ),
                Mistake("reshaped", wrong.weight_reshaped, RESHAPED),
                Mistake("one-image", wrong.weight_as_for_one_image, AS_FOR_ONE_IMAGE),
                Mistake(
                    "columns-reshaped",
                    wrong.weight_of_reshaped_columns,
                    "A reshape cuts arrays up as they lie. Which axis of the columns is first, and which should be?",
                ),
                Mistake("float64", wrong.weight_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="conv2d_grad_x",
            title="The gradient of the images",
            points=3,
            groups={"plain": 1.5, "stride": 0.5, "padding": 0.5, "dilation": 0.5},
            section="Three gradients, index by index",
            reference=backprop.conv2d_grad_x,
            cases=draw.for_x,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.x_overwritten,
                    "A pixel in two windows has two gradients. What should happen to the first when the second comes?",
                    "hguomin#2",
                ),
                Mistake(
                    "turned",
                    wrong.x_turned,
                    "You turned the kernel. When a window goes back, where does weight (0, 0) send its part?",
                    "a kernel flipped for col2im, too",
                ),
                Mistake(
                    "first-filter",
                    wrong.x_of_first_filter,
                    "One filter comes out right, two do not. How many outputs did a pixel go into?",
                ),
                Mistake(
                    "without-stride",
                    wrong.x_without_stride,
                    "Your gradients crowd in the top left corner. How far apart do neighbouring windows start?",
                    "Kulbear#34",
                ),
                Mistake(
                    "padding-kept",
                    wrong.x_padding_kept,
                    "Your gradient is larger than the image. Who needs the gradient of the padding?",
                ),
                Mistake(
                    "cropped-at-the-end",
                    wrong.x_cropped_at_the_end,
                    "You cut off the last rows and columns. Where did the first row of x stand in the padded image?",
                ),
                Mistake(
                    "reshaped",
                    wrong.x_reshaped,
                    "Your product has a window in each row. Which axes come last in what col2im takes?",
                ),
                Mistake(
                    "without-dilation",
                    wrong.x_without_dilation,
                    "The taps of a dilated window stand apart. Which pixel did weight (0, 1) meet in window (0, 0)?",
                    "pytorch#13008",
                ),
                Mistake("float64", wrong.x_float64, FLOAT64),
            ),
        ),
        HuntQuestion(
            id="grad_weight_of_rows",
            title="Reshaped before it was transposed",
            points=4,
            section="The same with matrices",
            reference=gradients.grad_weight_of_rows,
            oracle=wrong.rows_oracle,
            published=wrong.rows_published,
            exposing=gradients.exposing,
            cases=draw.with_rows,
            forbidden=READY_MADE,
            mistakes=(
                Mistake("unchanged", wrong.rows_published, RESHAPED, "a gradient reshaped before it is transposed"),
                Mistake(
                    "one-image",
                    wrong.rows_of_one_image,
                    AS_FOR_ONE_IMAGE,
                    "ggml#737",
                ),
                Mistake(
                    "columns-first",
                    wrong.rows_columns_first,
                    "You take the windows down the image first. Which window is row 1 of the matrix?",
                ),
                Mistake(
                    "images-last",
                    wrong.rows_images_last,
                    "You take the images for the fastest axis. Whose windows are the first rows of the matrix?",
                    "the order of CS231n's columns",
                ),
            ),
        ),
        LayerQuestion(
            id="Conv2d",
            title="A layer that remembers",
            points=4,
            section="A layer remembers",
            reference=layers.Conv2d,
            cases=draw.layers,
            gradients=("grad_weight", "grad_bias"),
            groups={"y": 1, "grad_x": 1, "grad_weight": 1, "grad_bias": 1},
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "without-bias",
                    wrong_layers.ConvolutionWithoutBias,
                    "Forward, something is missing. What besides the kernels was the layer made with?",
                ),
                Mistake(
                    "bias-along-rows",
                    wrong_layers.ConvolutionBiasAlongRows,
                    "With which axis of y does NumPy match a bias of shape (f,)?",
                ),
                Mistake(
                    "first-input",
                    wrong_layers.ConvolutionFirstInput,
                    "The second round goes back to the images of the first. When is x remembered?",
                ),
                Mistake(
                    "accumulated",
                    wrong_layers.ConvolutionAccumulating,
                    "In the second round your gradients hold those of the first, too. Should they?",
                ),
                Mistake("reshaped", wrong_layers.ConvolutionReshaped, RESHAPED),
                Mistake(
                    "stride-forgotten",
                    wrong_layers.ConvolutionStrideForgotten,
                    "Forward knows the stride. Does the way back to the images?",
                    "Kulbear#34",
                ),
                Mistake(
                    "dilation-forgotten",
                    wrong_layers.ConvolutionDilationForgotten,
                    "Forward knows the dilation. Does the way back to the images?",
                    "pytorch#13008",
                ),
                Mistake(
                    "padding-kept",
                    wrong_layers.ConvolutionPaddingKept,
                    "grad_x should have the shape of x. Where did the padding go?",
                ),
            ),
        ),
        FunctionQuestion(
            id="measured_grad_weight",
            title="Nudged up and down",
            points=3,
            section="Measured gradients",
            reference=gradients.measured_grad_weight,
            cases=draw.to_measure,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "one-sided",
                    wrong.measured_one_sided,
                    "You nudge in one direction. With which sign does the curvature come in, and what would cancel it?",
                ),
                Mistake(
                    "not-halved",
                    wrong.measured_not_halved,
                    "All your numbers are twice too large. How far apart are the two places where you measure?",
                ),
                Mistake(
                    "ones",
                    wrong.measured_with_ones,
                    "You add up the outputs. How much does each of them matter?",
                ),
                Mistake(
                    "not-put-back",
                    wrong.measured_not_put_back,
                    "The first weight is right, the others are a little off. Where does a weight stand after its turn?",
                ),
                Mistake(
                    "fixed-step",
                    wrong.measured_at_a_fixed_step,
                    "Does a larger `step` change what you find? Should it?",
                ),
                Mistake(
                    "without-tanh",
                    wrong.measured_without_tanh,
                    "Double the weights: your outputs double. Do those of the function in question?",
                ),
                Mistake(
                    "dtype-of-weight",
                    wrong.measured_in_dtype_of_weight,
                    "float64 comes out right. What is left of a small nudge in float32, or in a whole number?",
                    "CS231n's notes on gradient checks",
                ),
            ),
        ),
        TestsQuestion(
            id="test_conv2d_backward",
            title="A test for the whole way back",
            points=3,
            section="Random, not ones",
            reference=gradients.test_conv2d_backward,
            right=wrong.version_right,
            valid=backprop.conv2d_backward,
            visible=3,
            hint="A gradient is a sum over windows, not a mean. And how many digits do you ask for in float32?",
            versions=(
                Mistake(
                    "turned",
                    wrong.version_turned,
                    "A version that turns the kernel passes your test. What is the sum of a turned kernel?",
                ),
                Mistake(
                    "bias-averaged",
                    wrong.version_bias_averaged,
                    "A version that averages the bias's gradient passes your test. Do you look at all three gradients?",
                    "cTensor#3",
                ),
                Mistake(
                    "stride-ignored",
                    wrong.version_without_stride,
                    "A version that leaves the stride out passes your test. Which strides do you try?",
                    "Kulbear#34",
                ),
                Mistake(
                    "reshaped",
                    wrong.version_reshaped,
                    "A version that mixes images and filters passes your test. Which upstream gradients show no order?",
                ),
                Mistake(
                    "float64",
                    wrong.version_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "changes-grad-y",
                    wrong.version_changing_grad_y,
                    "A version that changes grad_y passes your test. How would you notice?",
                ),
                Mistake(
                    "cropped-at-the-end",
                    wrong.version_cropped_at_the_end,
                    "A version that cuts padding off at the wrong end passes your test. Are your four paddings alike?",
                ),
                Mistake(
                    "divided-by-images",
                    wrong.version_averaged,
                    "A version that divides by the number of images passes your test. How many do you try?",
                ),
            ),
            mistakes=(
                Mistake("turned", wrong.test_of_sums, ""),
                Mistake("stride-ignored", wrong.test_without_stride, ""),
                Mistake("reshaped", wrong.test_with_ones, ""),
                Mistake("float64", wrong.test_values_only, ""),
                Mistake("changes-grad-y", wrong.test_all_but_the_arguments, ""),
                Mistake("rejects-right", wrong.test_expecting_means, ""),
            ),
        ),
        FunctionQuestion(
            id="conv2d_grad_x_flipped",
            title="Back as a convolution",
            points=3,
            section="Back is a convolution, too",
            reference=backprop.conv2d_grad_x_flipped,
            cases=draw.without_stride,
            forbidden=(*READY_MADE, "unrolled.given.col2im.col2im"),
            mistakes=(
                Mistake(
                    "not-turned",
                    wrong_slides.full_not_turned,
                    "Symmetric kernels come out right. Which output did pixel 1 reach through weight 0?",
                    "the kernel of a full convolution left unflipped",
                ),
                Mistake(
                    "rows-only",
                    wrong_slides.full_rows_only,
                    "Kernels of one column come out right. Along how many axes is a kernel turned?",
                ),
                Mistake(
                    "all-axes",
                    wrong_slides.full_all_axes,
                    "One filter and one channel come out right. Which axes does np.flip turn if none is named?",
                ),
                Mistake(
                    "filters-kept",
                    wrong_slides.full_filters_kept,
                    "Your convolution leads from c channels to f. Where does the way back lead from, and where to?",
                ),
                Mistake(
                    "cut-by-minus-0",
                    wrong_slides.full_cut_by_minus_0,
                    "Padding on all four sides comes out right. What does Python make of full[0:-0]?",
                ),
                Mistake(
                    "without-dilation",
                    wrong_slides.full_without_dilation,
                    "The taps of a dilated kernel stand apart. How high is it from its first tap to its last?",
                    "pytorch#13008",
                ),
                Mistake("float64", wrong_slides.full_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="spread",
            title="Zeros for skipped windows",
            points=2,
            section="With a stride",
            reference=backprop.spread,
            cases=draw.to_spread,
            mistakes=(
                Mistake(
                    "one-zero-more",
                    wrong_slides.spread_one_zero_more,
                    "Stride 2 skips every second window. How many were skipped between two neighbours?",
                ),
                Mistake(
                    "zeros-behind",
                    wrong_slides.spread_zeros_behind,
                    "There are zeros behind your last output without a tail. Between which outputs do zeros go?",
                ),
                Mistake(
                    "repeated",
                    wrong_slides.spread_repeated,
                    "You repeat the outputs. What part has a window that was skipped in the loss?",
                ),
                Mistake(
                    "without-tail",
                    wrong_slides.spread_without_tail,
                    "Without a tail all is right. What do its two numbers add to the shape?",
                ),
                Mistake("float64", wrong_slides.spread_float64, FLOAT64),
            ),
        ),
        LayerQuestion(
            id="SoftmaxCrossEntropy",
            title="Where the gradients begin",
            points=3,
            section="The rest of a network",
            reference=layers.SoftmaxCrossEntropy,
            cases=draw.losses,
            upstream=False,
            groups={"y": 1.5, "grad_x": 1.5},
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overflow",
                    wrong_layers.LossOverflowing,
                    "Small scores come out right. What is exp(1000), and what may be subtracted from all scores first?",
                ),
                Mistake(
                    "clipped",
                    wrong_layers.LossClipped,
                    CLIPPED,
                    "log(p + 1e-7), in books and tutorials",
                ),
                Mistake("clipped-lower", wrong_layers.LossClippedLower, CLIPPED),
                Mistake("added-to", wrong_layers.LossAddedTo, CLIPPED),
                Mistake(
                    "log-of-zero",
                    wrong_layers.LossOfZero,
                    "Your loss becomes infinite. What has p become, and how else can log(a / b) be written?",
                ),
                Mistake(
                    "one-shift-for-all",
                    wrong_layers.LossShiftedAsOne,
                    "One image comes out right, two far apart do not. Which scores should share one largest?",
                ),
                Mistake(
                    "summed",
                    wrong_layers.LossSummedTwice,
                    "Two images that are alike cost twice as much as one. Should they?",
                ),
                Mistake(
                    "not-divided",
                    wrong_layers.LossSummed,
                    "The loss is a mean over images. How much of it does one image contribute?",
                ),
                Mistake(
                    "without-truth",
                    wrong_layers.LossWithoutTruth,
                    "Every score of yours should fall. Which one should rise?",
                ),
                Mistake(
                    "over-images",
                    wrong_layers.LossOverImages,
                    "Your probabilities add up to 1 for each class. Which ones should add up to 1?",
                ),
            ),
        ),
    ),
)
