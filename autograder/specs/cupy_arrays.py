"""Questions of the chapter ``cupy_arrays``: one text for arrays on either side, and honest times."""

from autograder.draws import cupy_arrays as draw
from autograder.mistakes import cupy_arrays as wrong
from autograder.mistakes import device_hints as known
from autograder.mistakes import device_times as wrong_times
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    LayerQuestion,
    Mistake,
    Spec,
    TestsQuestion,
    ValueQuestion,
)
from autograder.ready_made import EARLIER
from solutions import cupy_arrays, device_times

INSIDE = ("unrolled.device.StandIn._host",)
# What brings an array home, as CuPy has it and as the stand-in does.
HOME = (
    *INSIDE,
    "cupy.asnumpy",
    "cupy.tolist",
    "cupy.tobytes",
    "unrolled.device.asnumpy",
    "unrolled.device._standin_asnumpy",
    "unrolled.device.get",
    "unrolled.device.tolist",
    "unrolled.device.tobytes",
)
SCATTERING = (
    "cupyx.scatter_add",
    "unrolled.device.scatter_add",
    "unrolled.device._standin_scatter_add",
    "numpy.add.at",
    "numpy.bincount",
)
FLOAT64 = "The numbers are right, the dtype is not: which dtype does xp.zeros or xp.empty give if nothing is said?"
OTHER_SIDE = "Your result is right, and lies on the other side. Where does the argument lie?"
MIXED = "NumPy and the device met in one operation. Which module made the array that they met in?"

SIDES = (
    ValueQuestion(
        id="sides",
        title="Where does it lie?",
        points=1,
        section="Two memories",
        answer=cupy_arrays.sides,
        mistakes=(
            Mistake(
                "numpy-brings-home",
                [1, 0, 2, 0, 1, 0, 2, 1],
                "NumPy's elementwise functions hand their work to the module of the array. Where does that compute?",
            ),
            Mistake(
                "mixing-allowed",
                [1, 0, 1, 1, 1, 0, 0, 1],
                "You let arrays of both sides meet. Who would pay for the copy, and would you see it?",
            ),
            Mistake(
                "sum-is-a-number",
                [0, 0, 2, 1, 1, 0, 2, 1],
                "A sum of a whole array is one number. Does it have to leave the device for that?",
            ),
            Mistake(
                "float-stays",
                [1, 0, 2, 1, 1, 1, 2, 1],
                "float(...) makes one of Python's numbers. Where do those lie?",
            ),
        ),
    ),
    FunctionQuestion(
        id="standardised",
        title="Mean 0, variance 1, on either side",
        points=2,
        forbidden=INSIDE,
        section="One text for both",
        reference=cupy_arrays.standardised,
        cases=draw.channels,
        mistakes=(
            Mistake("at-home", wrong.standardised_at_home, OTHER_SIDE),
            Mistake("away", wrong.standardised_away, OTHER_SIDE),
            Mistake("hidden-copy", wrong.standardised_by_hidden_copy, MIXED, "NumPy's asarray on an array of CuPy's"),
            Mistake(
                "each-image",
                wrong.standardised_each_image,
                "With one image you are right. Over which axes is the mean of a channel taken?",
            ),
            Mistake(
                "all-channels",
                wrong.standardised_all_channels,
                "With one channel you are right. Should channels know of each other?",
            ),
            Mistake(
                "eps-outside",
                wrong.standardised_eps_outside,
                "Your spread is a little off. Is eps added to the variance, or to its root?",
            ),
            Mistake(
                "without-root",
                wrong.standardised_without_root,
                "Twice as large an x gives half as large a result. What is the unit of a variance?",
            ),
        ),
    ),
)

TRANSFERS = (
    FunctionQuestion(
        id="transfer_seconds",
        title="The way there and back",
        points=2,
        section="What a transfer costs",
        reference=device_times.transfer_seconds,
        cases=draw.journeys,
        mistakes=known.TRANSFER_SECONDS,
    ),
)

TIMES = (
    ValueQuestion(
        id="waiting",
        title="Who waits for whom",
        points=2,
        section="Launch and go on",
        answer=device_times.waiting,
        mistakes=known.WAITING,
    ),
    HuntQuestion(
        id="timed",
        title="A stopwatch that stops too soon",
        points=3,
        section="Honest times",
        reference=device_times.timed,
        oracle=wrong_times.timed_oracle,
        published=wrong_times.timed_published,
        exposing=device_times.exposing,
        cases=draw.stopwatches,
        mistakes=known.TIMED,
    ),
    FunctionQuestion(
        id="gpu_times",
        title="A benchmark with events",
        points=2,
        section="Honest times",
        reference=device_times.gpu_times,
        cases=draw.calls,
        mistakes=known.GPU_TIMES,
    ),
    TestsQuestion(
        id="test_gpu_times",
        title="A test for a benchmark",
        points=2,
        section="Honest times",
        reference=device_times.test_gpu_times,
        right=wrong_times.version_right,
        valid=wrong_times.version_valid,
        visible=3,
        hint="A right version counts the first launch of a call. When does the first event happen, when the last?",
        versions=known.TEST_GPU_TIMES_VERSIONS,
        mistakes=known.TEST_GPU_TIMES,
    ),
)

