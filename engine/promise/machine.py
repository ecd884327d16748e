"""What this machine computes with: the processor, the C library, what Numba compiles for."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import binding
from numba.core import codegen as _codegen
from numba.core import config as _config

from engine.kernels.estimate import estimates
from engine.kernels.machine import IS_X86

codegen: Any = _codegen  # what follows is not in Numba's type hints
config: Any = _config

SHOWN = ("avx512f", "avx2", "fma")
"""The features that the table shows."""


@dataclass(frozen=True)
class Machine:
    """The facts about a machine that the promise depends on, or that a reader wants to see."""

    processor: str
    architecture: str
    system: str
    features: frozenset[str]
    """What the processor can do, in LLVM's words; TensorFlow chooses by it."""
    compiled_for: frozenset[str]
    """Those of `SHOWN` that the engine's kernels use."""
    c_library: str
    flush_to_zero: bool
    estimate: str
    """Where the first estimate of 1/x comes from."""


@cache
def this_machine() -> Machine:
    """The machine on which this runs."""
    return Machine(
        processor=processor(),
        architecture=platform.machine(),
        system=platform.system(),
        features=frozenset(k for k, on in binding.get_host_cpu_features().items() if on),
        compiled_for=_compiled_for(),
        c_library=" ".join(platform.libc_ver()).strip() or sys.platform,
        flush_to_zero=IS_X86,
        estimate=_estimate() if IS_X86 else "Intel's formula",
    )


def processor() -> str:
    """The processor's name where Linux tells it, else the architecture.

    A name may stand for several generations, so x86's numbers of family and model follow.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pairs = [line.split(":", 1) for line in lines if ":" in line]
    told = {key.strip(): value.strip() for key, value in reversed(pairs)}
    if "model name" not in told:
        return platform.machine()
    if "cpu family" not in told:
        return told["model name"]
    return f"{told['model name']} (family {told['cpu family']}, model {told['model']})"


_PROBE = """
define <16 x float> @wide(<16 x float> %x, <16 x float> %y) "min-legal-vector-width"="512" {
  %z = fadd <16 x float> %x, %y
  ret <16 x float> %z
}
define <8 x i32> @whole(<8 x i32> %x, <8 x i32> %y) {
  %z = add <8 x i32> %x, %y
  ret <8 x i32> %z
}
declare float @llvm.fma.f32(float, float, float)
define float @fused(float %x, float %y, float %z) {
  %r = call float @llvm.fma.f32(float %x, float %y, float %z)
  ret float %r
}
"""


def _compiled_for() -> frozenset[str]:
    """What LLVM makes of three small functions for the processor that Numba is told.

    A name in NUMBA_CPU_NAME is not enough to know it: Numba adds the features of the host unless
    NUMBA_CPU_FEATURES says otherwise.
    """
    features = config.CPU_FEATURES
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=config.CPU_NAME or binding.get_host_cpu_name(),
        features=codegen.get_host_cpu_features() if features is None else features,
    )
    text = machine.emit_assembly(binding.parse_assembly(_PROBE))
    signs = zip(SHOWN, ("%zmm", "vpaddd\t%ymm", "vfmadd"), strict=True)
    return frozenset(name for name, sign in signs if sign in text)


def _estimate() -> str:
    """Whose table the processor's ``rcpps`` reads: Intel's is a formula, so it shows itself."""
    i = np.arange(2048)
    x = (1 + (i + 0.5) / 2048).astype("float32")
    found = np.empty_like(x)
    estimates(x, found)
    intel = np.round(2.0**25 / (4097 + 2 * i)) / 2.0**13
    return f"the processor's rcpps, {'' if np.array_equal(found, intel) else 'not '}Intel's table"
