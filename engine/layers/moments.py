"""Mean and variance of rows that come batch by batch.

    share = n_b / n                      n_b numbers of the batch, n of all so far
    mean′ = mean·(1 − share) + mean_b·share
    var′  = (var + (mean − mean′)²)·(1 − share) + (var_b + (mean_b − mean′)²)·share

Source: Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance.

Keras: ``Normalization.adapt`` of anything but one array, in float32 with TensorFlow's sums: over
leading axes as :func:`engine.kernels.metrics.column_sum`, over all of them as packets.  Two things
are not the same to the last bit: sums over axes that the kept ones stand between, which are NumPy's
here; and squares of the means' differences where there are eight means or more, which Eigen's
``pow`` forms there: in one of four cases an ulp beside x·x, in what adds little to the variance.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.memory import Array
from engine.kernels.on_arrays import column_sums, packet_sums
from engine.kernels.sums import LEAF


class Moments:
    """Mean and variance of the batches so far, of each position of the axes that are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.variance = np.zeros(())

    def add(self, batch: Array, kept: tuple[int, ...]) -> None:
        """Count a batch in; `kept` are the axes that have a mean for each position, in order."""
        mean = _mean(batch, kept)
        shape = [size if d in kept else 1 for d, size in enumerate(batch.shape)]
        d = batch - mean.reshape(shape)
        variance = _mean(d * d, kept)
        count = _count(batch, kept)
        self.count += count
        number = batch.dtype.type
        share = count / self.count
        old, new = number(1.0 - share), number(share)
        before = self.mean.astype(batch.dtype)
        self.mean = before * old + mean * new
        spread = (self.variance.astype(batch.dtype) + np.square(before - self.mean)) * old
        self.variance = spread + (variance + np.square(mean - self.mean)) * new


def _count(batch: Array, kept: tuple[int, ...]) -> int:
    """How many numbers there are for each position of the axes that are kept."""
    return math.prod(size for d, size in enumerate(batch.shape) if d not in kept)


def _mean(x: Array, kept: tuple[int, ...]) -> Array:
    """The mean over all axes but `kept`."""
    first = x.ndim - len(kept)
    count = x.dtype.type(_count(x, kept))
    if math.prod(x.shape[first:]) == 1 or not kept:
        shape = tuple(x.shape[d] for d in kept)
        return np.asarray(_total(x.reshape(-1)) / count).reshape(shape)
    if kept != tuple(range(first, x.ndim)):
        reduced = tuple(d for d in range(x.ndim) if d not in kept)
        return np.asarray(np.sum(x, axis=reduced, dtype=x.dtype) / count)
    shape = x.shape[first:]
    return np.asarray(column_sums(x.reshape(-1, math.prod(shape))).reshape(shape) / count)


def _total(x: Array, first: int = 0) -> Array:
    """Σ x, cut in two where a packet begins: `x` begins with number `first` of a longer sum."""
    if x.size <= LEAF:
        return packet_sums(x)
    middle = (first + (x.size + 1) // 2 + 7) // 8 * 8 - first
    return np.asarray(_total(x[:middle], first) + _total(x[middle:], first + middle))
