"""Questions of the chapter ``cuda_kernels``: kernels in CUDA C, and who does what in them."""

from autograder.draws import cuda_kernels as draw
from autograder.mistakes import cuda_kernels as wrong
from autograder.questions import FunctionQuestion, HuntQuestion, KernelQuestion, Mistake, Spec, ValueQuestion
from solutions import cuda_kernels, cuda_texts, threads

TILE = ("-DTILE=4",)
GEOMETRY = """int h, int w, int kh, int kw,
                       int sy, int sx, int py, int px, int dy, int dx, int oh, int ow"""


def stub(head: str) -> str:
    """Return the text that students start from."""
    return f'\nextern "C" __global__ void {head} {{\n    // your kernel\n}}\n'


def columns_stub(name: str, arrays: str) -> str:
    """Return the text to start from for a kernel between images and columns."""
    return stub(f"{name}({arrays}, int planes, {GEOMETRY})")


UNBOUNDED = "There are more threads than elements. What do the last ones do?"
ROUNDED_DOWN = "How many blocks do 300 elements need, at 256 threads each? And 100 elements?"
NEXT_ENTRY = "Which index of an entry (n, c, kh, kw, oh, ow) changes from one entry to the next?"
ROW_OF_OUTPUT = "How far is it in memory from a pixel to the one below it?"

