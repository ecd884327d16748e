"""Runs a single instruction on given buffers."""

import numpy as np

from engine.kernels import dense, fields
from engine.kernels.compiler import compiled
from engine.kernels.instructions import execute, listed
from engine.kernels.lanes import pointer
from engine.kernels.machine import processors
from engine.kernels.memory import address


@compiled
def _run(instructions, frame, rows, numbers):
    execute(instructions, pointer(frame), rows, pointer(numbers))


def run(instruction, numbers, rows, dtype="float32", threads=None, **buffers):
    """Run `instruction` with its numbers; `buffers` are the frame's, by the fields' names."""
    dtype = str(np.dtype(dtype))
    frame = np.zeros(fields.PLAN_LENGTH, np.int64)
    frame[fields.THREADS] = threads or processors()
    frame[fields.TEAM] = 1
    for field, strip in dense.STRIPS.items():
        frame[field] = strip.address(dtype)
    scratch, strip = np.full(1 << 18, np.nan, dtype), np.full(1 << 14, np.nan, dtype)
    for name, values in {"SCRATCH": scratch, "STRIP": strip, **buffers}.items():
        assert values.dtype == dtype, name
        frame[getattr(fields, name)] = address(values)
    _run(listed([(instruction, *numbers)], dtype), frame, rows, np.zeros(1, dtype))
