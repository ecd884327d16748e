"""Loops that fill a buffer from a stream; buffers hold whole groups, the caller cuts the rest off.

Uniform and normal: group g comes from block g (4 float32 or 2 float64 values).

Truncated normal: group g has 256 blocks (float32) or 128 (float64) to itself and starts at block
256·g or 128·g; of the normal values there, in order, the first 4 or 2 with −2 < z < 2 are kept.
So no group depends on how many values another group threw away.  (The chance that a group
runs out of its blocks: a value is kept with probability 0.954.  Then it would read on into the
next group's, as in TensorFlow.)

Keras
-----
``FillPhiloxRandom`` (``core/kernels/random_op_cpu.h``) of TensorFlow 2.21.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import compiled
from engine.random.box_muller import box_muller32, box_muller64, unit32, unit64
from engine.random.philox import block


@compiled
def fill_uniform32(out: Any, stream: Any) -> None:
    """Fill float32 `out` with values of [0, 1)."""
    for g in range(out.size // 4):
        w0, w1, w2, w3 = block(stream, np.uint64(g))
        out[4 * g] = unit32(w0)
        out[4 * g + 1] = unit32(w1)
        out[4 * g + 2] = unit32(w2)
        out[4 * g + 3] = unit32(w3)


@compiled
def fill_uniform64(out: Any, stream: Any) -> None:
    """Fill float64 `out` with values of [0, 1)."""
    for g in range(out.size // 2):
        w0, w1, w2, w3 = block(stream, np.uint64(g))
        out[2 * g] = unit64(w0, w1)
        out[2 * g + 1] = unit64(w2, w3)


@compiled
def fill_normal32(out: Any, stream: Any) -> None:
    """Fill float32 `out` with standard normal values."""
    for g in range(out.size // 4):
        w0, w1, w2, w3 = block(stream, np.uint64(g))
        out[4 * g], out[4 * g + 1] = box_muller32(w0, w1)
        out[4 * g + 2], out[4 * g + 3] = box_muller32(w2, w3)


@compiled
def fill_normal64(out: Any, stream: Any) -> None:
    """Fill float64 `out` with standard normal values."""
    for g in range(out.size // 2):
        w0, w1, w2, w3 = block(stream, np.uint64(g))
        out[2 * g], out[2 * g + 1] = box_muller64(w0, w1, w2, w3)


@compiled
def fill_truncated32(out: Any, stream: Any) -> None:
    """Fill float32 `out` with standard normal values below 2 in size."""
    for g in range(out.size // 4):
        i = 256 * g
        kept = 0
        while kept < 4:
            w0, w1, w2, w3 = block(stream, np.uint64(i))
            i += 1
            z0, z1 = box_muller32(w0, w1)
            z2, z3 = box_muller32(w2, w3)
            for z in (z0, z1, z2, z3):
                if abs(z) < 2 and kept < 4:
                    out[4 * g + kept] = z
                    kept += 1


@compiled
def fill_truncated64(out: Any, stream: Any) -> None:
    """Fill float64 `out` with standard normal values below 2 in size."""
    for g in range(out.size // 2):
        i = 128 * g
        kept = 0
        while kept < 2:
            w0, w1, w2, w3 = block(stream, np.uint64(i))
            i += 1
            for z in box_muller64(w0, w1, w2, w3):
                if abs(z) < 2 and kept < 2:
                    out[2 * g + kept] = z
                    kept += 1
