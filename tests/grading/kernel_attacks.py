"""What a notebook may try in a kernel: texts for ``columns_kernel`` of ``kernel_spec``, and what becomes of each."""

from typing import NamedTuple

from tests.grading.kernel_spec import COLUMNS

HEAD = 'extern "C" __global__ void columns(const float* x, float* cols, int kw, int ow)'
SYSTEM_CALL = """
__device__ long call(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
    long result;
    register long fourth asm("r10") = d;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
}
"""
SHOW = "for (int i = threadIdx.x; i < kw * ow; i += 8) if (blockIdx.x == 0) cols[i] = float(result);"


class Attack(NamedTuple):
    """A text, or any other source for the answer cell; the status of the verdict; words of its message."""

    text: str
    status: str
    said: str = ""
    source: str = ""


def kernel(body: str, before: str = "") -> str:
    return f"{before}\n{HEAD} {{\n{body}\n}}\n"


def calling(number: int, *args: str) -> str:
    """A kernel that makes a system call and hands in what comes of it."""
    return kernel(f"long result = call({', '.join([str(number), *args])}); {SHOW}", SYSTEM_CALL)


DEAF = "long handler[4] = {1, 0, 0, 0}; for (int s = 1; s < 65; ++s) call(13, s, (long)handler, 0, 8);"
LAUNCH = "\n\ndef columns_launch(kw, ow):\n    return "
REFUSED = "CUDA C does not have it"

ATTACKS = {
    "endless": Attack(kernel("volatile int i = 0; while (true) i = 0;"), "timeout"),
    "endless and deaf": Attack(kernel(f"{DEAF} volatile int i = 0; while (true) i = 0;", SYSTEM_CALL), "timeout"),
    "endless barrier": Attack(kernel("while (true) __syncthreads();"), "timeout"),
    "endless output": Attack(kernel('while (true) printf("%1000d", kw);'), "timeout"),
    "null pointer": Attack(kernel("*(int*)0 = 1;"), "raised", "OutOfBoundsError: line 3: thread (0, 0, 0)"),
    "null pointer in assembly": Attack(kernel('asm volatile("movl $1, 0");'), "raised", "CrashError: "),
    "wild jump": Attack(kernel("((void (*)())0x1234)();"), "raised", "CrashError: "),
    "system()": Attack(
        kernel('system("touch /tmp/attack-was-here");', 'extern "C" int system(const char*);'), "raised", REFUSED
    ),
    "fork()": Attack(
        kernel("cols[0] = fork();", 'extern "C" int fork();'),
        "raised",
        f"fork is declared but defined nowhere, and {REFUSED}",
    ),
    "Python": Attack(
        kernel('PyRun_SimpleString("1");', 'extern "C" int PyRun_SimpleString(const char*);'), "raised", REFUSED
    ),
    "our own runtime": Attack(
        kernel("unrolled_launch(0, 0);", 'extern "C" int unrolled_launch(void*, void*);'), "raised", REFUSED
    ),
    "fork by a system call": Attack(calling(57), "failed"),
    "clone by a system call": Attack(calling(56, "17"), "failed"),
    "reading /proc": Attack(calling(2, '(long)"/proc/self/maps"'), "failed"),
    "reading the course": Attack(calling(2, '(long)"/course/solutions/conv1d.py"'), "failed"),
    "tracing": Attack(calling(101, "0"), "failed"),
    "exit by a system call": Attack(kernel("call(231, 0);", SYSTEM_CALL), "died"),
    "kill all": Attack(kernel("call(62, -1, 9); call(62, 1, 9); call(231, 0);", SYSTEM_CALL), "died"),
    "exit before it runs": Attack(
        SYSTEM_CALL + "__attribute__((constructor)) static void begin() { call(231, 0); }" + COLUMNS, "died"
    ),
    "garbage in every pipe": Attack(
        kernel('for (int i = 3; i < 99; ++i) call(1, i, (long)"99999999999999", 14);', SYSTEM_CALL), "died"
    ),
    "overwriting memory": Attack(
        kernel('asm volatile("mov %%rsp, %%rdi; mov $100000000, %%rcx; xor %%eax, %%eax; rep stosb" ::: "memory");'),
        "raised",
        "CrashError",
    ),
    "a seccomp filter of its own": Attack(
        kernel("call(157, 22, 1); volatile int i = 0; while (true) i = 0;", SYSTEM_CALL), "timeout"
    ),
    "2^31 blocks": Attack(COLUMNS, "timeout", source=f"{LAUNCH}(2**31 - 1,), (1024,), 0"),
    "terabytes of shared memory": Attack(COLUMNS, "raised", "LaunchError", f"{LAUNCH}(1,), (8,), 2**40"),
    "a launch of text": Attack(
        COLUMNS, "raised", "columns_launch should return", f"{LAUNCH}'<script>alert(1)</script>'"
    ),
    "a launch that hangs": Attack(
        COLUMNS, "timeout", "columns_launch did not", "\n\ndef columns_launch(kw, ow):\n    while True: pass"
    ),
    "a launch that exits": Attack(COLUMNS, "died", "columns_launch ended", f"{LAUNCH}__import__('os')._exit(0)"),
    "a long text": Attack(COLUMNS, "failed", "at most 64 KB", "\ncolumns_kernel += '/' * 10**5"),
    "no text": Attack(COLUMNS, "failed", "should be a text", "\ncolumns_kernel = [1]"),
    "half a character": Attack(
        COLUMNS, "raised", "CompileError", "\ncolumns_kernel = columns_kernel.replace('int j', '\\ud800')"
    ),
    "an empty kernel and a patched emulation": Attack(
        kernel(""),
        "failed",
        "that no thread wrote",
        "\nimport unrolled.cuda.launch as l, unrolled.cuda.emulation as e, unrolled.judge.kernels as k\n"
        "l.launched = e.RawKernel.__call__ = e.Loaded.launch = k.judge_kernel = lambda *a, **k: {}",
    ),
    "a text that answers for itself": Attack(
        kernel(""),
        "failed",
        "that no thread wrote",
        "\nclass Text(str):\n    __eq__ = lambda *a: True\n    __hash__ = str.__hash__\n    __str__ = lambda s: 'x'\n"
        "columns_kernel = Text(columns_kernel)",
    ),
}
