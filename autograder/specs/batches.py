"""Questions of the chapter ``batches``: many images, many channels, many kernels, and still one product."""

from autograder.draws import batches as draw
from autograder.mistakes import batches as wrong
from autograder.questions import FunctionQuestion, HuntQuestion, Mistake, Spec, TestsQuestion, ValueQuestion
from autograder.ready_made import CONVOLUTIONS, WINDOWS
from solutions import batches, memory

# Whatever finds windows, or convolves, in one call.
READY_MADE = WINDOWS + CONVOLUTIONS
SUMS = ("numpy.einsum", "numpy.c_einsum", "numpy.tensordot")  # they order axes by themselves, and that is what is asked

FLOAT64 = "The numbers are right, the dtype is not: which dtype does np.zeros or np.empty give if nothing is said?"
FLIPPED = "Your kernels are read back to front. Which pixel of a window should weight[..., 0, 0] meet?"

SPEC = Spec(
    stem="batches",
    questions=(
        ValueQuestion(
            id="by_hand",
            title="The sizes of a layer",
            points=1,
            section="AlexNet's first layer",
            answer=batches.by_hand,
            mistakes=(
                Mistake(
                    "one-channel",
                    [20, 15, 15, 5152, 16, 20, 14, 23],
                    "How many entries of an image does one window read: are all its channels in your count?",
                    "blackcat_tensors#59",
                ),
                Mistake(
                    "one-image",
                    [20, 45, 45, 322, 16, 20, 14, 23],
                    "Those are the columns of one image. How many images are there?",
                ),
                Mistake(
                    "kernel-crossed",
                    [20, 45, 45, 5280, 16, 20, 15, 22],
                    "Your kernels are 3 high and 5 wide. Which of (5, 3) is the height?",
                ),
                Mistake(
                    "channels-kept",
                    [20, 45, 45, 5152, 16, 3, 14, 23],
                    "Where do the channels of the input go: does a sum over a window keep them apart?",
                ),
                Mistake(
                    "without-stride",
                    [20, 45, 45, 19440, 16, 20, 27, 45],
                    "The stride is 2. In which rows may a window start?",
                ),
                Mistake(
                    "windows-as-rows",
                    [20, 45, 5152, 45, 16, 20, 14, 23],
                    "Windows are columns here. How many rows has their matrix?",
                ),
                Mistake(
                    "one-too-few",
                    [20, 45, 45, 4576, 16, 20, 13, 22],
                    "How many windows fit if the image is just as high as the kernel: does your formula say 1?",
                ),
            ),
        ),
        FunctionQuestion(
            id="im2col_batch",
            title="Columns of a batch",
            points=2,
            section="Columns with six axes",
            reference=batches.im2col_batch,
            cases=draw.images,
            fresh=True,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "channels-outside",
                    wrong.columns_channels_outside,
                    "Your first axis counts channels. In which order do n and c stand in x?",
                ),
                Mistake(
                    "kernel-crossed",
                    wrong.columns_kernel_crossed,
                    "Is entry [..., i, j, p, q] of yours i rows down and j to the right, or the other way round?",
                ),
                Mistake(
                    "windows-outside",
                    wrong.columns_windows_outside,
                    "Your windows come before the taps. Which order of the six axes is asked?",
                ),
                Mistake(
                    "first-channel",
                    wrong.columns_first_channel,
                    "All channels of your columns hold the same numbers. Which channel did you read?",
                    "blackcat_tensors#59",
                ),
                Mistake(
                    "without-stride",
                    wrong.columns_without_stride,
                    "There are as many windows as there should be. Where does window 1 begin if the stride is 2?",
                ),
                Mistake("float64", wrong.columns_float64, FLOAT64),
            ),
        ),
        FunctionQuestion(
            id="window_rows",
            title="A window in each row",
            points=3,
            section="From six axes to two",
            reference=batches.window_rows,
            cases=draw.columns,
            fresh=True,
            mistakes=(
                Mistake(
                    "reshape-only",
                    wrong.rows_by_reshape,
                    "The shape is right. Read your first row: is it one window, or what lies side by side in memory?",
                ),
                Mistake(
                    "n-last",
                    wrong.rows_n_last,
                    "Your second row is the first window of the second image. Which axis should count slowest?",
                    "CS231n's im2col, where it is meant so",
                ),
                Mistake(
                    "channels-last",
                    wrong.rows_channels_last,
                    "Each row holds the right numbers in another order. Which counts slower in a row, c or the taps?",
                    "PyDeepFlow#84",
                ),
                Mistake(
                    "windows-as-columns",
                    wrong.rows_as_columns,
                    "Your windows are columns. How many rows should the matrix have?",
                ),
                Mistake(
                    "column-major",
                    wrong.rows_windows_column_major,
                    "You take the windows down the image first. Which window comes second, the one to the right?",
                ),
            ),
        ),
        FunctionQuestion(
            id="from_window_rows",
            title="From two axes to six",
            points=2,
            section="From six axes to two",
            reference=batches.from_window_rows,
            cases=draw.matrices,
            fresh=True,
            mistakes=(
                Mistake(
                    "reshape-only",
                    wrong.back_by_reshape,
                    "A reshape splits axes and never changes their order. In which order do the matrix's axes count?",
                ),
                Mistake(
                    "same-transpose",
                    wrong.back_same_transpose,
                    "You transpose as on the way there. Where has axis 1 gone to, and who brings it back?",
                ),
                Mistake(
                    "n-last",
                    wrong.back_n_last,
                    "You take the images for the fastest axis of the rows. Whose windows are the first two rows?",
                    "reshape without the matching transpose",
                ),
                Mistake(
                    "channels-last",
                    wrong.back_channels_last,
                    "You take the channels for the fastest axis of a row. Which order did the rows have?",
                    "PyDeepFlow#84",
                ),
            ),
        ),
        FunctionQuestion(
            id="conv_all_at_once",
            title="All images by one product",
            points=4,
            groups={"plain": 2, "stride": 1, "bias": 1},
            section="One product",
            reference=batches.conv_all_at_once,
            cases=draw.layers,
            forbidden=READY_MADE + SUMS,
            mistakes=(
                Mistake(
                    "result-reshaped",
                    wrong.conv_rows_reshaped,
                    "The product's rows are windows and its columns are kernels. Which axis comes last before you "
                    "reshape?",
                ),
                Mistake(
                    "transposed-and-reshaped",
                    wrong.conv_rows_transposed,
                    "After your transpose the kernels count slowest, before the images. Does your reshape know?",
                ),
                Mistake(
                    "weight-reshaped",
                    wrong.conv_weight_reshaped,
                    "Is a column of your right factor one kernel? Look at the first for two kernels of two taps.",
                ),
                Mistake(
                    "channels-last-in-weight",
                    wrong.conv_channels_last_in_weight,
                    "Windows and kernels must list their entries in the same order. In which order do yours?",
                    "PyDeepFlow#84",
                ),
                Mistake(
                    "first-channel",
                    wrong.conv_first_channel,
                    "One channel comes out right, two do not. Over which axes does one output sum?",
                    "blackcat_tensors#59",
                ),
                Mistake("flipped", wrong.conv_flipped, FLIPPED),
                Mistake(
                    "bias-by-row",
                    wrong.conv_bias_by_row,
                    "NumPy lines axes up from the right. Which axis of y does your bias meet?",
                ),
                Mistake(
                    "bias-by-column",
                    wrong.conv_bias_by_column,
                    "NumPy lines axes up from the right. Which axis of y does your bias meet?",
                ),
                Mistake(
                    "bias-of-first-kernel",
                    wrong.conv_bias_of_first_kernel,
                    "Every channel of yours got the same number. How many numbers are in the bias?",
                    "rten#1408",
                ),
                Mistake(
                    "without-stride",
                    wrong.conv_without_stride,
                    "There are as many windows as there should be. Where does window 1 begin if the stride is 2?",
                ),
                Mistake("float64", wrong.conv_float64, FLOAT64),
            ),
        ),
        HuntQuestion(
            id="conv_kernels_first",
            title="A published reshape",
            points=4,
            section="The other way round",
            reference=batches.conv_kernels_first,
            oracle=wrong.kernels_first_oracle,
            published=wrong.kernels_first_published,
            exposing=batches.exposing,
            cases=draw.columns_and_kernels,
            forbidden=READY_MADE + SUMS,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.kernels_first_published,
                    "Two images, two kernels: which image does the second row of the product belong to?",
                    "ggml#737",
                ),
                Mistake(
                    "n-last",
                    wrong.kernels_first_n_last,
                    "You split the product's columns as if the images counted fastest. Whose windows come first?",
                ),
                Mistake(
                    "transposed-and-reshaped",
                    wrong.kernels_first_transposed,
                    "After your transpose the kernels count fastest. Does your reshape know?",
                ),
                Mistake(
                    "not-swapped",
                    wrong.kernels_first_not_swapped,
                    "Nothing is mixed up any more. Which axis of y should be the first?",
                ),
            ),
        ),
        FunctionQuestion(
            id="images_within",
            title="How many images at a time",
            points=2,
            section="The memory bill",
            reference=memory.images_within,
            cases=draw.memories,
            mistakes=(
                Mistake(
                    "one-channel",
                    wrong.memory_one_channel,
                    "How tall is a column if the image has two channels?",
                    "blackcat_tensors#59",
                ),
                Mistake(
                    "images",
                    wrong.memory_of_images,
                    "You count the images themselves. How many entries have their columns?",
                ),
                Mistake(
                    "entries",
                    wrong.memory_in_entries,
                    "You divide bytes by entries. How many bytes has an entry?",
                ),
                Mistake(
                    "eight-bytes",
                    wrong.memory_eight_bytes,
                    "float64 comes out right. What does np.dtype(dtype).itemsize say of float32?",
                ),
                Mistake(
                    "rounded-up",
                    wrong.memory_rounded_up,
                    "The last of your images has room for a part of its columns only. Does it fit?",
                ),
            ),
        ),
        FunctionQuestion(
            id="conv_channels_last",
            title="Channels last, tap by tap",
            points=4,
            groups={"plain": 2, "stride": 1, "bias": 1},
            section="Channels last",
            reference=batches.conv_channels_last,
            cases=draw.layers_channels_last,
            forbidden=READY_MADE,
            mistakes=(
                Mistake(
                    "overwritten",
                    wrong.last_overwriting,
                    "Only the last tap is left. What should happen to the products before it?",
                ),
                Mistake(
                    "channels-first",
                    wrong.last_channels_first,
                    "The numbers are right, the order of the axes is not. Where do the channels of x stand?",
                ),
                Mistake(
                    "flipped",
                    wrong.last_flipped,
                    "Your kernels are read back to front. Which pixel of a window should weight[0, 0] meet?",
                ),
                Mistake(
                    "channels-crossed",
                    wrong.last_channels_crossed,
                    "With as many kernels as channels nothing complains. Which axis of weight[i, j] meets those of x?",
                ),
                Mistake(
                    "without-stride",
                    wrong.last_without_stride,
                    "There are as many windows as there should be. Where does window 1 begin if the stride is 2?",
                ),
                Mistake(
                    "without-bias",
                    wrong.last_without_bias,
                    "Without a bias all is right. What is to be added, and to which axis?",
                ),
                Mistake(
                    "bias-at-each-tap",
                    wrong.last_bias_at_each_tap,
                    "Your bias is added once for each tap. How often should it be?",
                ),
                Mistake("float64", wrong.last_float64, FLOAT64),
            ),
        ),
        TestsQuestion(
            id="test_conv_all_at_once",
            title="A test that no special case passes",
            points=3,
            section="What goes wrong",
            reference=batches.test_conv_all_at_once,
            right=wrong.version_right,
            valid=batches.conv_all_at_once,
            visible=3,
            hint="Work out one output by hand: all channels of the window, times the kernel as it lies, plus the bias.",
            versions=(
                Mistake(
                    "one-image",
                    wrong.version_result_reshaped,
                    "A version that is right for one image passes your test. How many images, and kernels, do you try?",
                    "ggml#737",
                ),
                Mistake(
                    "one-channel",
                    wrong.version_first_channel,
                    "A version that reads the first channel only passes your test. How many channels do you try?",
                    "blackcat_tensors#59",
                ),
                Mistake(
                    "square-output",
                    wrong.version_square,
                    "A version that is right for square outputs passes your test. Are oh and ow different in yours?",
                    "caffe#298",
                ),
                Mistake(
                    "one-bias",
                    wrong.conv_bias_of_first_kernel,
                    "A version that adds the first bias to all channels passes your test. Do your biases differ?",
                    "rten#1408",
                ),
                Mistake(
                    "stride-ignored",
                    wrong.conv_without_stride,
                    "A version that leaves the stride out passes your test. Which strides do you try?",
                ),
                Mistake(
                    "channels-crossed",
                    wrong.conv_channels_crossed,
                    "A version that takes kernels for channels passes your test. Are there several of both?",
                ),
                Mistake(
                    "float64",
                    wrong.conv_float64,
                    "A version that turns float32 into float64 passes your test. Which dtypes do you try?",
                ),
                Mistake(
                    "flipped",
                    wrong.conv_flipped,
                    "A version that flips the kernel passes your test. For which kernels does flipping change nothing?",
                ),
            ),
            mistakes=(
                Mistake("one-image", wrong.test_one_image, ""),
                Mistake("one-channel", wrong.test_one_channel, ""),
                Mistake("square-output", wrong.test_square, ""),
                Mistake("rejects-right", wrong.test_expecting_the_flip, ""),
            ),
        ),
    ),
)
