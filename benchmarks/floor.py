"""The arithmetic's floor: no training that forms all products and updates all weights passes it.

    floor = max(multiply-adds / (threads · peak), bytes / (threads · bandwidth))

multiply-adds of a step
    rows·in·out for each layer's z = x·W, as many for dW = xᵀ·dz, and as many for dx = dz·Wᵀ of
    every layer but the first.  (Two operations each.)  Not counted: biases, activations, the loss,
    the metrics, and all of Adam's arithmetic.
bytes of a step
    24 for each parameter: w, m and v, four bytes each, are read once and written once.  Not
    counted: gradients and activations, which may stay in the cache, and the rows.
threads
    As many as the engine lets share the work: one up to a certain size (`engine.kernels.large`),
    then all that the process may use.
peak
    Multiply-adds per second of one thread, in a kernel that does nothing else, compiled as the
    engine's are: 16 independent sums of 16 lanes, which AVX-512 has registers for; or 12 of 8
    lanes, if that is faster.
bandwidth
    Bytes per second, read and written, of one thread that changes the signs of an array.  It is
    measured for arrays of 16 KiB to 256 MiB, so from the first cache to memory; a training gets
    that of the largest array that is no larger than a thread's share of w, m and v.  Threads that
    share a cache or memory get less, so the floor lies rather too low.

Both are measured again and again, and the best counts: everything that disturbs makes them smaller,
and the floor too high.

Not part of the floor, but of what threads can gain, is the hand-over: the seconds from one thread's
writing a number to the other's having read it.  It says how near the two cores are: one core for
both, one cache, or neither.  Where virtual machines move about, it changes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from engine.kernels.compiler import compiled, inlined
from engine.kernels.lanes import fill, fma_outer, load, pointer, store, zeros
from engine.kernels.large import is_large
from engine.kernels.machine import processors
from engine.kernels.memory import LINE, aligned
from engine.kernels.team import next_number, seen, wait

# The key of their cache covers the engine's sources, not this file: a changed kernel is given
# another name.


@inlined
def _sums(x: Any, turns: Any, out: Any, count: Any, width: Any) -> None:
    p = pointer(x)
    v, sums = load(p, 0, width), zeros(p, count, width)
    for _ in range(turns):
        sums = fma_outer(sums, p, 0, 0, v)
    total = sums[0]
    for r in range(1, count):
        total = total + sums[r]
    store(pointer(out), 0, total)


@compiled
def sixteen_sums(x: Any, turns: Any, out: Any) -> None:
    """x[0]·x added `turns` times to each of 16 sums of 16 lanes; `out` is the sum of the sums."""
    _sums(x, turns, out, 16, 16)


@compiled
def twelve_sums(x: Any, turns: Any, out: Any) -> None:
    """The same with 12 sums of 8 lanes."""
    _sums(x, turns, out, 12, 8)


PEAK_KERNELS = ((sixteen_sums, 16, 16), (twelve_sums, 12, 8))
"""Each with its number of sums and their lanes."""


@compiled
def negate(x: Any, turns: Any) -> None:
    """Change the sign of every number of `x` (a multiple of 64), `turns` times."""
    p = pointer(x)
    sign = fill(p, -1.0, 16)
    for _ in range(turns):
        for i in range(0, x.size, 64):
            a, b = load(p, i, 16) * sign, load(p, i + 16, 16) * sign
            c, d = load(p, i + 32, 16) * sign, load(p, i + 48, 16) * sign
            store(p, i, a)
            store(p, i + 16, b)
            store(p, i + 32, c)
            store(p, i + 48, d)


@compiled
def take_turns(board: Any, member: Any, first: Any, last: Any) -> None:
    """Count on when it is the member's turn, `first` … `last` − 1."""
    p = pointer(board)
    for k in range(first, last):
        looked = 0
        while seen(p) != 2 * k + member:
            wait(looked)
            looked += 1
        next_number(p)


HANDOVERS = 20_000
"""How often a number passes to and fro for one figure."""

ARRAYS = tuple(1 << k for k in range(14, 29))
"""Bytes of the arrays that the bandwidth is measured with."""

TURNS = 1 << 19
"""How often each sum is added to: some milliseconds."""

