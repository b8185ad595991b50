"""What has to be read from, or changed in, a kernel's text before a C++ compiler can take it."""

import re
from dataclasses import dataclass

COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
KERNEL = re.compile(r"__global__\b[^;{}()]*?(?:__launch_bounds__\s*\([^)]*\)[^;{}()]*?)?\b(\w+)\s*\(([^()]*)\)")
DYNAMIC_SHARED = re.compile(r"\bextern\s+__shared__\s+([^;=]*?)(\w+)\s*\[\s*\]((?:\s*\[[^\]]*\])*)\s*;")
PARAMETER_NAME = re.compile(r"(\w+)\s*(?:\[[^\]]*\])?\s*$")
DYNAMIC_ADDRESS = 0x100000000000 + (63 << 37) + (1 << 36)  # of the runtime's last window


@dataclass(frozen=True)
class Source:
    """A text for the C++ compiler, whose lines are the student's; names for reports."""

    text: str
    parameters: tuple[str, ...]
    dynamic_shared: str  # name of the array, "" if there is none


def kernels(code: str) -> dict[str, tuple[str, ...]]:
    """Return the kernels that a text defines, each with the names of its parameters."""
    plain = COMMENT_OR_STRING.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
    return {found[1]: _names(found[2]) for found in KERNEL.finditer(plain)}


def translate(code: str, name: str) -> Source:
    """Add what calls the kernel ``name``, and turn dynamic shared memory into a reference to where it lies."""
    dynamic = DYNAMIC_SHARED.search(code)
    body = DYNAMIC_SHARED.sub(
        rf"\1(&\2)[]\3 = *reinterpret_cast<__typeof__(\1(*)[]\3)>({DYNAMIC_ADDRESS:#x}ull);", code
    )
    text = f'#line 1 "kernel.cu"\n{body}\n#line 1 "launcher"\nUNROLLED_LAUNCHER({name})\n'
    return Source(text, kernels(code).get(name, ()), dynamic[2] if dynamic else "")


def _names(parameters: str) -> tuple[str, ...]:
    found = [PARAMETER_NAME.search(parameter) for parameter in parameters.split(",")]
    return tuple(name[1] for name in found if name and name[1] != "void")
