"""The processor's floating-point mode during a kernel, how many processors there are, and waiting.

TensorFlow's threads flush denormal results to zero and read denormal numbers as zero.  A kernel
does the same while it runs and puts the caller's mode back: it belongs to the result (an e^−|z|
below 1.2e-38 is 0) and to the speed: arithmetic on denormal numbers is slow, and Adam makes many
of them for units that have died.
On processors other than x86-64 the mode stays as it is.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from engine.kernels import share
from engine.kernels.compiler import intrinsic

IS_X86 = platform.machine().lower() in ("x86_64", "amd64")

FLUSHING = 0x1F80 | 0x8000 | 0x0040
"""All exceptions masked, round to nearest, flush to zero, denormals are zero."""


@intrinsic
def exchange_mode(typing: Any, mode: types.Integer) -> Any:
    """Set the mode (x86's MXCSR register) and return the one before."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if not IS_X86:
            return args[0]
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte])
        read = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.stmxcsr")
        write = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.ldmxcsr")
        old, new = (cgutils.alloca_once(builder, ir.IntType(32)) for _ in range(2))
        builder.call(read, [builder.bitcast(old, byte)])
        builder.store(args[0], new)
        builder.call(write, [builder.bitcast(new, byte)])
        return builder.load(old)

    return types.uint32(types.uint32), emit


@intrinsic
def pause(typing: Any) -> Any:
    """Leave the core to its other thread for a moment."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if IS_X86:
            kind = ir.FunctionType(ir.VoidType(), [])
            name = "llvm.x86.sse2.pause"
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])
        return context.get_dummy_value()

    return types.void(), emit


@intrinsic
def let_others_work(typing: Any) -> Any:
    """Leave the core to any program that waits for one."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [])
        name = "SwitchToThread" if sys.platform == "win32" else "sched_yield"
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])
        return context.get_dummy_value()

    return types.void(), emit


def processors() -> int:
    """How many processors this process may use: as many threads as TensorFlow starts.

    In a worker's task it is the number of the machine that asked: :mod:`engine.kernels.share`.
    """
    if (told := share.counted()) is not None:
        return told
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