SPEC = Spec(
    stem="cuda_kernels",
    questions=(
        ValueQuestion(
            id="launched",
            title="A launch by hand",
            points=1,
            section="A thread for each number",
            answer=threads.launched,
            mistakes=(
                Mistake(
                    "rounded-down",
                    [10, 960, 0, 722, 7, 28],
                    "Who takes care of the elements from 960 on?",
                ),
                Mistake(
                    "counted-from-1",
                    [11, 1056, 56, 625, 8, 29],
                    "Which number has the first block, and which the first thread in it?",
                ),
                Mistake(
                    "block-and-thread-crossed",
                    [11, 1056, 56, 4807, 28, 7],
                    "Do neighbouring threads belong to one block, or to many?",
                ),
            ),
        ),
        KernelQuestion(
            id="bias_kernel",
            title="A bias for each filter",
            points=2,
            section="A thread for each number",
            reference=cuda_texts.BIAS,
            stub=stub("add_bias(const float* bias, float* y, int n, int f, int oh, int ow)"),
            kernel="add_bias",
            launch=threads.bias_launch,
            asks_launch=True,
            expected=draw.with_bias,
            outputs=("y",),
            cases=draw.maps,
            mistakes=(
                Mistake("no-bounds", wrong.BIAS_UNBOUNDED, UNBOUNDED),
                Mistake("grid-rounded-down", wrong.bias_rounded_down, ROUNDED_DOWN),
                Mistake("one-block", wrong.BIAS_ONE_BLOCK, "Which threads of a grid have the same threadIdx?"),
                Mistake("one-image", wrong.BIAS_ONE_IMAGE, "Which filter follows the last one of the first image?"),
                Mistake("by-row", wrong.BIAS_BY_ROW, "How many outputs does a filter have in one image?"),
                Mistake("assigned", wrong.BIAS_ASSIGNED, "What becomes of the output that was there?"),
            ),
        ),
        FunctionQuestion(
            id="sectors",
            title="What a warp fetches",
            points=3,
            section="Neighbours read together",
            reference=threads.sectors,
            cases=draw.reads,
            mistakes=(
                Mistake(
                    "all-warps-together",
                    wrong.sectors_of_all,
                    "What two warps need is fetched twice. Where does one warp end?",
                ),
                Mistake(
                    "one-per-thread",
                    wrong.sectors_by_thread,
                    "How many threads does one sector serve when they read neighbours?",
                ),
                Mistake("elements", wrong.sectors_of_elements, "A sector is 32 of what?"),
                Mistake(
                    "span",
                    wrong.sectors_in_span,
                    "You count everything between the first and the last. Is what nobody reads fetched?",
                ),
                Mistake(
                    "packed",
                    wrong.sectors_packed,
                    "You divide by the size of a sector, as if what is read lay together. Where does a sector begin?",
                ),
            ),
        ),
        KernelQuestion(
            id="im2col_kernel",
            title="Columns, a thread for each entry",
            points=4,
            section="A thread for each entry",
            reference=cuda_texts.IM2COL,
            stub=columns_stub("im2col", "const float* x, float* cols"),
            kernel="im2col",
            launch=cuda_kernels.im2col_launch,
            asks_launch=True,
            expected=draw.columns_of,
            outputs=("cols",),
            cases=draw.images,
            groups={"plain": 2, "stride": 0.5, "padding": 1, "dilation": 0.5},
            mistakes=(
                Mistake("no-bounds", wrong.IM2COL_UNBOUNDED, UNBOUNDED),
                Mistake("grid-rounded-down", wrong.im2col_rounded_down, ROUNDED_DOWN),
                Mistake("one-block", wrong.IM2COL_ONE_BLOCK, "Which threads of a grid have the same threadIdx?"),
                Mistake(
                    "down-first",
                    wrong.IM2COL_DOWN_FIRST,
                    NEXT_ENTRY,
                ),
                Mistake("taps-first", wrong.IM2COL_TAPS_FIRST, NEXT_ENTRY),
                Mistake("row-of-output", wrong.IM2COL_ROW_OF_OUTPUT, ROW_OF_OUTPUT),
                Mistake(
                    "border-read",
                    wrong.IM2COL_BORDER_READ,
                    "What lies in memory one place in front of a row, and one place behind it?",
                ),
                Mistake(
                    "bounds-crossed",
                    wrong.IM2COL_BOUNDS_CROSSED,
                    "For square images you are right. Which size limits the rows?",
                    "caffe#298",
                ),
                Mistake(
                    "zeros-left-out",
                    wrong.IM2COL_ZEROS_LEFT_OUT,
                    "What is in the columns where a window hangs over the border, and who has written it?",
                ),
            ),
        ),
        KernelQuestion(
            id="pixels_kernel",
            title="More entries than an int counts",
            points=3,
            section="What an index costs",
            reference=cuda_texts.PIXELS,
            stub=stub(
                "pixels(const long long* entries, long long* pixel, int m,\n"
                "                       int h, int w, int kh, int kw, int oh, int ow)"
            ),
            kernel="pixels",
            launch=threads.pixels_launch,
            expected=draw.pixels_of,
            outputs=("pixel",),
            cases=draw.entries,
            mistakes=(
                Mistake(
                    "int-entry",
                    wrong.PIXELS_INT_ENTRY,
                    "Small columns are right. What is the largest number that an int holds?",
                    "rocm-libraries#4611",
                ),
                Mistake(
                    "int-product",
                    wrong.PIXELS_INT_PRODUCT,
                    "The plane fits an int, and h does. Of which type is their product?",
                    "MIOpen#3099",
                ),
                Mistake("row-of-output", wrong.PIXELS_ROW_OF_OUTPUT, ROW_OF_OUTPUT),
                Mistake(
                    "window-first",
                    wrong.PIXELS_WINDOW_FIRST,
                    "You take the tap from the last digits of the number. Which axes of the columns come last?",
                ),
                Mistake("no-bounds", wrong.PIXELS_UNBOUNDED, UNBOUNDED),
            ),
        ),
        KernelQuestion(
            id="scatter_kernel",
            title="Col2im by adding",
            points=2,
            section="The way back: scatter or gather",
            reference=cuda_texts.COL2IM_ATOMIC,
            stub=columns_stub("col2im_atomic", "const float* cols, float* x"),
            kernel="col2im_atomic",
            launch=cuda_kernels.im2col_launch,
            expected=draw.images_of,
            outputs=("x",),
            cases=draw.scattered,
            mistakes=(
                Mistake(
                    "without-atomics",
                    wrong.SCATTER_PLAIN,
                    "Two threads read the same sum, each adds its number, both write. Which number is lost?",
                ),
                Mistake("no-bounds", wrong.SCATTER_UNBOUNDED, UNBOUNDED),
                Mistake(
                    "border-added",
                    wrong.SCATTER_BORDER_ADDED,
                    "Where does an entry go that was copied from the padding?",
                ),
                Mistake("row-of-output", wrong.SCATTER_ROW_OF_OUTPUT, ROW_OF_OUTPUT),
            ),
        ),
        KernelQuestion(
            id="gather_kernel",
            title="Col2im by looking up",
            points=4,
            section="The way back: scatter or gather",
            reference=cuda_texts.COL2IM_GATHER,
            stub=columns_stub("col2im_gather", "const float* cols, float* x"),
            kernel="col2im_gather",
            launch=cuda_kernels.col2im_launch,
            expected=draw.images_of,
            outputs=("x",),
            cases=draw.gathered,
            groups={"plain": 2, "stride": 1, "padding": 0.5, "dilation": 0.5},
            mistakes=(
                Mistake(
                    "between-windows",
                    wrong.GATHER_BETWEEN,
                    "With stride 2, does a window begin in every row?",
                ),
                Mistake(
                    "before-the-first",
                    wrong.GATHER_BEFORE,
                    "Tap 1 of a window never meets pixel 0 without padding. What do you look up for it?",
                ),
                Mistake(
                    "behind-the-last",
                    wrong.GATHER_BEHIND,
                    "Which is the last window, and which number do you look up for the last pixel and tap 0?",
                ),
                Mistake(
                    "last-only", wrong.GATHER_LAST, "Several entries answer to one pixel. What becomes of the first?"
                ),
                Mistake(
                    "border-forgotten",
                    wrong.GATHER_BORDER_FORGOTTEN,
                    "In which row of the padded image does row 0 lie?",
                ),
                Mistake("no-bounds", wrong.GATHER_UNBOUNDED, UNBOUNDED),
            ),
        ),
        KernelQuestion(
            id="matmul_kernel",
            title="A product in tiles",
            points=4,
            section="Tiles in shared memory",
            reference=cuda_texts.MATMUL,
            stub=stub("matmul(const float* a, const float* b, float* c, int m, int n, int k)"),
            kernel="matmul",
            launch=threads.matmul_blocks,
            asks_launch=True,
            expected=draw.product,
            outputs=("c",),
            cases=draw.factors,
            options=TILE,
            mistakes=(
                Mistake(
                    "no-first-barrier",
                    wrong.MATMUL_NOT_FULL,
                    "You read what other threads fetch. How do you know that they have?",
                ),
                Mistake(
                    "no-second-barrier",
                    wrong.MATMUL_REFILLED,
                    "One tile is right, two are not. Who still reads the first while you fetch the second?",
                ),
                Mistake(
                    "barrier-missed",
                    wrong.MATMUL_EARLY_RETURN,
                    "Threads beyond the edge have left. Who waits for them?",
                ),
                Mistake(
                    "edge-unwritten",
                    wrong.MATMUL_EDGE_UNWRITTEN,
                    "What stands in a tile where the matrix has ended?",
                ),
                Mistake(
                    "whole-tiles-only",
                    wrong.MATMUL_WHOLE_TILES,
                    "How many tiles does a sum of 6 need?",
                ),
                Mistake("last-tile-only", wrong.MATMUL_LAST_TILE, "What becomes of the sum of the first tile?"),
                Mistake("no-bounds", wrong.MATMUL_UNBOUNDED, UNBOUNDED),
                Mistake(
                    "axes-swapped",
                    wrong.matmul_axes_swapped,
                    "A grid is (x, y). Which of the two goes across a matrix?",
                ),
                Mistake("grid-rounded-down", wrong.matmul_rounded_down, "How many tiles of 4 do 5 rows need?"),
            ),
        ),
        KernelQuestion(
            id="conv2d_kernel",
            title="A convolution without columns",
            points=4,
            section="No columns at all",
            reference=cuda_texts.CONV2D,
            stub=stub(
                "conv2d(const float* x, const float* weight, float* y, int n, int c, int f,\n"
                f"                       {GEOMETRY})"
            ),
            kernel="conv2d",
            launch=threads.conv2d_blocks,
            expected=draw.outputs_of,
            outputs=("y",),
            cases=draw.layers,
            options=TILE,
            groups={"plain": 2, "stride": 0.5, "padding": 1, "dilation": 0.5},
            mistakes=(
                Mistake(
                    "filters-first",
                    wrong.CONV_FILTERS_FIRST,
                    "With one image you are right. Which axis of y comes first?",
                ),
                Mistake(
                    "channel-fastest",
                    wrong.CONV_CHANNEL_FASTEST,
                    "With one channel you are right. In which order do the entries of a filter lie in weight?",
                ),
                Mistake("border-read", wrong.CONV_BORDER_READ, "Which number stands for a pixel outside of the image?"),
                Mistake("no-bounds", wrong.CONV_UNBOUNDED, UNBOUNDED),
                Mistake("first-image", wrong.CONV_FIRST_IMAGE, "Whose pixels do the windows of the second image read?"),
                Mistake(
                    "flipped",
                    wrong.CONV_FLIPPED,
                    "You turn the filter around. Which of the two does this course call convolution?",
                ),
            ),
        ),
        HuntQuestion(
            id="im2col_threads",
            title="Right for squares",
            points=2,
            section="What goes wrong",
            reference=threads.im2col_threads,
            oracle=wrong.threads_oracle,
            published=wrong.threads_published,
            exposing=threads.exposing,
            cases=draw.planes,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.threads_published,
                    "Which size of the image limits a row, and with which do you compare it?",
                    "caffe#298",
                ),
                Mistake(
                    "end-of-memory-only",
                    wrong.threads_without_upper_bounds,
                    "You stop at the end of the image. What do you read at the end of each row?",
                ),
                Mistake(
                    "bounds-of-output",
                    wrong.threads_bounds_of_output,
                    "You compare with the number of windows. Are there as many windows as pixels?",
                    "XNNPACK#7631",
                ),
            ),
        ),
    ),
)
