"""The compile box: what texts may try to do to a compiler, how long it may take, and what is kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox import SandboxError, confine
from autograder.sandbox import compile as compile_box
from autograder.sandbox.compile import (
    CompileLimits,
    GaveUpError,
    NotCompiledError,
    TextError,
    TooLongError,
    TooSlowError,
    compile_kernel,
)
from tests.grading.test_attacks import descendants

ROOT = Path(__file__).parents[2]
KERNEL = 'extern "C" __global__ void k(float* x) { x[threadIdx.x] = 1.0f; }\n'
LIMITS = CompileLimits(memory=512 << 20, cpu_seconds=2, file_size=4 << 20, seconds=8)
BRANCHES = """
template <int N, int M> struct T {
    typedef typename T<N - 1, 2 * M>::type a;
    typedef typename T<N - 1, 2 * M + 1>::type b;
    typedef int type;
};
template <int M> struct T<0, M> { typedef int type; };
T<40, 0>::type bomb;
"""
MACROS = "#define A0 x[0] += 1;\n" + "".join(f"#define A{i + 1} A{i} A{i} A{i} A{i}\n" for i in range(30))

ATTACKS = {
    "templates without end": (BRANCHES + KERNEL, NotCompiledError),
    "macros that grow": (MACROS + 'extern "C" __global__ void k(float* x) { A30 }', GaveUpError),
    "a text that includes itself": ('#include "kernel.cu"\n' + KERNEL, TextError),
    "an endless file": ('#include "/dev/zero"\n' + KERNEL, NotCompiledError),
    "a loop of the assembler": ('asm(".rept 1000000000\\n.byte 1\\n.endr");\n' + KERNEL, GaveUpError),
    "a loop of constants": (
        "constexpr int f() { int s = 0; for (long i = 0; i < 1L << 60; ++i) s ^= 1; return s; }\n"
        "constexpr int n = f();\n" + KERNEL,
        TextError,
    ),
    "a huge array": ("char big[1u << 31] = {1};\n" + KERNEL, GaveUpError),
    "a file of passwords": ('#include "/etc/passwd"\n' + KERNEL, TextError),
    "a file of passwords, by the assembler": ('asm(".incbin \\"/etc/passwd\\"");\n' + KERNEL, NotCompiledError),
    "what is mounted": ('#include "/proc/self/mountinfo"\n' + KERNEL, TextError),
    "the references": (f'#include "{ROOT}/solutions/conv1d.py"\n' + KERNEL, TextError),
    "the questions": (f'asm(".incbin \\"{ROOT}/autograder/specs/conv1d.py\\"");\n' + KERNEL, NotCompiledError),
    "the bundle": (f'asm(".incbin \\"{ROOT}/unrolled/bundles/conv1d.bundle\\"");\n' + KERNEL, NotCompiledError),
    "a word that no search ends with": ("__global__ " * 5_000, NotCompiledError),
    "brackets without end": ("(" * 60_000, NotCompiledError),
    "a text that is too long": ("/" * 70_000, TooLongError),
    "no text": ("", TextError),
    "half a character": (KERNEL + "\ud800", TextError),
    "another kernel": (KERNEL.replace("void k", "void other"), TextError),
}


@pytest.fixture(autouse=True, scope="module")
def _warm(folder: Path) -> None:
    compile_kernel(KERNEL, "k", folder=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("libraries")


@pytest.mark.parametrize(("text", "kind"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_on_the_compiler_ends_with_the_text(text: str, kind: type[Exception], folder: Path) -> None:
    processes, kept = descendants(), sorted(folder.iterdir())
    with pytest.raises(kind) as caught:
        compile_kernel(text, "k", limits=LIMITS, folder=folder)
    assert len(str(caught.value)) < 3_000
    assert "root:" not in str(caught.value)
    assert len(descendants()) <= len(processes)
    assert sorted(folder.iterdir()) == kept
    assert compile_kernel(KERNEL + "// afterwards\n", "k", folder=folder).library


FINE = {
    "a constructor, which runs in a worker if at all": (
        '__attribute__((constructor)) static void f() { asm("mov $60, %eax; xor %edi, %edi; syscall"); }\n' + KERNEL
    ),
    "a pragma": '#pragma GCC optimize("O3")\n' + KERNEL,
    "a thousand kernels": "".join(KERNEL.replace("k(", f"k{i}(") for i in range(800))[:60_000].rpartition("\n")[0]
    + "\n"
    + KERNEL,
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_what_is_only_compiled_harms_nothing(text: str, folder: Path) -> None:
    made = compile_kernel(text, "k", folder=folder)
    assert made.library[:4] == made.runtime[:4] == b"\x7fELF"


def test_a_compiler_that_does_not_end_is_ended(folder: Path) -> None:
    processes = descendants()
    with pytest.raises(TooSlowError, match="took too long"):
        compile_kernel(KERNEL + "// slow", "k", limits=replace(LIMITS, seconds=0.02), folder=folder)
    assert len(descendants()) <= len(processes)


def test_an_option_that_loads_a_program_is_refused(folder: Path) -> None:
    with pytest.raises(TextError, match="-fplugin=x"):
        compile_kernel(KERNEL, "k", ["-fplugin=x.so"], folder=folder)


ERRORS = {
    "a typo": (KERNEL.replace("threadIdx", "\nthreadidx"), 2, "'threadidx' was not declared"),
    "a missing semicolon": (KERNEL.replace("1.0f;", "1.0f"), 1, "expected ';' before"),
    "a function that CUDA C does not have": (
        'extern "C" int system(const char*);\n' + KERNEL.replace("x[", 'system("true"); x['),
        None,
        "system is declared but defined nowhere",
    ),
    "a variable that CUDA C does not have": (
        'extern "C" char** environ;\n' + KERNEL.replace("= 1.0f", "= float(*environ[0])"),
        None,
        "environ is declared but defined nowhere",
    ),
    "C++'s name": (KERNEL.replace('extern "C" ', ""), None, 'put extern "C" in front of k'),
}


@pytest.mark.parametrize("confined", [True, False], ids=["in a box", "here"])
@pytest.mark.parametrize(("text", "line", "said"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_is_named_in_the_texts_own_line(
    text: str, line: int | None, said: str, confined: bool, folder: Path
) -> None:
    with pytest.raises(TextError) as caught:
        compile_kernel(text, "k", confined=confined, folder=folder)
    assert said in str(caught.value)
    assert caught.value.line == line


@pytest.fixture
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on only what is kept can be had."""

    def refuse(*_: object) -> None:
        raise AssertionError("the compiler was asked")

    monkeypatch.setattr(compile_box, "_boxed", refuse)
    monkeypatch.setattr(compile_box, "_here", refuse)


