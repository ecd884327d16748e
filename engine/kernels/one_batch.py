"""Instructions on one batch of arrays, without a model: what a metric that stands alone runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import fields, losses
from engine.kernels.compiler import compiled
from engine.kernels.glibc import has_expf
from engine.kernels.instructions import execute, listed
from engine.kernels.lanes import pointer
from engine.kernels.machine import FLUSHING, exchange_mode, processors
from engine.kernels.memory import REGISTER, Array, address, aligned, padded


@compiled
def _run(instructions: Any, frame: Any, rows: Any, numbers: Any) -> None:
    mode = exchange_mode(FLUSHING)
    execute(instructions, pointer(frame), rows, pointer(numbers))
    exchange_mode(mode)


def run(
    instructions: list[tuple[Any, ...]],
    y: Array,
    p: Array,
    weights: Array | None,
    state: Array,
    thresholds: Array,
    aside: int,
) -> None:
    """Run instructions that read labels and predictions, and add to `state`.

    Shapes: y ``(rows, label width)``, p ``(rows, units)``, weights ``(rows,)``; `aside` says how
    many numbers the instructions may put aside.  All are of the type of `p`.
    """
    dtype, (rows, units) = p.dtype.name, p.shape
    buffers = {
        fields.Y: padded(y, dtype),
        fields.OUTPUTS: padded(p, dtype),
        fields.VALUES: aligned(rows + REGISTER, dtype),
        fields.SCRATCH: aligned(losses.scratch_needed(rows, units) + REGISTER, dtype),
        fields.ASIDE: aligned(aside + REGISTER, dtype),
        fields.THRESHOLDS: padded(thresholds, dtype),
        fields.SUMS: state,
    }
    if weights is not None:
        buffers[fields.ROW_WEIGHTS] = padded(weights, dtype)
    frame = np.zeros(fields.PLAN_LENGTH, np.int64)
    for field, values in buffers.items():
        frame[field] = address(values)
    frame[fields.THREADS], frame[fields.HAS_EXPF] = processors(), has_expf()
    # A loss that is watched has no gradient to write, but takes where it would.
    frame[fields.DELTAS] = frame[fields.SCALE] = frame[fields.SCRATCH]
    _run(listed(instructions, dtype), frame, rows, p)