COUNTS = (
    ValueQuestion(
        id="traffic",
        title="Four kernels or one",
        points=1,
        section="Fewer kernels",
        answer=device_times.traffic,
        mistakes=known.TRAFFIC,
    ),
    ValueQuestion(
        id="pool",
        title="What the pool holds",
        points=1,
        section="Where the memory goes",
        answer=device_times.pool,
        mistakes=known.POOL,
    ),
)

COLUMNS = (
    FunctionQuestion(
        id="im2col",
        title="Columns on either side",
        points=3,
        section="Columns on either side",
        reference=cupy_arrays.im2col,
        cases=draw.images,
        fresh=True,
        forbidden=(*HOME, *EARLIER),
        mistakes=(
            Mistake("array-of-numpy", wrong.im2col_array_of_numpy, MIXED),
            Mistake("always-away", wrong.im2col_always_away, OTHER_SIDE),
            Mistake("float64", wrong.im2col_float64, FLOAT64),
            Mistake(
                "stride-crossed",
                wrong.im2col_stride_crossed,
                "Square strides come out right. Which number of a pair belongs to the rows?",
            ),
            Mistake(
                "padding-crossed",
                wrong.im2col_padding_swapped,
                "Your rows have the padding of the columns. Which pair comes first?",
            ),
            Mistake(
                "without-stride",
                wrong.im2col_first_windows,
                "You have as many windows as you should, side by side. How far apart do they start?",
                "Kulbear#34",
            ),
            Mistake(
                "without-dilation",
                wrong.im2col_without_dilation,
                "How far apart are two neighbouring entries of one window?",
            ),
        ),
    ),
    FunctionQuestion(
        id="col2im_scatter",
        title="Back by scatter_add",
        points=3,
        section="Back: scatter or gather",
        reference=cupy_arrays.col2im_scatter,
        cases=draw.columns,
        forbidden=HOME,
        mistakes=(
            Mistake(
                "named-once",
                wrong.scatter_named_once,
                "Of the entries that name one pixel, yours keeps one. What does x[:, place] += v do with a place "
                "that comes twice?",
                "the documentation of cupyx.scatter_add",
            ),
            Mistake("numpy-add-at", wrong.scatter_by_numpy, MIXED),
            Mistake("float64", wrong.scatter_float64, FLOAT64),
            Mistake(
                "narrow-rows",
                wrong.scatter_narrow,
                "With padding your rows run into each other. How long is a row of the image that you add into?",
            ),
            Mistake(
                "padding-kept",
                wrong.scatter_padding_kept,
                "Your images still have their border. Of which size were they before?",
            ),
            Mistake(
                "corner",
                wrong.scatter_corner,
                "Your images have the right size, and begin in the padding. Where does pixel (0, 0) stand?",
            ),
        ),
    ),
    FunctionQuestion(
        id="col2im_gather",
        title="Back by gathering",
        points=4,
        section="Back: scatter or gather",
        reference=cupy_arrays.col2im_gather,
        cases=draw.columns,
        forbidden=(*HOME, *SCATTERING),
        mistakes=(
            Mistake(
                "any-remainder",
                wrong.gather_any_remainder,
                "With stride 1 you are right. With stride 2, does some window read every pixel with tap 0?",
            ),
            Mistake(
                "beyond-the-last",
                wrong.gather_beyond_the_last,
                "Pixels at the end fetch too much. Is there a window for each of them?",
            ),
            Mistake(
                "before-the-first",
                wrong.gather_before_the_first,
                "Pixels at the start fetch too much. Where would a window have to start to read pixel 0 with tap 1?",
            ),
            Mistake(
                "padding-sign",
                wrong.gather_padding_sign,
                "Without padding you are right. Which row of the padded image is row 0 of the image?",
            ),
            Mistake(
                "without-dilation",
                wrong.gather_without_dilation,
                "How far behind a window's start does its tap 1 read?",
            ),
            Mistake("float64", wrong.gather_float64, FLOAT64),
        ),
    ),
)

SPEC = Spec(
    stem="cupy_arrays",
    questions=(
        *SIDES,
        *TRANSFERS,
        *TIMES,
        *COLUMNS,
        LayerQuestion(
            id="Conv2d",
            title="A layer that follows its images",
            points=4,
            forbidden=INSIDE,
            section="A layer that follows its images",
            reference=cupy_arrays.Conv2d,
            cases=draw.layers,
            gradients=("grad_weight", "grad_bias"),
            given=("__init__",),
            mistakes=(
                Mistake("at-home", wrong.Conv2dAtHome, OTHER_SIDE),
                Mistake(
                    "parameters-stay",
                    wrong.Conv2dStaying,
                    "Images on the device met kernels on the host. When do the parameters move?",
                ),
                Mistake(
                    "gradients-at-home",
                    wrong.Conv2dGradientsAtHome,
                    "The gradients of the parameters lie on the other side. Where will the parameters be updated?",
                ),
                Mistake(
                    "mean-of-images",
                    wrong.Conv2dMeanOfImages,
                    "With one image you are right. Who divides by their number, the layer or the loss?",
                ),
                Mistake(
                    "bias-by-mean",
                    wrong.Conv2dBiasOfPixels,
                    "The bias is added to every output. How many gradients does it receive?",
                ),
                Mistake(
                    "back-without-stride",
                    wrong.Conv2dUnstrided,
                    "With stride 1 you are right. With which settings were the columns made?",
                ),
            ),
        ),
        *COUNTS,
    ),
)