def kept(folder: Path) -> Iterator[str]:
    return (path.name for path in folder.glob("*.json"))


@pytest.mark.usefixtures("_no_compiler")
def test_a_text_is_compiled_once(folder: Path) -> None:
    assert compile_kernel(KERNEL, "k", folder=folder) == compile_kernel(KERNEL, "k", folder=folder)
    with pytest.raises(AssertionError, match="the compiler was asked"):
        compile_kernel(KERNEL + " ", "k", folder=folder)
    with pytest.raises(AssertionError, match="the compiler was asked"):
        compile_kernel(KERNEL, "k", ["-DN=4"], folder=folder)


def test_the_oldest_libraries_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_box, "MOST_KEPT", 2)
    monkeypatch.setattr(compile_box, "_boxed", lambda code, *_: (code.encode(), b"{}"))
    for number in range(4):
        compile_kernel(f"text {number}", "k", folder=tmp_path)
    assert len(list(kept(tmp_path))) == 2
    assert len(list(tmp_path.glob("*.so"))) == 3  # and the one that runs kernels
    assert compile_kernel("text 3", "k", folder=tmp_path).library == b"text 3"


LIES = {
    "nothing": b"",
    "no JSON": b"hello\nworld",
    "more than it holds": b'{"library": 1000000000000, "about": 2}\n{}',
    "less than nothing": b'{"library": 5, "about": -3}\n{}',
    "texts for sizes": b'{"library": "2", "about": "0"}\n{}',
    "an error of another form": b'{"error": ["x"], "line": "y"}\n',
    "a list": b"[1, 2]\n",
    "a deep list": b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES.keys())
def test_an_answer_of_another_form_is_no_library(answer: bytes) -> None:
    with pytest.raises(NotCompiledError):
        compile_box._parts(answer)


def test_without_a_sandbox_nothing_is_compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise SandboxError("no bwrap")

    monkeypatch.setattr(compile_box, "require", missing)
    with pytest.raises(SandboxError, match="no bwrap"):
        compile_kernel(KERNEL + "// no box", "k", folder=folder)


def test_another_compiler_in_the_box_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = folder / "libunrolled-0123456789abcdef.so"
    monkeypatch.setattr("unrolled.cuda.compiler.runtime_name", lambda: other.name)
    with pytest.raises(SandboxError, match="is another one than the grader's"):
        compile_kernel(KERNEL + "// elsewhere", "k", folder=folder)


def test_the_box_shows_no_package_and_nothing_of_the_course_but_the_compilers_part(folder: Path) -> None:
    command = confine.compile_command((1, 1, 1), 9, folder / "runtime.so")
    shown = [command[i + 1] for i, word in enumerate(command) if word == "--ro-bind"]
    ours = {str(Path(path).relative_to(ROOT)) for path in shown if Path(path).is_relative_to(ROOT)}
    assert all(path.startswith(("unrolled/cuda/", "autograder/sandbox/translate.py")) for path in ours), ours
