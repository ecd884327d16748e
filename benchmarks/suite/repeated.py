"""An instruction of the kernels with its buffers, executed many times inside one compiled call."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import dense, fields
from engine.kernels.compiler import compiled
from engine.kernels.glibc import has_expf
from engine.kernels.instructions import execute, listed
from engine.kernels.lanes import pointer
from engine.kernels.machine import FLUSHING, exchange_mode, processors
from engine.kernels.memory import REGISTER, ROWS_BEYOND, Array, address, aligned, whole

DTYPE = "float32"

ROOM = 1 << 20
"""Numbers that an instruction may use for itself: enough for 128 × 512 × 512."""


@compiled
def _repeat(times, instructions, frame, rows, numbers):
    mode = exchange_mode(FLUSHING)
    for _ in range(times):
        execute(instructions, pointer(frame), rows, pointer(numbers))
    exchange_mode(mode)


def laid_out(*tensors: Array) -> tuple[Array, list[int]]:
    """One buffer with all tensors, and where each begins; behind each is room for a kernel."""
    places, end = [], 0
    for tensor in tensors:
        places.append(end)
        end += whole(tensor.size + ROWS_BEYOND * tensor.shape[-1] + REGISTER)
    buffer = aligned(end, DTYPE)
    for place, tensor in zip(places, tensors, strict=True):
        buffer[place : place + tensor.size] = tensor.ravel()
    return buffer, places


class Repeated:
    """An instruction that can be executed as often as one likes.

    Parameters
    ----------
    instruction
        As in :mod:`engine.kernels.instructions`.
    numbers
        The instruction's own.
    rows
        Of the batch.
    buffers
        Those of the frame that it reads and writes, by the names of their fields; scratch and the
        like need not be given.
    """

    def __init__(
        self, instruction: Any, numbers: tuple[int, ...], rows: int, **buffers: Array
    ) -> None:
        own = {name: aligned(ROOM, DTYPE) for name in ("SCRATCH", "STRIP", "PACKED", "BLOCK")}
        self._kept = {**own, **buffers}
        self._frame = np.zeros(fields.PLAN_LENGTH, np.int64)
        for name, buffer in self._kept.items():
            self._frame[getattr(fields, name)] = address(buffer)
        for field, strip in dense.STRIPS.items():
            self._frame[field] = strip.address(DTYPE)
        self._frame[fields.TEAM] = 1
        self._frame[fields.THREADS], self._frame[fields.HAS_EXPF] = processors(), has_expf()
        self._table, self._rows = listed([(instruction, *numbers)], DTYPE), rows
        self._like = np.zeros(1, DTYPE)

    def run(self, times: int) -> None:
        """Execute it so often, in the processor's mode of a training."""
        _repeat(times, self._table, self._frame, self._rows, self._like)