MOVED = 1 << 29
"""Bytes that are read or written for one figure of the bandwidth, at least."""


@dataclass(frozen=True)
class Epoch:
    """An epoch's work with Adam: widths of the layers, rows of a batch, rows of the epoch."""

    layers: tuple[int, ...]
    batch: int
    rows: int

    @property
    def steps(self) -> int:
        """Updates."""
        return -(-self.rows // self.batch)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((a + 1) * b for a, b in pairwise(self.layers))

    @property
    def multiply_adds(self) -> int:
        """Of the products."""
        first, *others = (a * b for a, b in pairwise(self.layers))
        return self.rows * (2 * first + 3 * sum(others))

    @property
    def bytes(self) -> int:
        """Of w, m and v, read once and written once in each step."""
        return self.steps * 24 * self.parameters

    @property
    def threads(self) -> int:
        """How many share the work."""
        large = any(is_large(self.batch, a, b) for a, b in pairwise(self.layers))
        return processors() if large else 1


@dataclass
class Rates:
    """What one thread can do: the best that was measured."""

    peak: float = 0.0
    """Multiply-adds per second."""
    bandwidth: dict[int, float] = field(default_factory=dict)
    """Bytes per second, read and written, by the size of the array."""
    handovers: list[float] = field(default_factory=list)
    """Seconds, each time that it was measured."""

    def measure(self) -> None:
        """Measure once more: about a second."""
        x, out = np.full(16, 0.5, np.float32), np.zeros(16, np.float32)
        for kernel, count, width in PEAK_KERNELS:
            kernel(x, 4, out)
            if not (out[:width] == count).all():
                raise RuntimeError(f"Expected sums of {count}. Received: {out[:width]}")
            start = perf_counter()
            kernel(x, TURNS, out)
            self.peak = max(self.peak, TURNS * count * width / (perf_counter() - start))
        values = aligned(max(ARRAYS) // 4, "float32")
        values[:] = 1.0
        for size in ARRAYS:
            array = values[: size // values.itemsize]
            negate(array, 1)
            if not (array[0] == array[-1] == -1.0):
                raise RuntimeError(f"Expected -1 at both ends. Received: {array[0]}, {array[-1]}")
            turns = max(1, MOVED // (2 * size)) | 1  # odd: the ones come back
            start = perf_counter()
            negate(array, turns)
            rate = 2 * size * turns / (perf_counter() - start)
            self.bandwidth[size] = max(self.bandwidth.get(size, 0.0), rate)
        self.measure_handover()

    def measure_handover(self) -> None:
        """Measure the hand-over between two threads, if there are two processors."""
        if processors() == 1:
            return
        board, last = np.zeros(LINE, np.int64), HANDOVERS + 100
        take_turns(board, 0, 0, 0)
        other = threading.Thread(target=take_turns, args=(board, 1, 0, last), daemon=True)
        other.start()
        take_turns(board, 0, 0, 100)
        start = perf_counter()
        take_turns(board, 0, 100, last)
        self.handovers.append((perf_counter() - start) / (2 * HANDOVERS))
        other.join()

    def told(self) -> dict[str, Any]:
        """For a report."""
        bandwidth = [{"bytes": n, "rate": rate} for n, rate in self.bandwidth.items()]
        return {"peak": self.peak, "bandwidth": bandwidth, "handovers": self.handovers}

    def bandwidth_for(self, size: float) -> float:
        """Bytes per second for `size` bytes: at least that of any larger array."""
        known = max((s for s in self.bandwidth if s <= size), default=min(self.bandwidth))
        return max(rate for s, rate in self.bandwidth.items() if s >= known)

    def floor(self, epoch: Epoch) -> dict[str, float]:
        """The shortest time of an epoch, in seconds, and the two that it is the longer of."""
        threads = epoch.threads
        bandwidth = self.bandwidth_for(12 * epoch.parameters / threads)
        arithmetic = epoch.multiply_adds / (threads * self.peak)
        memory = epoch.bytes / (threads * bandwidth)
        return {
            "seconds": max(arithmetic, memory),
            "arithmetic": arithmetic,
            "memory": memory,
        }
