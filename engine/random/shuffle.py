"""The order in which ``fit`` visits the samples.

A Fisher–Yates shuffle of a = (0, 1, …, n − 1) with the words w₀, w₁, … of a stateful stream::

    for i = 0 … n − 2:   swap a[i] and a[i + wᵢ mod (n − i)]

The stream's seeds are (s mod (2³¹ − 1), 0), or (0, 2³¹ − 1) when both would be 0.

With a seed, **every epoch, and every later fit of n samples, has the same order**: each epoch of
Keras makes a new iterator whose shuffle starts over (known as TensorFlow's issue 35682).  An engine
that shuffles anew for each epoch cannot follow Keras.  Without a seed each call gives another
order, drawn from NumPy's generator; Keras's own cannot be known then.

Source
------
Durstenfeld, "Algorithm 235: random permutation" (1964), counted upwards.

Keras
-----
``ArrayDataAdapter`` of Keras 3.15.1 with ``tf.random.shuffle`` of TensorFlow 2.21.  Other backends
and later versions of Keras have other orders.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiler import compiled
from engine.random.philox import Stream, block, stateful_stream

_MODULUS = 2**31 - 1


@compiled
def fill_order(order: Any, stream: Any) -> None:
    """Write the permutation of 0 … n − 1 that `stream` gives."""
    n = order.size
    for i in range(n):
        order[i] = i
    for first in range(0, n - 1, 4):
        words = block(stream, np.uint64(first // 4))
        for lane in range(min(4, n - 1 - first)):
            i = first + lane
            j = i + np.int64(np.uint32(words[lane]) % np.uint32(n - i))
            order[i], order[j] = order[j], order[i]


def order_stream(seed: int) -> Stream:
    """Return the stream that shuffles the samples after ``set_random_seed(seed)``."""
    seed %= _MODULUS
    return stateful_stream(seed, 0) if seed else stateful_stream(0, _MODULUS)


def epoch_order(n: int, seed: int | None) -> NDArray[np.int64]:
    """Return the order of `n` samples in any epoch after ``set_random_seed(seed)``.

    Parameters
    ----------
    n : int
        Number of samples, 0 ≤ n < 2³¹.
    seed : int or None
        The global seed; None draws an order from NumPy's generator.

    Raises
    ------
    ValueError
        n is out of range.

    Example
    -------
    >>> epoch_order(10, seed=42).tolist()
    [3, 8, 7, 5, 2, 0, 1, 6, 9, 4]
    """
    if not 0 <= n < 2**31:
        raise ValueError(f"Expected 0 <= n < 2**31. Received: n={n}")
    if seed is None:
        return np.random.permutation(n).astype(np.int64)
    order = np.empty(n, np.int64)
    fill_order(order, order_stream(seed))
    return order


@lru_cache(maxsize=4)
def known_order(n: int, seed: int) -> NDArray[np.int64]:
    """As `epoch_order`, kept for the next fit, and not to be written to."""
    order = epoch_order(n, seed)
    order.flags.writeable = False
    return order
