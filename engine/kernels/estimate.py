"""The first, rough estimates of 1/x and 1/√x for float32 lanes, from which Eigen's start.

On x86-64 it is the processor's instruction ``rcpps``, because TensorFlow runs it, too.  Its table
belongs to the maker of the processor.  Intel's is a formula: with i the first eleven binary places
of the fraction of x = 2ᵏ·(1 + (i + …)/2048),

    estimate = 2⁻ᵏ·round(2²⁵ / (4097 + 2i)) / 2¹³

which is 1/x in the middle of the i-th interval, rounded to 13 binary places.  Other architectures
have other instructions or none, and the kernels use the formula there.  AMD's table is another one
and no such formula (twelve places go in; tests/kernels/test_estimate.py shows how it is built), so
the instruction cannot be replaced by Intel's formula on all of x86-64.

The estimate of 1/√x is the instruction ``rsqrtps``.

±0 and denormal numbers give ±∞; x from 2¹²⁶ on, whose estimates would be denormal, ±0.

Source: the formula was found by comparing all 2²³ fractions of two binades with the instruction.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import overload

from engine.kernels.compiler import compiled, inlined, intrinsic
from engine.kernels.lanes import (
    Lanes,
    _call,
    _shuffle,
    exponent,
    floor,
    fma,
    fraction,
    load,
    pointer,
    power_of_two,
    sqrt,
    store,
    where,
)
from engine.kernels.machine import IS_X86

SMALLEST_NORMAL = 2.0**-126
FIRST_DENORMAL_ESTIMATE = 2.0**126


@inlined
def by_formula(x: Any) -> Any:
    """Intel's estimate of 1/x; the same on every machine."""
    a = abs(x)
    d = 4097.0 + 2.0 * floor((fraction(a) * 2.0 - 1.0) * 2048.0)
    q = floor(33554432.0 / d)
    rest = fma(-d, q, 33554432.0)  # exact: the division may have been rounded up to a half
    r = where(rest + rest > d, q + 1.0, q) * (1.0 / 8192.0) * power_of_two(1.0 - exponent(a))
    r = where(x < 0.0, -r, r)
    r = where(a < FIRST_DENORMAL_ESTIMATE, r, (1.0 / x) * 0.0)
    return where(a < SMALLEST_NORMAL, 1.0 / (x * 0.0), r)


def _four_at_a_time(instruction: str) -> Any:
    """One of the processor's instructions for four lanes (x86-64 only)."""

    @intrinsic
    def by_instruction(typing: Any, x: Lanes) -> Any:
        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            four = ir.VectorType(ir.FloatType(), 4)
            parts = [
                _call(
                    builder,
                    instruction,
                    four,
                    [_shuffle(builder, args[0], args[0], list(range(i, i + 4)))],
                )
                for i in range(0, x.width, 4)
            ]
            while len(parts) > 1:
                order = list(range(2 * parts[0].type.count))
                parts = [
                    _shuffle(builder, a, b, order)
                    for a, b in zip(parts[::2], parts[1::2], strict=True)
                ]
            return parts[0]

        return x(x), emit

    return by_instruction


by_instruction = _four_at_a_time("llvm.x86.sse.rcp.ps")
"""The processor's estimate of 1/x."""
root_by_instruction = _four_at_a_time("llvm.x86.sse.rsqrt.ps")
"""The processor's estimate of 1/√x."""


def estimate(x: Any) -> Any:
    """The estimate that TensorFlow starts from on this machine."""
    raise NotImplementedError("compiled code only")


@overload(estimate, strict=False, jit_options={"error_model": "numpy", "forceinline": True})
def _estimate(x: Any) -> Any:
    if not isinstance(x, Lanes) or x.dtype != types.float32 or x.width < 4:
        return None
    return (lambda x: by_instruction(x)) if IS_X86 else (lambda x: by_formula(x))


def root_estimate(x: Any) -> Any:
    """The estimate of 1/√x that TensorFlow starts from; where there is no instruction, 1/√x."""
    raise NotImplementedError("compiled code only")


@overload(root_estimate, strict=False, jit_options={"error_model": "numpy", "forceinline": True})
def _root_estimate(x: Any) -> Any:
    if not isinstance(x, Lanes) or x.dtype != types.float32 or x.width < 4:
        return None
    return (lambda x: root_by_instruction(x)) if IS_X86 else (lambda x: 1.0 / sqrt(x))


@compiled
def estimates(x: Any, out: Any) -> None:
    """The estimate for each number of `x`, whose length is a multiple of 8."""
    for i in range(0, x.size, 8):
        store(pointer(out), i, estimate(load(pointer(x), i, 8)))
